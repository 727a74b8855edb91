import { z } from 'zod';
import type { Tx } from '../../db/client.ts';
import { changeReasonCounts, outcomeCounts, undoCounts } from '../../db/queries/sync-change-views.ts';
import { skippedCounts } from '../../db/queries/sync-run-views.ts';
import type { SyncRun } from '../../db/queries/sync-runs.ts';
import { toPublicId } from '../../domain/id.ts';
import { syncKinds, syncStates, syncWanted } from '../../domain/sync.ts';
import { instant } from './shared.ts';

const outcomes = z.object({ create: z.int(), update: z.int(), unchanged: z.int(), skipped: z.int() });
const undone = z.object({
  undone: z.int(),
  leftEdited: z.int(),
  leftGone: z.int(),
  leftRefused: z.int(),
});

export const runView = z
  .object({
    id: z.string(),
    campaignId: z.string(),
    kind: z
      .enum(syncKinds)
      .describe(
        '`sync` enrols the scope, `retry` what another run skipped, `preview` writes nothing, `undo` takes back what another run wrote, `ongoing` follows changes',
      ),
    ofRunId: z
      .string()
      .nullable()
      .describe('the run that a retry or an undo is about, or the ongoing one that a sync catches up for'),
    onlyReason: z.string().nullable().describe('of a retry: the one reason that it takes up; null for all'),
    wanted: z.enum(syncWanted).describe('what an operator ordered'),
    state: z.enum(syncStates).describe('where the run is'),
    parkedReason: z.string().nullable(),
    total: z.int().nullable().describe('contacts to see, as far as HubSpot told; null when unknown'),
    seen: z.int(),
    enrolled: z.int().describe('new referrers'),
    linked: z.int().describe('links written to HubSpot'),
    unchanged: z.int().describe('HubSpot held the link already'),
    skipped: z
      .record(z.string(), z.int())
      .describe('contacts that got no link, or of which a value was left alone, by reason'),
    outcomes: outcomes
      .nullable()
      .describe(
        'of a preview: contacts by what a sync would do; null once its findings are gone, and for other runs',
      ),
    undo: undone
      .nullable()
      .describe('contacts by what an undo did to them; of an undo, those of the run that it takes back'),
    perSecond: z.number().nullable().describe('contacts a second, smoothed'),
    secondsLeft: z.int().nullable().describe('null when unknown, or when the run does not run'),
    startedAt: instant,
    finishedAt: instant.nullable(),
  })
  .meta({ id: 'SyncRun' });

/** Whatever is counted is counted from rows. */
export async function showRun(tx: Tx, run: SyncRun): Promise<z.output<typeof runView>> {
  const { kind, onlyReason, wanted, state, parkedReason, total, seen, enrolled, linked, unchanged } = run;
  const isPreview = kind === 'preview';
  return {
    id: toPublicId('syncRun', run.id),
    campaignId: toPublicId('campaign', run.campaignId),
    kind,
    ofRunId: run.ofRunId && toPublicId('syncRun', run.ofRunId),
    onlyReason,
    wanted,
    state,
    parkedReason,
    total,
    seen,
    enrolled,
    linked,
    unchanged,
    skipped: isPreview ? await changeReasonCounts(tx, run.id) : await skippedCounts(tx, run.id),
    outcomes: isPreview ? await outcomesOf(tx, run) : null,
    undo: isPreview ? null : await undoneOf(tx, (kind === 'undo' ? run.ofRunId : null) ?? run.id),
    perSecond: run.perSecond,
    secondsLeft: secondsLeft(run),
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
  };
}

async function outcomesOf(tx: Tx, { id, seen }: SyncRun): Promise<z.output<typeof outcomes> | null> {
  const counts = await outcomeCounts(tx, id);
  if (seen > 0 && Object.keys(counts).length === 0) return null;
  return { create: 0, update: 0, unchanged: 0, skipped: 0, ...counts };
}

async function undoneOf(tx: Tx, runId: string): Promise<z.output<typeof undone> | null> {
  const counts = await undoCounts(tx, runId);
  if (Object.keys(counts).length === 0) return null;
  return {
    undone: counts.undone ?? 0,
    leftEdited: counts['left-edited'] ?? 0,
    leftGone: counts['left-gone'] ?? 0,
    leftRefused: counts['left-refused'] ?? 0,
  };
}

function secondsLeft({ state, total, seen, perSecond }: SyncRun): number | null {
  if (state !== 'running' || total === null || !perSecond) return null;
  return Math.ceil(Math.max(0, total - seen) / perSecond);
}
