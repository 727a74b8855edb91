import type { z } from 'zod';
import type { Database } from '../../db/client.ts';
import { loadCampaign } from '../../db/queries/campaigns.ts';
import { latestRun } from '../../db/queries/sync-run-views.ts';
import { notFound } from '../problem.ts';
import { type runView, showRun } from '../schemas/sync-run.ts';

export interface CampaignAddress {
  readonly workspaceId: string;
  readonly campaignId: string;
}

type RunView = z.output<typeof runView>;

/** What the progress of a campaign's sync is: its latest run, and beside it the newest run that follows changes. */
export interface SyncState {
  readonly run: RunView | null;
  readonly ongoing: RunView | null;
}

/** Throws `notFound` when there is no such campaign, or nothing of it was ever synced. */
export async function readSyncState(
  { app }: Pick<Database, 'app'>,
  { workspaceId, campaignId }: CampaignAddress,
): Promise<SyncState> {
  return app.inWorkspace(workspaceId, async (tx) => {
    if (!(await loadCampaign(tx, campaignId))) throw notFound('campaign');
    const run = await latestRun(tx, campaignId);
    const ongoing = await latestRun(tx, campaignId, ['ongoing']);
    if (!run && !ongoing) throw notFound('sync run');
    return { run: run && (await showRun(tx, run)), ongoing: ongoing && (await showRun(tx, ongoing)) };
  });
}

/** Whether nothing more comes until somebody starts or turns on something. */
export const isSyncStateOver = ({ run, ongoing }: SyncState): boolean =>
  [run, ongoing].every((each) => each === null || each.finishedAt !== null);
