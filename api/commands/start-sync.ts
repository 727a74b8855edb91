import type { Tx } from '../../db/client.ts';
import { type Campaign, loadCampaign, loadMappings } from '../../db/queries/campaigns.ts';
import { enqueueNudges } from '../../db/queries/outbox.ts';
import { wantRun } from '../../db/queries/sync-run-views.ts';
import { openRuns, type SyncRun } from '../../db/queries/sync-runs.ts';
import { acceptsSync } from '../../domain/campaign.ts';
import { mappingProblems } from '../../domain/field-mapping.ts';
import { contactSyncWorkflow } from '../../workflows/contract.ts';
import { notFound, Problem, unprocessable } from '../problem.ts';
import { beingStopped, connectionOf, type OpenedRun, openRun } from './open-run.ts';

/** S40: one open run per campaign; asking again while it is open gives that one. */
export async function startSync(tx: Tx, campaignId: string): Promise<OpenedRun> {
  const campaign = await syncableCampaign(tx, campaignId);
  return openRun(tx, campaign, await connectionOf(tx, campaign), { kind: 'sync' });
}

/** E4: a dry run over the same scope, refused where a sync would be. */
export async function startPreview(tx: Tx, campaignId: string): Promise<OpenedRun> {
  const campaign = await syncableCampaign(tx, campaignId);
  return openRun(tx, campaign, await connectionOf(tx, campaign), { kind: 'preview' });
}

/** A campaign whose contacts may be enrolled now; S34: without the link mapped nothing is written. */
export async function syncableCampaign(tx: Tx, campaignId: string): Promise<Campaign> {
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
  return campaign;
}

/** Pause, resume and stop are rows; the nudge wakes a run that waits. */
export async function orderSync(tx: Tx, campaignId: string, wanted: SyncRun['wanted']): Promise<SyncRun> {
  if (!(await loadCampaign(tx, campaignId))) throw notFound('campaign');
  const run = await wantRun(tx, campaignId, wanted);
  if (!run) {
    const { run: stopping } = await openRuns(tx, campaignId);
    if (stopping) throw beingStopped(stopping);
    throw new Problem(409, 'No sync of this campaign is open. Start one first: POST …/sync.');
  }
  const { workspaceId, connectionId } = run;
  const address = contactSyncWorkflow({ workspaceId, campaignId, connectionId, syncRunId: run.id });
  await enqueueNudges(tx, [{ workspaceId, address, nudge: { kind: 'order' } }]);
  return run;
}
