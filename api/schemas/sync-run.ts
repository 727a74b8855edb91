import { z } from 'zod';
import type { Tx } from '../../db/client.ts';
import { skippedCounts } from '../../db/queries/sync-run-views.ts';
import type { SyncRun } from '../../db/queries/sync-runs.ts';
import { toPublicId } from '../../domain/id.ts';
import { syncStates, syncWanted } from '../../domain/sync.ts';
import { instant } from './shared.ts';

export const runView = z
  .object({
    id: z.string(),
    campaignId: z.string(),
    wanted: z.enum(syncWanted).describe('what an operator ordered'),
    state: z.enum(syncStates).describe('where the run is'),
    parkedReason: z.string().nullable(),
    seen: z.int(),
    enrolled: z.int().describe('new referrers'),
    linked: z.int().describe('links written to HubSpot'),
    unchanged: z.int().describe('HubSpot held the link already'),
    skipped: z.record(z.string(), z.int()).describe('contacts that got no link, by reason'),
    startedAt: instant,
    finishedAt: instant.nullable(),
  })
  .meta({ id: 'SyncRun' });

export const exceptionView = z
  .object({ contactId: z.string(), reason: z.string(), detail: z.string().nullable() })
  .meta({ id: 'SkippedContact' });

/** Skipped contacts are counted from their rows. */
export async function showRun(tx: Tx, run: SyncRun): Promise<z.output<typeof runView>> {
  const { wanted, state, parkedReason, seen, enrolled, linked, unchanged, startedAt, finishedAt } = run;
  return {
    id: toPublicId('syncRun', run.id),
    campaignId: toPublicId('campaign', run.campaignId),
    wanted,
    state,
    parkedReason,
    seen,
    enrolled,
    linked,
    unchanged,
    skipped: await skippedCounts(tx, run.id),
    startedAt,
    finishedAt,
  };
}
