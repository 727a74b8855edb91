/** How often each endpoint was called, and what it answered. */
import type { Store } from '../store.ts';

/** How often one endpoint was answered in one way. */
export interface RequestCount {
  readonly method: string;
  /** The path without its query, `{id}` where a record's or list's number stood. */
  readonly endpoint: string;
  /** Null: broken off, or still being answered. */
  readonly status: number | null;
  readonly count: number;
}

export interface CountQuery {
  readonly portalId?: number | undefined;
  /** Part of the path. */
  readonly path?: string | undefined;
}

/** Makes `endpoint(path)` known to SQL. */
export function defineEndpoint(store: Store): void {
  store.define('endpoint', (path) => endpointOf(path ?? ''));
}

export function requestCounts(store: Store, { portalId, path }: CountQuery): RequestCount[] {
  const rows = store.all<{ method: string; endpoint: string; status: number | null; count: number }>(
    `SELECT method, endpoint, status, count(*) AS count,
            sum(count(*)) OVER (PARTITION BY method, endpoint) AS of_endpoint
     FROM (SELECT method, endpoint(path) AS endpoint, status FROM requests
           WHERE (?1 IS NULL OR portal_id = ?1) AND (?2 IS NULL OR instr(path, ?2) > 0))
     GROUP BY method, endpoint, status ORDER BY of_endpoint DESC, endpoint, method, status`,
    portalId ?? null,
    path ?? null,
  );
  return rows.map(({ method, endpoint, status, count }) => ({ method, endpoint, status, count }));
}

const endpointOf = (url: string): string => (url.split('?', 1)[0] ?? '').replace(/\/\d+(?=\/|$)/g, '/{id}');
