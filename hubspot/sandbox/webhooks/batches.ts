/** The batches that wait, travel, arrived or were given up, in the sandbox's file. */
import type { Store } from '../store.ts';

export type BatchState = 'pending' | 'sending' | 'delivered' | 'failed';

export interface WebhookBatch {
  readonly n: number;
  readonly portalId: number;
  readonly events: readonly Readonly<Record<string, unknown>>[];
  /** 0 for the first try. */
  readonly attempt: number;
  readonly dueAt: number;
  readonly state: BatchState;
  /** The answer to the last try; null before it, or when none came. */
  readonly status: number | null;
  readonly settledAt: number | null;
}

interface BatchRow {
  n: number;
  portal_id: number;
  events: string;
  attempt: number;
  due_at: number;
  state: BatchState;
  status: number | null;
  settled_at: number | null;
}

const maxRetries = 10;
/** Settled ones that are kept to be looked at. */
const kept = 1000;

export class WebhookBatches {
  readonly #store: Store;
  readonly #now: () => number;

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
    // What was on the wire when an earlier process ended may not have arrived.
    store.run("UPDATE webhook_batches SET state = 'pending' WHERE state = 'sending'");
  }

  /** `events` are JSON texts. */
  add(portalId: number, events: readonly string[]): void {
    this.#store.run(
      `INSERT INTO webhook_batches (portal_id, events, size, attempt, due_at, state) VALUES (?, ?, ?, 0, ?, 'pending')`,
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
           SELECT n FROM webhook_batches WHERE state = 'pending' AND due_at <= ? ORDER BY due_at, n LIMIT ?) RETURNING *`,
        this.#now(),
        limit,
      )
      .map(fromRow)
      .sort((a, b) => a.n - b.n);
  }

  /** When the next one is due, if any waits. */
  nextDueAt(): number | undefined {
    return this.#store.get<{ due_at: number }>(
      "SELECT due_at FROM webhook_batches WHERE state = 'pending' ORDER BY due_at LIMIT 1",
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
      "UPDATE webhook_batches SET state = 'pending', attempt = attempt + 1, due_at = ?, status = ? WHERE n = ?",
      this.#now() + delayMs,
      status,
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
      `SELECT (SELECT count(*) FROM webhook_events)
         + coalesce((SELECT sum(size) FROM webhook_batches WHERE state IN ('pending', 'sending')), 0) AS n`,
    );
    return {
      pending: waiting.n,
      delivered: this.#store.counter('webhooks-delivered'),
      failed: this.#store.counter('webhooks-failed'),
    };
  }

  /** Newest first. */
  recent(limit: number): WebhookBatch[] {
    return this.#store
      .all<BatchRow>('SELECT * FROM webhook_batches ORDER BY n DESC LIMIT ?', limit)
      .map(fromRow);
  }

  forgetOld(): void {
    this.#store.run(
      `DELETE FROM webhook_batches WHERE state IN ('delivered', 'failed')
         AND n <= (SELECT max(n) FROM webhook_batches) - ${kept}`,
    );
  }

  #settle(batch: WebhookBatch, state: 'delivered' | 'failed', status: number | null): void {
    this.#store.transaction(() => {
      const settled = this.#store.run(
        'UPDATE webhook_batches SET state = ?, status = ?, settled_at = ? WHERE n = ?',
        state,
        status,
        this.#now(),
        batch.n,
      );
      if (settled > 0) this.#store.count(`webhooks-${state}`, batch.events.length);
    });
  }
}

const fromRow = (row: BatchRow): WebhookBatch => ({
  n: row.n,
  portalId: row.portal_id,
  events: JSON.parse(row.events) as WebhookBatch['events'],
  attempt: row.attempt,
  dueAt: row.due_at,
  state: row.state,
  status: row.status,
  settledAt: row.settled_at,
});
