/** What an app's webhooks are set to, kept over restarts. */
import type { RegisteredApp } from '../apps.ts';
import { savedSetting, saveSetting } from '../saved-settings.ts';
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
  #active: ReadonlyMap<string, Subscription>;

  constructor(parts: AppWebhookParts) {
    const { app, store, propertyNames } = parts;
    this.#parts = parts;
    this.#name = `webhooks:${app.appId}`;
    this.#configured = JSON.stringify([app.webhookUrl, propertyNames]);
    const saved = savedSetting<Saved>(store, this.#name);
    this.#current = saved?.configured === this.#configured ? saved.settings : this.#initial();
    this.#active = activeOf(this.#current);
  }

  get current(): WebhookSettings {
    return this.#current;
  }

  /** The active subscription to such events, if there is one. */
  subscriptionTo(events: SubscriptionTarget): Subscription | undefined {
    return this.#active.get(subscriptionKey(events));
  }

  change(change: Partial<WebhookSettings>): void {
    this.#current = { ...this.#current, ...change, updatedAt: this.#parts.now() };
    this.#active = activeOf(this.#current);
    const saved: Saved = { configured: this.#configured, settings: this.#current };
    saveSetting(this.#parts.store, this.#name, saved);
  }

  /** Replaces all subscriptions. */
  subscribe(subscriptions: readonly NewSubscription[]): void {
    this.change({ subscriptions: this.#numbered(subscriptions) });
  }

  /** As when the app was registered. */
  restoreDefaults(): void {
    this.#current = this.#initial();
    this.#active = activeOf(this.#current);
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

const activeOf = ({ subscriptions }: WebhookSettings): ReadonlyMap<string, Subscription> =>
  new Map(subscriptions.filter(({ active }) => active).map((each) => [subscriptionKey(each), each]));
