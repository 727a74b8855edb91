import type { Tx } from '../../db/client.ts';
import { loadCampaign, loadMappings } from '../../db/queries/campaigns.ts';
import { openConnection } from '../../db/queries/connections.ts';
import { enqueueNudges, enqueueStarts } from '../../db/queries/outbox.ts';
import { wantRun } from '../../db/queries/sync-run-views.ts';
import { openSyncRun, type SyncRun } from '../../db/queries/sync-runs.ts';
import { acceptsSync } from '../../domain/campaign.ts';
import { mappingProblems } from '../../domain/field-mapping.ts';
import { contactSyncWorkflow } from '../../workflows/contract.ts';
import { connectFirst, notFound, Problem, unprocessable } from '../problem.ts';

/** S40: one open run per campaign; asking again while it is open gives that one. */
export async function startSync(
  tx: Tx,
  campaignId: string,
): Promise<{ readonly run: SyncRun; readonly started: boolean }> {
  const campaign = await loadCampaign(tx, campaignId);
  if (!campaign) throw notFound('campaign');
  if (!acceptsSync(campaign.status))
    throw new Problem(409, `The campaign is ${campaign.status}; its contacts are not synced any more.`);
  const problems = mappingProblems('sync', await loadMappings(tx, campaignId, 'sync-out'));
  if (problems.length > 0) {
    throw unprocessable(
      problems.map(({ field, message }) => ({
        field: field.replace(/^mappings/, 'sync.mappingsOut'),
        message,
      })),
    );
  }
  const connection = await openConnection(tx);
  if (connection?.status !== 'active') throw connectFirst();
  if (connection.id !== campaign.connectionId) {
    throw new Problem(
      409,
      'This campaign was configured for another HubSpot account. Save its HubSpot configuration again for this one.',
    );
  }
  const { workspaceId } = campaign;
  const connectionId = connection.id;
  const opened = await openSyncRun(tx, { workspaceId, campaignId, connectionId, epoch: connection.epoch });
  if (opened.started) {
    const address = contactSyncWorkflow({ workspaceId, campaignId, connectionId, syncRunId: opened.run.id });
    await enqueueStarts(tx, [{ workspaceId, address }]);
  }
  return opened;
}

/** Pause, resume and stop are rows; the nudge wakes a run that waits. */
export async function orderSync(tx: Tx, campaignId: string, wanted: SyncRun['wanted']): Promise<SyncRun> {
  if (!(await loadCampaign(tx, campaignId))) throw notFound('campaign');
  const run = await wantRun(tx, campaignId, wanted);
  if (!run) throw new Problem(409, 'No sync of this campaign is open. Start one first: POST …/sync.');
  const { workspaceId, connectionId } = run;
  const address = contactSyncWorkflow({ workspaceId, campaignId, connectionId, syncRunId: run.id });
  await enqueueNudges(tx, [{ workspaceId, address, nudge: { kind: 'order' } }]);
  return run;
}
