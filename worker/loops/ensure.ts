import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { SystemDatabase } from '../../db/client.ts';
import { enqueueNudges, enqueueStarts } from '../../db/queries/outbox.ts';
import {
  livingConnections,
  openSyncRuns,
  overdueReferrals,
  storedNamespaceId,
  storeNamespaceId,
  unenteredReferrers,
  unsettledReferrals,
} from '../../db/queries/system/ensure.ts';
import {
  connectionWorkflow,
  contactSyncWorkflow,
  referralWorkflow,
  referrerWorkflow,
  type WorkflowStart,
} from '../../workflows/contract.ts';

interface EnsureDependencies {
  readonly db: SystemDatabase;
  readonly client: Client;
  readonly log: Logger;
}

const batchSize = 1_000;
const firstId = '00000000-0000-0000-0000-000000000000';

/**
 * A new Temporal database has a new namespace id: everything whose row is unfinished is started again, by id, so a
 * workflow that is there already is left alone. The id is stored last, so that a crash in the middle starts over.
 */
export async function ensureWorkflows({ db, client, log }: EnsureDependencies): Promise<boolean> {
  const described = await client.workflowService.describeNamespace({ namespace: client.options.namespace });
  const current = described.namespaceInfo?.id ?? '';
  if (current === (await storedNamespaceId(db))) return false;
  let started = await startAll(db, [
    ...(await livingConnections(db)).map((row) => ({ row, start: connectionWorkflow(row) })),
    ...(await openSyncRuns(db)).map((row) => ({ row, start: contactSyncWorkflow(row) })),
    ...(await unenteredReferrers(db)).map((row) => ({ row, start: referrerWorkflow(row) })),
  ]);
  for (let after = firstId; ; ) {
    const rows = await unsettledReferrals(db, after, batchSize);
    started += await startAll(
      db,
      rows.map((row) => ({ row, start: referralWorkflow(row) })),
    );
    const last = rows.at(-1);
    if (!last) break;
    after = last.referralId;
  }
  await storeNamespaceId(db, current);
  log.info({ namespaceId: current, started }, 'workflows of unfinished rows are ensured');
  return false;
}

/** Rows whose deadline has long passed although nothing happened: nudged, and said aloud, since it should not be. */
export async function nudgeOverdue({ db, log }: EnsureDependencies): Promise<boolean> {
  const rows = await overdueReferrals(db, batchSize);
  if (rows.length === 0) return false;
  log.warn({ count: rows.length }, 'referrals are past their deadline');
  await db.transaction((tx) =>
    enqueueNudges(
      tx,
      rows.map((row) => ({
        workspaceId: row.workspaceId,
        address: referralWorkflow(row),
        nudge: { kind: 'order' },
      })),
    ),
  );
  return false;
}

async function startAll(
  db: SystemDatabase,
  items: readonly { readonly row: { readonly workspaceId: string }; readonly start: WorkflowStart }[],
): Promise<number> {
  await db.transaction((tx) =>
    enqueueStarts(
      tx,
      items.map(({ row, start }) => ({ workspaceId: row.workspaceId, address: start })),
    ),
  );
  return items.length;
}
