import type { Tx } from '../../db/client.ts';
import { listExceptions, loadRun } from '../../db/queries/sync-run-views.ts';
import type { SkipReason } from '../../domain/sync.ts';
import { writesToHubSpot } from '../../domain/sync-undo.ts';
import { notFound, Problem } from '../problem.ts';
import { connectionOf, type OpenedRun, openRun } from './open-run.ts';
import { syncableCampaign } from './start-sync.ts';

/** Opens a run over the contacts that another one skipped, all of them or those of one reason. */
export async function retryRun(
  tx: Tx,
  { runId, reason }: { readonly runId: string; readonly reason: SkipReason | null },
): Promise<OpenedRun> {
  const run = await loadRun(tx, runId);
  if (!run) throw notFound('sync run');
  if (!writesToHubSpot(run.kind)) throw new Problem(409, 'Only the exceptions of a sync can be retried.');
  if (run.finishedAt === null && run.kind !== 'ongoing') {
    throw new Problem(
      409,
      'This run is still open. Wait for its end, or stop it: POST …/campaigns/{id}/sync/stop.',
    );
  }
  const campaign = await syncableCampaign(tx, run.campaignId);
  const connection = await connectionOf(tx, campaign);
  if (connection.id !== run.connectionId) {
    throw new Problem(
      409,
      'This run read another HubSpot account. Start a sync instead: POST …/campaigns/{id}/sync.',
    );
  }
  if ((await listExceptions(tx, { runId, reason }, 1)).length === 0) {
    throw new Problem(409, 'No contact of this run was skipped for that; there is nothing to retry.');
  }
  return openRun(tx, campaign, connection, { kind: 'retry', ofRunId: run.id, onlyReason: reason });
}
