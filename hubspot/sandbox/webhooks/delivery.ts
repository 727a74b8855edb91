/** Sends an app's batches: signed, ten at a time unless set otherwise, five seconds each, again until taken. */
import type { WebhookBatch } from './batch.ts';
import type { WebhookQueue } from './queue.ts';
import { signatureHeaders } from './signature.ts';

const timeoutMs = 5000;

export class WebhookDelivery {
  readonly #queue: WebhookQueue;
  readonly #now: () => number;
  readonly #sending = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor({ queue, now }: { queue: WebhookQueue; now: () => number }) {
    this.#queue = queue;
    this.#now = now;
  }

  start(): void {
    this.#queue.onChange = () => this.#pump();
    this.#pump();
  }

  /** What is on the wire is broken off and will be sent again by the next process. */
  async stop(): Promise<void> {
    this.#queue.onChange = () => undefined;
    this.#queue.close();
    clearTimeout(this.#timer);
    this.#closing.abort();
    await Promise.all(this.#sending);
  }

  #pump(): void {
    clearTimeout(this.#timer);
    const { targetUrl, enabled, maxConcurrentRequests } = this.#queue.inForce;
    if (targetUrl === null || !enabled || this.#closing.signal.aborted) return;
    const free = maxConcurrentRequests - this.#sending.size;
    if (free > 0) {
      for (const batch of this.#queue.batches.takeDue(free)) this.#send(batch, targetUrl);
    }
    if (this.#sending.size >= maxConcurrentRequests) return;
    const dueAt = this.#queue.batches.nextDueAt();
    if (dueAt !== undefined)
      this.#timer = setTimeout(() => this.#pump(), Math.max(1, dueAt - this.#now())).unref();
  }

  #send(batch: WebhookBatch, targetUrl: string): void {
    const sending = this.#post(batch, targetUrl)
      .then((status) => {
        if (this.#closing.signal.aborted && status === null) this.#queue.batches.untried(batch);
        else if (status !== null && status >= 200 && status < 300)
          this.#queue.batches.delivered(batch, status);
        else this.#queue.batches.missed(batch, status, this.#queue.settings.retryDelaysMs);
      })
      .finally(() => {
        this.#sending.delete(sending);
        this.#pump();
      });
    this.#sending.add(sending);
  }

  /** The status of the answer; null when none came in time. */
  async #post(batch: WebhookBatch, url: string): Promise<number | null> {
    const body = JSON.stringify(batch.events.map((event) => ({ ...event, attemptNumber: batch.attempt })));
    const request = { method: 'POST', url, body };
    const signature = signatureHeaders(this.#queue.app.clientSecret, request, this.#now());
    try {
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'HubSpot Connect 2.0 (sandbox)',
          ...signature,
        },
        body,
        signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), this.#closing.signal]),
      });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return null;
    }
  }
}
