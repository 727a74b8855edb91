/** The batches of one app that wait, travel, arrived or were given up, in the sandbox's file. */
import type { Store } from '../store.ts';
import { type BatchRow, batchFromRow, type WebhookBatch } from './batch.ts';

const maxRetries = 10;
/** Settled ones that are kept to be looked at. */
const kept = 1000;

export class WebhookBatches {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #appId: string;

  constructor({ store, now, appId }: { store: Store; now: () => number; appId: string }) {
    this.#store = store;
    this.#now = now;
    this.#appId = appId;
    // What was on the wire when an earlier process ended may not have arrived.
    store.run("UPDATE webhook_batches SET state = 'pending' WHERE app_id = ? AND state = 'sending'", appId);
  }

  /** `events` are JSON texts. */
  add(portalId: number, events: readonly string[]): void {
    this.#store.run(
      `INSERT INTO webhook_batches (app_id, portal_id, events, size, attempt, due_at, state)
       VALUES (?, ?, ?, ?, 0, ?, 'pending')`,
      this.#appId,
      portalId,
      `[${events.join(',')}]`,
      events.length,
      this.#now(),
    );
  }

  /** Takes those that are due, at most `limit`, and marks them as being sent. */
  takeDue(limit: number): WebhookBatch[] {
    return this.#store
      .all<BatchRow>(
        `UPDATE webhook_batches SET state = 'sending' WHERE n IN (
           SELECT n FROM webhook_batches WHERE app_id = ? AND state = 'pending' AND due_at <= ?
           ORDER BY due_at, n LIMIT ?) RETURNING *`,
        this.#appId,
        this.#now(),
        limit,
      )
      .map(batchFromRow)
      .sort((a, b) => a.n - b.n);
  }

  /** When the next one is due, if any waits. */
  nextDueAt(): number | undefined {
    return this.#store.get<{ due_at: number }>(
      "SELECT due_at FROM webhook_batches WHERE app_id = ? AND state = 'pending' ORDER BY due_at LIMIT 1",
      this.#appId,
    )?.due_at;
  }

  delivered(batch: WebhookBatch, status: number): void {
    this.#settle(batch, 'delivered', status);
  }

  /** Puts a batch back for its next try, or gives it up after ten retries. */
  missed(batch: WebhookBatch, status: number | null, retryDelaysMs: readonly number[]): void {
    const delayMs = retryDelaysMs[Math.min(batch.attempt, retryDelaysMs.length - 1)];
    if (delayMs === undefined || batch.attempt >= maxRetries) {
      this.#settle(batch, 'failed', status);
      return;
    }
    this.#store.run(
      `UPDATE webhook_batches SET state = 'pending', attempt = attempt + 1, due_at = ?, status = ?, tries = ?
       WHERE n = ?`,
      this.#now() + delayMs,
      status,
      this.#triesWith(batch, status),
      batch.n,
    );
  }

  /** Puts a batch back as if it had not been tried. */
  untried(batch: WebhookBatch): void {
    this.#store.run("UPDATE webhook_batches SET state = 'pending' WHERE n = ?", batch.n);
  }

  /** Events by state. */
  counts(): { pending: number; delivered: number; failed: number } {
    const waiting = this.#store.require<{ n: number }>(
      `SELECT (SELECT count(*) FROM webhook_events WHERE app_id = ?1)
         + coalesce((SELECT sum(size) FROM webhook_batches
                     WHERE app_id = ?1 AND state IN ('pending', 'sending')), 0) AS n`,
      this.#appId,
    );
    return {
      pending: waiting.n,
      delivered: this.#store.counter(this.#counter('delivered')),
      failed: this.#store.counter(this.#counter('failed')),
    };
  }

  /** Newest first. */
  recent(limit: number): WebhookBatch[] {
    return this.#store
      .all<BatchRow>(
        'SELECT * FROM webhook_batches WHERE app_id = ? ORDER BY n DESC LIMIT ?',
        this.#appId,
        limit,
      )
      .map(batchFromRow);
  }

  forgetOld(): void {
    this.#store.run(
      `DELETE FROM webhook_batches WHERE app_id = ? AND state IN ('delivered', 'failed')
         AND n <= (SELECT max(n) FROM webhook_batches) - ${kept}`,
      this.#appId,
    );
  }

  #settle(batch: WebhookBatch, state: 'delivered' | 'failed', status: number | null): void {
    this.#store.transaction(() => {
      const settled = this.#store.run(
        'UPDATE webhook_batches SET state = ?, status = ?, settled_at = ?, tries = ? WHERE n = ?',
        state,
        status,
        this.#now(),
        this.#triesWith(batch, status),
        batch.n,
      );
      if (settled > 0) this.#store.count(this.#counter(state), batch.events.length);
    });
  }

  #triesWith({ tries }: WebhookBatch, status: number | null): string {
    return JSON.stringify([...tries, { at: this.#now(), status }]);
  }

  #counter(state: 'delivered' | 'failed'): string {
    return `webhooks-${state}:${this.#appId}`;
  }
}
