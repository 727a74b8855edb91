/** What an app's webhooks are set to, kept over restarts. */
import type { RegisteredApp } from '../apps.ts';
import { forgetSetting, savedSetting, saveSetting } from '../saved-settings.ts';
import type { Store } from '../store.ts';
import { initialSettings, type WebhookSettings } from './settings.ts';
import {
  defaultSubscriptions,
  firstSubscriptionId,
  type NewSubscription,
  type Subscription,
  type SubscriptionTarget,
  subscriptionKey,
} from './subscriptions.ts';

export interface AppWebhookParts {
  readonly store: Store;
  readonly app: RegisteredApp;
  readonly now: () => number;
  /** Properties whose changes are subscribed from the start. */
  readonly propertyNames: readonly string[];
}

/** What was set later holds for as long as the sandbox is started with the same address and properties. */
interface Saved {
  readonly configured: string;
  readonly settings: WebhookSettings;
}

export class AppSettings {
  readonly #parts: AppWebhookParts;
  readonly #name: string;
  readonly #configured: string;
  #current: WebhookSettings;
  /** What still holds, and until when, while a change over HubSpot's API has no effect yet. */
  #cached: { readonly settings: WebhookSettings; readonly until: number } | null = null;
  #active: { readonly of: WebhookSettings; readonly byKey: ReadonlyMap<string, Subscription> };

  constructor(parts: AppWebhookParts) {
    const { app, store, propertyNames } = parts;
    this.#parts = parts;
    this.#name = `webhooks:${app.appId}`;
    this.#configured = JSON.stringify([app.webhookUrl, propertyNames]);
    const saved = savedSetting<Saved>(store, this.#name);
    this.#current =
      saved?.configured === this.#configured ? { ...this.#initial(), ...saved.settings } : this.#initial();
    this.#active = activeOf(this.#current);
  }

  /** As they were set last. */
  get current(): WebhookSettings {
    return this.#current;
  }

  /** As the sender knows them. */
  get inForce(): WebhookSettings {
    if (this.#cached !== null && this.#parts.now() >= this.#cached.until) this.#cached = null;
    return this.#cached?.settings ?? this.#current;
  }

  /** The active subscription to such events, if there is one. */
  subscriptionTo(events: SubscriptionTarget): Subscription | undefined {
    const settings = this.inForce;
    if (this.#active.of !== settings) this.#active = activeOf(settings);
    return this.#active.byKey.get(subscriptionKey(events));
  }

  /** In force at once, with whatever was set before. */
  change(change: Partial<WebhookSettings>): void {
    this.#cached = null;
    this.#set(change);
  }

  /** As HubSpot's API does: what was in force holds until the cache has run out. */
  changeLater(change: Partial<WebhookSettings>): void {
    const settings = this.inForce;
    const { settingsCacheMs } = this.#current;
    if (settingsCacheMs > 0) this.#cached ??= { settings, until: this.#parts.now() + settingsCacheMs };
    this.#set(change);
  }

  /** Also in the file. */
  discard(): void {
    this.restoreDefaults();
    forgetSetting(this.#parts.store, this.#name);
  }

  #set(change: Partial<WebhookSettings>): void {
    this.#current = { ...this.#current, ...change, updatedAt: this.#parts.now() };
    const saved: Saved = { configured: this.#configured, settings: this.#current };
    saveSetting(this.#parts.store, this.#name, saved);
  }

  /** Replaces all subscriptions. */
  subscribe(subscriptions: readonly NewSubscription[]): void {
    this.change({ subscriptions: this.#numbered(subscriptions) });
  }

  /** As when the app was registered. */
  restoreDefaults(): void {
    this.#cached = null;
    this.#current = this.#initial();
  }

  #initial(): WebhookSettings {
    const { app, now, propertyNames } = this.#parts;
    const subscriptions = this.#numbered(defaultSubscriptions(propertyNames));
    return { ...initialSettings(app.webhookUrl, now()), subscriptions };
  }

  #numbered(subscriptions: readonly NewSubscription[]): Subscription[] {
    const now = this.#parts.now();
    return subscriptions.map(({ eventType, propertyName, objectTypeId, active }, index) => ({
      id: firstSubscriptionId + index,
      eventType,
      propertyName: propertyName ?? null,
      objectTypeId: objectTypeId ?? null,
      active,
      createdAt: now,
      updatedAt: now,
    }));
  }
}

const activeOf = (settings: WebhookSettings) => ({
  of: settings,
  byKey: new Map(
    settings.subscriptions.filter(({ active }) => active).map((each) => [subscriptionKey(each), each]),
  ),
});
