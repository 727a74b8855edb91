/** Up to 100 events of one portal that travel together. */

type BatchState = 'pending' | 'sending' | 'delivered' | 'failed';

/** An event as it is sent. */
interface SentEvent {
  readonly subscriptionType: string;
  readonly propertyName?: string;
  /** Not in an association's event, which has two ends. */
  readonly objectId?: number;
  readonly fromObjectId?: number;
  readonly [field: string]: unknown;
}

export interface WebhookBatch {
  readonly n: number;
  readonly portalId: number;
  readonly events: readonly SentEvent[];
  /** 0 for the first try. */
  readonly attempt: number;
  readonly dueAt: number;
  readonly state: BatchState;
  /** The answer to the last try; null before it, or when none came. */
  readonly status: number | null;
  readonly settledAt: number | null;
  /** Every try that has ended, oldest first. */
  readonly tries: readonly BatchTry[];
}

interface BatchTry {
  readonly at: number;
  /** Null when no answer came in time. */
  readonly status: number | null;
}

/** As the file holds it. */
export interface BatchRow {
  n: number;
  portal_id: number;
  events: string;
  attempt: number;
  due_at: number;
  state: BatchState;
  status: number | null;
  settled_at: number | null;
  tries: string;
}

export const batchFromRow = (row: BatchRow): WebhookBatch => ({
  n: row.n,
  portalId: row.portal_id,
  events: JSON.parse(row.events) as WebhookBatch['events'],
  attempt: row.attempt,
  dueAt: row.due_at,
  state: row.state,
  status: row.status,
  settledAt: row.settled_at,
  tries: JSON.parse(row.tries) as BatchTry[],
});
