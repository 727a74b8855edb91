import { z } from 'zod';
import type { Tx } from '../../db/client.ts';
import { loadLook } from '../../db/queries/list-looks.ts';
import { countHints } from '../../db/queries/sync-hints.ts';
import { latestRun, skippedCounts } from '../../db/queries/sync-run-views.ts';
import { toPublicId } from '../../domain/id.ts';
import { syncStates } from '../../domain/sync.ts';
import { instant } from './shared.ts';

export const ongoingBody = z.strictObject({ on: z.boolean() });

export const ongoingView = z
  .object({
    on: z.boolean(),
    runId: z
      .string()
      .nullable()
      .describe('the ongoing run, or the last one when it is off; null before the first'),
    state: z.enum(syncStates).nullable().describe('where that run is; `paused` while its campaign is'),
    parkedReason: z.string().nullable(),
    since: instant
      .nullable()
      .describe('when it was turned on or, if it is off, off; null before the first time'),
    waiting: z.int().describe('contacts that HubSpot spoke of and that are not looked at yet'),
    seen: z.int().describe('contacts looked at, as often as they were'),
    enrolled: z.int().describe('new referrers'),
    linked: z.int().describe('records written to HubSpot'),
    unchanged: z.int().describe('contacts that held everything already'),
    skipped: z.record(z.string(), z.int()).describe('contacts without a link, by reason'),
    nextListLookAt: instant
      .nullable()
      .describe(
        'when the list is read again for who joined and left; null for all contacts, or while it is off',
      ),
    listGoneAt: instant.nullable().describe('since when HubSpot does not have the list'),
  })
  .meta({ id: 'OngoingSync' });

export async function showOngoing(tx: Tx, campaignId: string): Promise<z.output<typeof ongoingView>> {
  const run = await latestRun(tx, campaignId, ['ongoing']);
  const on = run !== null && run.finishedAt === null;
  const look = on ? await loadLook(tx, campaignId) : null;
  return {
    on,
    runId: run && toPublicId('syncRun', run.id),
    state: run?.state ?? null,
    parkedReason: run?.parkedReason ?? null,
    since: run && (run.finishedAt ?? run.startedAt),
    waiting: on ? await countHints(tx, campaignId) : 0,
    seen: run?.seen ?? 0,
    enrolled: run?.enrolled ?? 0,
    linked: run?.linked ?? 0,
    unchanged: run?.unchanged ?? 0,
    skipped: run ? await skippedCounts(tx, run.id) : {},
    nextListLookAt: look?.nextAt ?? null,
    listGoneAt: look?.goneAt ?? null,
  };
}
