import type { Tx } from '../../db/client.ts';
import { lockCampaign } from '../../db/queries/campaigns.ts';
import { loadRun } from '../../db/queries/sync-run-views.ts';
import { openRuns } from '../../db/queries/sync-runs.ts';
import { countLeftToUndo, laterRunToUndo } from '../../db/queries/undo.ts';
import { toPublicId } from '../../domain/id.ts';
import { invariant } from '../../domain/invariant.ts';
import { writesToHubSpot } from '../../domain/sync-undo.ts';
import { notFound, Problem } from '../problem.ts';
import { connectionOf, type OpenedRun, openRun } from './open-run.ts';

/**
 * E4: opens the run that takes back what another one wrote. Runs are undone from the last one backwards: an earlier one's
 * values lie under those of a later one, and taking them back first would look like a person's edit to the later undo.
 */
export async function undoRun(tx: Tx, runId: string): Promise<OpenedRun> {
  const run = await loadRun(tx, runId);
  if (!run) throw notFound('sync run');
  if (!writesToHubSpot(run.kind)) {
    throw new Problem(409, `This run is ${named[run.kind]}; only what a sync wrote can be taken back.`);
  }
  // Nobody turns the ongoing sync on between the look and the order.
  const campaign = await lockCampaign(tx, run.campaignId);
  invariant(campaign, 'a sync run has its campaign');
  if ((await openRuns(tx, campaign.id)).ongoing) {
    throw new Problem(
      409,
      'The ongoing sync is on and would write everything again. Turn it off first: PUT …/campaigns/{id}/sync/ongoing.',
    );
  }
  if (run.finishedAt === null) {
    throw new Problem(
      409,
      'This run is still open. Wait for its end, or stop it: POST …/campaigns/{id}/sync/stop.',
    );
  }
  const connection = await connectionOf(
    tx,
    run,
    'This run wrote to another HubSpot account. Connect that one again to take it back.',
  );
  const later = await laterRunToUndo(tx, run);
  if (later) {
    throw new Problem(
      409,
      `A later run wrote to HubSpot as well. Undo that one first: POST …/sync-runs/${toPublicId('syncRun', later.id)}/undo.`,
    );
  }
  if ((await countLeftToUndo(tx, run.id)) === 0) {
    throw new Problem(409, 'This run has nothing in HubSpot that could be taken back.');
  }
  return openRun(tx, campaign, connection, { kind: 'undo', ofRunId: run.id });
}

const named = { preview: 'a preview', undo: 'an undo' } as const;
