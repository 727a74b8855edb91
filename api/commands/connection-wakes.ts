/** What a change of the connection tells the workflows, in the transaction that changes it. */
import type { Tx } from '../../db/client.ts';
import { lookAgain, openRunsOf, waitingReferrers } from '../../db/queries/connection-resume.ts';
import { type Connection, closeConnection } from '../../db/queries/connections.ts';
import { enqueueNudges, enqueueStarts } from '../../db/queries/outbox.ts';
import { parkedReferrals } from '../../db/queries/referrals.ts';
import { resumeRuns } from '../../db/queries/sync-run-views.ts';
import {
  connectionWorkflow,
  contactSyncWorkflow,
  type Nudge,
  referralWorkflow,
  referrerWorkflow,
  type WorkflowStart,
} from '../../workflows/contract.ts';

const nudge: Nudge = { kind: 'connection' };

/** Rows of one statement, far below the number of parameters that PostgreSQL takes. */
const batchSize = 1_000;

/**
 * Starts the connection's workflow, and wakes every lifecycle and sync that waited for a connection (S88). Resolves
 * with how many referrals had waited.
 */
export async function resumeWaiting(
  tx: Tx,
  { id: connectionId, workspaceId, epoch }: Connection,
): Promise<number> {
  const connection = connectionWorkflow({ workspaceId, connectionId, epoch });
  const referrals = await parkedReferrals(tx, connectionId);
  const referrers = await waitingReferrers(tx, connectionId);
  const runs = await resumeRuns(tx, connectionId, epoch);
  await lookAgain(tx, connectionId);
  await enqueueStarts(tx, [{ workspaceId, address: connection }]);
  await nudgeAll(tx, workspaceId, [
    connection,
    ...referrals.map((row) => referralWorkflow({ ...row, referralId: row.id })),
    ...referrers.map((row) => referrerWorkflow({ ...row, referrerId: row.id })),
    ...runs.map((row) => contactSyncWorkflow({ ...row, syncRunId: row.id })),
  ]);
  return referrals.length;
}

/** S86: at once, by a row; the connection's workflow then hands the grant back to HubSpot. */
export async function disconnect(tx: Tx, connectionId: string, reason: string): Promise<Connection | null> {
  const closed = await closeConnection(tx, connectionId, reason);
  if (!closed) return null;
  const { workspaceId, epoch } = closed;
  await nudgeAll(tx, workspaceId, [
    connectionWorkflow({ workspaceId, connectionId, epoch }),
    // A sync that waits for changes says then that it waits for a connection.
    ...(await openRunsOf(tx, connectionId)).map((row) => contactSyncWorkflow({ ...row, connectionId })),
  ]);
  return closed;
}

/** In the order of their ids over all batches, so that two such transactions never wait for each other. */
async function nudgeAll(tx: Tx, workspaceId: string, addresses: readonly WorkflowStart[]): Promise<void> {
  const ordered = addresses.toSorted((a, b) => (a.workflowId < b.workflowId ? -1 : 1));
  for (let first = 0; first < ordered.length; first += batchSize) {
    const batch = ordered.slice(first, first + batchSize);
    await enqueueNudges(
      tx,
      batch.map((address) => ({ workspaceId, address, nudge })),
    );
  }
}
