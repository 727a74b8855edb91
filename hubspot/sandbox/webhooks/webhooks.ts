/** The webhooks of all apps: a queue and a sender for each, so that one app that does not answer delays no other. */
import type { Apps, RegisteredApp } from '../apps.ts';
import { notFound } from '../http/errors.ts';
import { isInstalled } from '../oauth/installs.ts';
import type { Store } from '../store.ts';
import { WebhookDelivery } from './delivery.ts';
import type { PublishedEvent } from './published-event.ts';
import { WebhookQueue } from './queue.ts';

export interface WebhooksParts {
  readonly store: Store;
  readonly apps: Apps;
  readonly now: () => number;
  /** Properties whose changes an app hears of from the start. */
  readonly propertyNames: readonly string[];
}

interface Channel {
  readonly queue: WebhookQueue;
  readonly delivery: WebhookDelivery;
}

export class Webhooks {
  readonly #parts: WebhooksParts;
  #channels = new Map<string, Channel>();
  #started = false;

  constructor(parts: WebhooksParts) {
    this.#parts = parts;
    for (const app of parts.apps.all()) this.add(app);
  }

  add(app: RegisteredApp): void {
    const { store, now, propertyNames } = this.#parts;
    const queue = new WebhookQueue({ store, now, propertyNames, app });
    const delivery = new WebhookDelivery({ queue, now });
    this.#channels.set(app.appId, { queue, delivery });
    if (this.#started) delivery.start();
  }

  /** Ends the deliveries of an app that is no more; what waits for it is never told. */
  async remove(appId: string): Promise<void> {
    const channel = this.#channels.get(appId);
    this.#channels.delete(appId);
    await channel?.delivery.stop();
    channel?.queue.discard();
  }

  /** Throws when there is no such app. */
  of(appId: string): WebhookQueue {
    const channel = this.#channels.get(appId);
    if (channel === undefined) throw notFound(`There is no app ${appId}.`);
    return channel.queue;
  }

  /** Tells an event to every app that is installed in the portal and subscribed to it. */
  publish(portalId: number, event: PublishedEvent): void {
    for (const [appId, { queue }] of this.#channels)
      if (isInstalled(this.#parts, { appId, portalId })) queue.publish(portalId, event);
  }

  start(): void {
    this.#started = true;
    for (const { delivery } of this.#channels.values()) delivery.start();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#channels.values()].map(({ delivery }) => delivery.stop()));
  }

  /** Forgets the apps that are gone, and what the others were set to. */
  restore(): void {
    for (const [appId, { queue, delivery }] of this.#channels) {
      if (this.#parts.apps.all().some((app) => app.appId === appId)) queue.restoreDefaults();
      else {
        this.#channels.delete(appId);
        void delivery.stop();
      }
    }
  }
}
