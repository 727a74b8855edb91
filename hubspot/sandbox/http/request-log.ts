import type { Store } from '../store.ts';
import { type CountQuery, defineEndpoint, type RequestCount, requestCounts } from './request-counts.ts';

/** One request to HubSpot's API. Bodies are never kept. */
export interface LoggedRequest {
  readonly n: number;
  readonly at: number;
  readonly method: string;
  /** Path and query as sent. */
  readonly path: string;
  readonly portalId: number | null;
  readonly appId: string | null;
  /** Which install of the app the token came from, counted from 1 per portal. */
  readonly tokenEpoch: number | null;
  /** Null while it is being answered, or for ever when it hangs. */
  finishedAt: number | null;
  status: number | null;
}

export interface LogQuery {
  readonly after: number;
  readonly limit: number;
  readonly portalId?: number | undefined;
  /** Part of the path. */
  readonly path?: string | undefined;
  readonly newestFirst?: boolean;
}

const kept = 200_000;
const flushDelayMs = 200;

interface RequestRow {
  n: number;
  at: number;
  finished_at: number | null;
  method: string;
  path: string;
  status: number | null;
  portal_id: number | null;
  app_id: string | null;
  token_epoch: number | null;
}

/** Every API request in the order of arrival; the newest 200,000 are kept. Written a little later, read as of now. */
export class RequestLog {
  readonly #store: Store;
  readonly #open = new Map<number, LoggedRequest>();
  #finished: LoggedRequest[] = [];
  #next: number;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(store: Store) {
    this.#store = store;
    defineEndpoint(store);
    this.#next = 1 + store.require<{ n: number }>('SELECT coalesce(max(n), 0) AS n FROM requests').n;
  }

  begin(request: Omit<LoggedRequest, 'n' | 'finishedAt' | 'status'>): LoggedRequest {
    const entry: LoggedRequest = { n: this.#next++, finishedAt: null, status: null, ...request };
    this.#open.set(entry.n, entry);
    return entry;
  }

  /** `status` null when the connection ended without an answer. */
  finish(entry: LoggedRequest, { at, status }: { at: number; status: number | null }): void {
    if (!this.#open.delete(entry.n) || this.#closed) return;
    entry.finishedAt = at;
    entry.status = status;
    this.#finished.push(entry);
    this.#timer ??= setTimeout(() => this.flush(), flushDelayMs).unref();
  }

  read({ after, limit, portalId, path, newestFirst = false }: LogQuery): LoggedRequest[] {
    this.flush();
    const direction = newestFirst ? 'DESC' : 'ASC';
    const stored = this.#store
      .all<RequestRow>(
        `SELECT * FROM requests WHERE n > ? AND (?2 IS NULL OR portal_id = ?2) AND (?3 IS NULL OR instr(path, ?3) > 0)
         ORDER BY n ${direction} LIMIT ?4`,
        after,
        portalId ?? null,
        path ?? null,
        limit,
      )
      .map(fromRow);
    const open = [...this.#open.values()].filter(
      (entry) =>
        entry.n > after &&
        (portalId === undefined || entry.portalId === portalId) &&
        (path === undefined || entry.path.includes(path)),
    );
    const order = newestFirst ? -1 : 1;
    return [...stored, ...open].sort((a, b) => order * (a.n - b.n)).slice(0, limit);
  }

  /** Of all that is kept, the busiest endpoints first. */
  counts(query: CountQuery = {}): RequestCount[] {
    this.flush();
    return requestCounts(this.#store, query);
  }

  clear(): void {
    this.#finished = [];
    this.#open.clear();
  }

  /** What ends from now on is not kept. */
  close(): void {
    this.flush();
    this.#closed = true;
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const finished = this.#finished;
    if (finished.length === 0) return;
    this.#finished = [];
    this.#store.transaction(() => {
      for (const entry of finished) {
        const { n, at, finishedAt, method, path, status, portalId, appId, tokenEpoch } = entry;
        this.#store.run(
          'INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
          n,
          at,
          finishedAt,
          method,
          path,
          status,
          portalId,
          appId,
          tokenEpoch,
        );
      }
      this.#store.run('DELETE FROM requests WHERE n <= ?', this.#next - kept);
    });
  }
}

const fromRow = (row: RequestRow): LoggedRequest => ({
  n: row.n,
  at: row.at,
  finishedAt: row.finished_at,
  method: row.method,
  path: row.path,
  status: row.status,
  portalId: row.portal_id,
  appId: row.app_id,
  tokenEpoch: row.token_epoch,
});
