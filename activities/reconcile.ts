import type { Connection } from '../db/queries/connections.ts';
import { ongoingSyncs } from '../db/queries/ongoing-contacts.ts';
import { loadCursor, storeCertificate, storeCursor } from '../db/queries/reconcile.ts';
import { toInstant } from '../domain/time.ts';
import type { CrmObjectType, CrmRecord, HubSpot } from '../hubspot/gateway.ts';
import { holdFence, openFor } from './connection-access.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { noticeContacts } from './identity.ts';
import { contactProperties, handOn } from './reconcile-page.ts';

/** HubSpot's search index lags and is not monotonic for recent data: what is younger than this is read once more. */
const overlapMs = 60_000;
/** The trailing pass reads once more what is an hour old, when the index has certainly settled. */
const trailingMs = 60 * 60_000;
const pageSize = 200;
/** What one activity may read of each object in each pass: together well below its 45 s at four searches a second. */
const pagesPerPass = { fast: 40, trailing: 10 } as const;
/** A window that is not through after so many pages is cut; the shortest one is read to its end. */
const pagesPerWindow = 10;
const cut = 16;
const shortestSpanMs = 1_000;

export interface PassResult {
  readonly seen: number;
  /** Changes that had not been read by any decision before: what webhooks missed so far. */
  readonly late: number;
  /** The bound was reached before the end: look again at once. */
  readonly behind: boolean;
}

/** The only incremental reader: fast pass up to now, trailing pass an hour behind, for contacts and deals. */
export async function reconcilePass(
  deps: ActivityDependencies,
  connection: Connection,
  asOf: string,
): Promise<PassResult> {
  const { hubspot } = openFor(deps, connection, 'bulk');
  const total = { seen: 0, late: 0, behind: false };
  const from: string[] = [];
  const to: string[] = [];
  for (const pass of ['fast', 'trailing'] as const) {
    for (const objectType of ['contact', 'deal'] as const) {
      const end = pass === 'fast' ? asOf : before(asOf, trailingMs);
      const cursor = await deps.db.inWorkspace(connection.workspaceId, (tx) =>
        loadCursor(tx, { connectionId: connection.id, objectType, pass }),
      );
      const start = cursor ?? before(connection.connectedAt, overlapMs);
      if (Date.parse(start) >= Date.parse(end)) continue;
      const result = await readPass(deps, connection, hubspot, { objectType, pass, from: start, to: end });
      from.push(start);
      if (pass === 'fast') to.push(result.readUntil);
      total.seen += result.seen;
      total.late += result.late;
      total.behind ||= result.readUntil !== end;
    }
  }
  const [coversFrom, coversTo] = [from.sort()[0], to.sort()[0]];
  if (coversFrom !== undefined && coversTo !== undefined) {
    await deps.db.inWorkspace(connection.workspaceId, (tx) =>
      storeCertificate(tx, {
        workspaceId: connection.workspaceId,
        connectionId: connection.id,
        coversFrom,
        coversTo,
        changesSeen: total.seen,
        changesLate: total.late,
      }),
    );
  }
  return total;
}

interface Window {
  readonly objectType: CrmObjectType;
  readonly pass: 'fast' | 'trailing';
  readonly from: string;
  readonly to: string;
}

/**
 * Reads a window as one, or in parts where a bulk change (our own backfill of links is one) has made it too full for
 * one activity. The cursor moves with each part, so that every pass gets further, however much there is to read.
 */
async function readPass(
  deps: ActivityDependencies,
  connection: Connection,
  hubspot: HubSpot,
  window: Window,
): Promise<Omit<PassResult, 'behind'> & { readonly readUntil: string }> {
  const result = { seen: 0, late: 0, readUntil: window.from };
  const end = Date.parse(window.to);
  // What is too young for a settled index is left to the next pass.
  const settled = window.pass === 'fast' ? before(window.to, overlapMs) : window.to;
  let spanMs = end - Date.parse(window.from);
  for (let pagesLeft: number = pagesPerPass[window.pass]; pagesLeft > 0 && result.readUntil !== window.to; ) {
    const to = toInstant(Math.min(end, Date.parse(result.readUntil) + spanMs));
    const bound = spanMs <= shortestSpanMs ? Number.POSITIVE_INFINITY : Math.min(pagesPerWindow, pagesLeft);
    const read = await readWindow(
      deps,
      connection,
      hubspot,
      { ...window, from: result.readUntil, to, settled },
      bound,
    );
    pagesLeft -= read.pages;
    result.seen += read.seen;
    result.late += read.late;
    if (read.whole) result.readUntil = to;
    spanMs = read.whole ? spanMs * 2 : Math.max(shortestSpanMs, Math.floor(spanMs / cut));
  }
  return result;
}

async function readWindow(
  deps: ActivityDependencies,
  connection: Connection,
  hubspot: HubSpot,
  { objectType, pass, from, to, settled }: Window & { readonly settled: string },
  pagesAtMost: number,
): Promise<{
  readonly seen: number;
  readonly late: number;
  readonly pages: number;
  readonly whole: boolean;
}> {
  const { id: connectionId, workspaceId } = connection;
  const result = { seen: 0, late: 0, pages: 0, whole: false };
  const syncs = await deps.db.inWorkspace(workspaceId, (tx) => ongoingSyncs(tx, connectionId));
  let afterId: string | null = null;
  while (!result.whole && result.pages < pagesAtMost) {
    const records: readonly CrmRecord[] = await hubspot.changed({
      objectType,
      from,
      to,
      afterId,
      properties: objectType === 'contact' ? contactProperties(syncs) : [],
    });
    result.pages += 1;
    result.seen += records.length;
    if (objectType === 'contact') {
      await noticeContacts(deps, connection, records);
    }
    result.late += await deps.db.inWorkspace(workspaceId, async (tx) => {
      await holdFence(tx, connection);
      return handOn(tx, connection, { objectType, records, syncs });
    });
    afterId = records.at(-1)?.id ?? null;
    result.whole = records.length < pageSize;
  }
  if (result.whole) {
    await deps.db.inWorkspace(workspaceId, async (tx) => {
      await holdFence(tx, connection);
      await storeCursor(tx, {
        workspaceId,
        connectionId,
        objectType,
        pass,
        readUntil: Date.parse(to) < Date.parse(settled) ? to : settled,
      });
    });
  }
  return result;
}

const before = (instant: string, ms: number) => new Date(Date.parse(instant) - ms).toISOString();
