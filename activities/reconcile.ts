import type { Tx } from '../db/client.ts';
import { type Connection, holdEpoch } from '../db/queries/connections.ts';
import { enqueueNudges } from '../db/queries/outbox.ts';
import { loadCursor, referralsHolding, storeCertificate, storeCursor } from '../db/queries/reconcile.ts';
import { HubSpotError } from '../hubspot/failures.ts';
import type { CrmObjectType, CrmRecord, HubSpot } from '../hubspot/gateway.ts';
import { referralWorkflow } from '../workflows/contract.ts';
import { openFor } from './connection-access.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** HubSpot's search index lags and is not monotonic for recent data: each pass begins before the last one ended. */
const overlapMs = 60_000;
/** The trailing pass reads once more what is an hour old, when the index has certainly settled. */
const trailingMs = 60 * 60_000;
const pageSize = 200;
/** Bound of one activity: the cursor then stands inside the window and the next pass goes on. */
const pagesPerPass = 40;

export interface PassResult {
  readonly seen: number;
  /** Changes that had not been read by any decision before: what webhooks missed so far. */
  readonly late: number;
}

/** The only incremental reader: fast pass up to now, trailing pass an hour behind, for contacts and deals. */
export async function reconcilePass(
  deps: ActivityDependencies,
  connection: Connection,
  asOf: string,
): Promise<PassResult> {
  const { hubspot } = openFor(deps, connection, 'bulk');
  const total = { seen: 0, late: 0 };
  const from: string[] = [];
  for (const objectType of ['contact', 'deal'] as const) {
    for (const pass of ['fast', 'trailing'] as const) {
      const to = pass === 'fast' ? asOf : before(asOf, trailingMs);
      const cursor = await deps.db.inWorkspace(connection.workspaceId, (tx) =>
        loadCursor(tx, { connectionId: connection.id, objectType, pass }),
      );
      const start = cursor ?? connection.connectedAt;
      if (Date.parse(start) >= Date.parse(to)) continue;
      const window = { objectType, pass, from: before(start, pass === 'fast' ? overlapMs : 0), to };
      from.push(window.from);
      const result = await readWindow(deps, connection, hubspot, window);
      total.seen += result.seen;
      total.late += result.late;
    }
  }
  const covered = from.sort()[0];
  if (covered !== undefined) {
    await deps.db.inWorkspace(connection.workspaceId, (tx) =>
      storeCertificate(tx, {
        workspaceId: connection.workspaceId,
        connectionId: connection.id,
        coversFrom: covered,
        coversTo: asOf,
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

async function readWindow(
  deps: ActivityDependencies,
  connection: Connection,
  hubspot: HubSpot,
  { objectType, pass, from, to }: Window,
): Promise<PassResult> {
  const result = { seen: 0, late: 0 };
  let afterId: string | null = null;
  for (let page = 0; page < pagesPerPass; page += 1) {
    const records: readonly CrmRecord[] = await hubspot.changed({
      objectType,
      from,
      to,
      afterId,
      properties: [],
    });
    result.seen += records.length;
    result.late += await deps.db.inWorkspace(connection.workspaceId, async (tx) => {
      await holdFence(tx, connection);
      return nudgeHolders(tx, connection, objectType, records);
    });
    afterId = records.at(-1)?.id ?? null;
    if (records.length < pageSize) break;
    if (page === pagesPerPass - 1) throw new HubSpotError({ kind: 'retry-after', retryAfterMs: 1_000 });
  }
  await deps.db.inWorkspace(connection.workspaceId, async (tx) => {
    await holdFence(tx, connection);
    await storeCursor(tx, {
      workspaceId: connection.workspaceId,
      connectionId: connection.id,
      objectType,
      pass,
      readUntil: to,
    });
  });
  return result;
}

/** Nudges for a record only when it was modified after our last committed read of it. */
async function nudgeHolders(
  tx: Tx,
  connection: Connection,
  objectType: CrmObjectType,
  records: readonly CrmRecord[],
): Promise<number> {
  const modified = new Map(records.map(({ id, updatedAt }) => [id, updatedAt]));
  const holders = await referralsHolding(tx, connection.id, objectType, [...modified.keys()]);
  const behind = holders.filter(({ crmId, readModifiedAt }) => {
    const updatedAt = modified.get(crmId);
    return (
      updatedAt !== undefined &&
      (readModifiedAt === null || Date.parse(updatedAt) > Date.parse(readModifiedAt))
    );
  });
  await enqueueNudges(
    tx,
    behind.map((row) => ({
      workspaceId: connection.workspaceId,
      address: referralWorkflow({ ...row, workspaceId: connection.workspaceId }),
      nudge: { kind: 'reconcile', objectId: row.crmId },
    })),
  );
  return new Set(behind.map(({ crmId }) => crmId)).size;
}

async function holdFence(tx: Tx, connection: Connection): Promise<void> {
  if (!(await holdEpoch(tx, connection.id, connection.epoch)))
    throw new HubSpotError({ kind: 'connection-closed' });
}

const before = (instant: string, ms: number) => new Date(Date.parse(instant) - ms).toISOString();
