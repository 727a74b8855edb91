/**
 * Events on their way to the app. Each is stored in the transaction of the change that it tells of, waits a short
 * window for others, and then travels in a batch until it is delivered or given up.
 */
import { seededRandom, shuffled } from '../random.ts';
import type { Store } from '../store.ts';
import type { SandboxApp } from '../world.ts';
import { WebhookBatches } from './batches.ts';
import { initialSettings, type WebhookSettings } from './settings.ts';
import { defaultSubscriptions, type NewSubscription, type Subscription } from './subscriptions.ts';

/** What a publisher says; ids, subscription and attempt are added here. */
export interface PublishedEvent {
  readonly subscriptionType: string;
  readonly occurredAt: number;
  readonly propertyName?: string;
  readonly [field: string]: unknown;
}

export interface QueueParts {
  readonly store: Store;
  readonly app: SandboxApp;
  readonly now: () => number;
  /** Properties whose changes are subscribed from the start. */
  readonly propertyNames: readonly string[];
}

const maxBatch = 100;

export class WebhookQueue {
  readonly batches: WebhookBatches;
  settings: WebhookSettings;
  /** Called when there may be something to send. */
  onChange: () => void = () => undefined;
  readonly #parts: QueueParts;
  #subscribed = new Map<string, Subscription>();
  #window: NodeJS.Timeout | undefined;
  #windows = 0;

  constructor(parts: QueueParts) {
    this.#parts = parts;
    this.batches = new WebhookBatches(parts.store, parts.now);
    this.settings = initialSettings(parts.app);
    this.restoreDefaults();
    this.#openWindow();
  }

  change(change: Partial<Omit<WebhookSettings, 'subscriptions'>>): void {
    this.settings = { ...this.settings, ...change };
    this.onChange();
  }

  /** As at the start of the process. */
  restoreDefaults(): void {
    this.#windows = 0;
    this.settings = initialSettings(this.#parts.app);
    this.subscribe(defaultSubscriptions(this.#parts.propertyNames));
  }

  /** Replaces all subscriptions. */
  subscribe(subscriptions: readonly NewSubscription[]): void {
    const numbered = subscriptions.map((subscription, index) => ({ id: 1_000_001 + index, ...subscription }));
    this.settings = { ...this.settings, subscriptions: numbered };
    const active = numbered.filter((subscription) => subscription.active);
    this.#subscribed = new Map(active.map((each) => [key(each.eventType, each.propertyName), each]));
  }

  /** Keeps an event for delivery, if the app is subscribed to it. */
  publish(portalId: number, event: PublishedEvent): void {
    const subscription = this.#subscribed.get(key(event.subscriptionType, event.propertyName));
    if (subscription === undefined || !this.settings.enabled || this.settings.targetUrl === null) return;
    const { store, app } = this.#parts;
    const complete = {
      eventId: store.next(0, 'webhook-event', 100),
      subscriptionId: subscription.id,
      portalId,
      appId: Number(app.appId),
      attemptNumber: 0,
      ...event,
    };
    store.run(
      'INSERT INTO webhook_events (portal_id, event) VALUES (?, ?)',
      portalId,
      JSON.stringify(complete),
    );
    this.#openWindow();
  }

  close(): void {
    clearTimeout(this.#window);
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
      'SELECT portal_id, event FROM webhook_events ORDER BY n',
    );
    if (rows.length === 0) return;
    this.#windows += 1;
    store.transaction(() => {
      for (const [portalId, own] of Map.groupBy(rows, (row) => row.portal_id)) {
        const events = this.#arranged(own.map(({ event }) => event));
        for (const batch of batchesOf(events)) this.batches.add(portalId, batch);
      }
      store.run('DELETE FROM webhook_events');
      this.batches.forgetOld();
    });
  }

  #arranged(events: readonly string[]): string[] {
    const { duplicate, shuffleSeed } = this.settings;
    const all = duplicate ? [...events, ...events] : [...events];
    return shuffleSeed === null ? all : shuffled(all, seededRandom(shuffleSeed + this.#windows));
  }
}

const key = (eventType: string, propertyName: string | null | undefined): string =>
  `${eventType}/${propertyName ?? ''}`;

/** At most 100 events each; privacy deletions travel apart from the plain deletions that go with them. */
function batchesOf(events: readonly string[]): string[][] {
  const apart = Map.groupBy(events, (event) => event.includes('"contact.privacyDeletion"'));
  return [...apart.values()].flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / maxBatch) }, (_, index) =>
      group.slice(index * maxBatch, (index + 1) * maxBatch),
    ),
  );
}
