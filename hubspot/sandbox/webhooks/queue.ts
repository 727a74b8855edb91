/**
 * Events on their way to one app. Each is stored in the transaction of the change that it tells of, waits a short
 * window for others, and then travels in a batch until it is delivered or given up.
 */
import type { RegisteredApp } from '../apps.ts';
import { seededRandom, shuffled } from '../random.ts';
import { AppSettings, type AppWebhookParts } from './app-settings.ts';
import { WebhookBatches } from './batches.ts';
import { eventForms, type PublishedEvent } from './published-event.ts';
import type { WebhookSettings } from './settings.ts';
import type { NewSubscription, Subscription } from './subscriptions.ts';

const maxBatch = 100;

export class WebhookQueue {
  readonly app: RegisteredApp;
  readonly batches: WebhookBatches;
  /** Called when there may be something to send. */
  onChange: () => void = () => undefined;
  readonly #parts: AppWebhookParts;
  readonly #settings: AppSettings;
  #window: NodeJS.Timeout | undefined;
  #windows = 0;

  constructor(parts: AppWebhookParts) {
    const { app, store, now } = parts;
    this.#parts = parts;
    this.app = app;
    this.batches = new WebhookBatches({ store, now, appId: app.appId });
    this.#settings = new AppSettings(parts);
    this.#openWindow();
  }

  /** As they were set last. */
  get settings(): WebhookSettings {
    return this.#settings.current;
  }

  /** As the sender knows them, which may be a cache behind. */
  get inForce(): WebhookSettings {
    return this.#settings.inForce;
  }

  change(change: Partial<WebhookSettings>): void {
    this.#settings.change(change);
    this.onChange();
  }

  /** A change over HubSpot's API. */
  changeLater(change: Partial<WebhookSettings>): void {
    this.#settings.changeLater(change);
    this.onChange();
  }

  /** As when the app was registered. */
  restoreDefaults(): void {
    this.#windows = 0;
    this.#settings.restoreDefaults();
  }

  /** Replaces all subscriptions. */
  subscribe(subscriptions: readonly NewSubscription[]): void {
    this.#settings.subscribe(subscriptions);
  }

  /** Keeps an event for delivery, once for each subscription that it fits. */
  publish(portalId: number, event: PublishedEvent): void {
    if (!this.inForce.enabled || this.inForce.targetUrl === null) return;
    for (const form of eventForms(event)) {
      const subscription = this.#settings.subscriptionTo(form);
      if (subscription !== undefined) this.#keep(portalId, subscription, form.event);
    }
  }

  close(): void {
    clearTimeout(this.#window);
  }

  /** Forgets all that waits, what was sent, and how the app's webhooks were set. */
  discard(): void {
    const { store, app } = this.#parts;
    store.run('DELETE FROM webhook_events WHERE app_id = ?', app.appId);
    store.run('DELETE FROM webhook_batches WHERE app_id = ?', app.appId);
    this.#settings.discard();
  }

  #keep(portalId: number, subscription: Subscription, event: PublishedEvent): void {
    const { store } = this.#parts;
    const complete = {
      eventId: store.next(0, 'webhook-event', 100),
      subscriptionId: subscription.id,
      portalId,
      appId: Number(this.app.appId),
      attemptNumber: 0,
      ...event,
    };
    store.run(
      'INSERT INTO webhook_events (app_id, portal_id, event) VALUES (?, ?, ?)',
      this.app.appId,
      portalId,
      JSON.stringify(complete),
    );
    this.#openWindow();
  }

  #openWindow(): void {
    this.#window ??= setTimeout(() => {
      this.#window = undefined;
      this.#gather();
      this.onChange();
    }, this.settings.batchWindowMs).unref();
  }

  /** Turns waiting events into batches of one portal each. */
  #gather(): void {
    const { store } = this.#parts;
    const rows = store.all<{ portal_id: number; event: string }>(
      'SELECT portal_id, event FROM webhook_events WHERE app_id = ? ORDER BY n',
      this.app.appId,
    );
    if (rows.length === 0) return;
    this.#windows += 1;
    store.transaction(() => {
      for (const [portalId, own] of Map.groupBy(rows, (row) => row.portal_id)) {
        const events = this.#arranged(own.map(({ event }) => event));
        for (const batch of batchesOf(events)) this.batches.add(portalId, batch);
      }
      store.run('DELETE FROM webhook_events WHERE app_id = ?', this.app.appId);
      this.batches.forgetOld();
    });
  }

  #arranged(events: readonly string[]): string[] {
    const { duplicate, shuffleSeed } = this.settings;
    const all = duplicate ? [...events, ...events] : [...events];
    return shuffleSeed === null ? all : shuffled(all, seededRandom(shuffleSeed + this.#windows));
  }
}

/** At most 100 events each; privacy deletions travel apart from the plain deletions that go with them. */
function batchesOf(events: readonly string[]): string[][] {
  const apart = Map.groupBy(events, (event) => event.includes('"contact.privacyDeletion"'));
  return [...apart.values()].flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / maxBatch) }, (_, index) =>
      group.slice(index * maxBatch, (index + 1) * maxBatch),
    ),
  );
}
