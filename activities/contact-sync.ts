import { showState } from '../db/queries/ongoing-syncs.ts';
import { latestRun } from '../db/queries/sync-run-views.ts';
import { openRuns, type SyncRun } from '../db/queries/sync-runs.ts';
import { invariant } from '../domain/invariant.ts';
import { syncKinds } from '../domain/sync.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { parkedBy } from './failures.ts';
import { ongoingBeside, ongoingPass } from './ongoing-pass.ts';
import { forgetEarlierPreviews, previewPass } from './preview-pass.ts';
import { retryPass } from './retry-pass.ts';
import { haltedBy, loadRunContext, type Pass, type SliceOutcome } from './slice.ts';
import { OvertakenSlice } from './sync-page.ts';
import { syncPass } from './sync-pass.ts';
import { undoPass } from './undo-pass.ts';

export type { SliceOutcome } from './slice.ts';

interface SliceStep {
  readonly workspaceId: string;
  readonly campaignId: string;
  readonly asOf: string;
}

/** A slice's outcome, with the run that it is about. */
export type CampaignSlice = SliceOutcome & { readonly syncRunId: string };

const parkedPauseMs = 5 * 60_000;

/** What a slice of each kind of run does. */
const passes: Readonly<Partial<Record<SyncRun['kind'], Pass>>> = {
  sync: syncPass,
  retry: retryPass,
  preview: previewPass,
  undo: undoPass,
};

export const contactSyncActivities = (deps: ActivityDependencies) => ({
  /**
   * Goes on with what is open for a campaign: its run, page by page from the cursor, else its ongoing sync. `finished`
   * says that nothing is open any more. Safe to repeat: the cursor moves with what it covers, and a page that is done
   * twice enrols nobody and writes nothing the second time.
   */
  async syncSlice({ workspaceId, campaignId, asOf }: SliceStep): Promise<CampaignSlice> {
    const { run, ongoing } = await deps.db.inWorkspace(workspaceId, (tx) => openRuns(tx, campaignId));
    if (run?.wanted === 'running' && ongoing) await sliceOf(deps, ongoing, { asOf, beside: true });
    const first = run && (await sliceOf(deps, run, { asOf }));
    // A run that an operator paused does not keep new contacts from their links.
    if (first && (first.kind !== 'paused' || !ongoing)) return first;
    const second = ongoing && (await sliceOf(deps, ongoing, { asOf }));
    if (second) return first && second.kind === 'idle' ? { resting: 'run-paused', ...second } : second;
    const last = await deps.db.inWorkspace(workspaceId, (tx) => latestRun(tx, campaignId, syncKinds));
    invariant(last, 'a workflow of a contact sync has had a run');
    const state = last.state === 'stopped' ? 'stopped' : 'completed';
    return { kind: 'finished', syncRunId: last.id, state, seen: last.seen };
  },
});

export type ContactSyncActivities = ReturnType<typeof contactSyncActivities>;

interface How {
  readonly asOf: string;
  /** Of the ongoing run: a part of its hints alone, before a slice of the run that is open beside it. */
  readonly beside?: boolean;
}

/** One slice of one run. What HubSpot or the connection stops is parked: an outcome, no failure. */
async function sliceOf(deps: ActivityDependencies, run: SyncRun, how: How): Promise<CampaignSlice> {
  const { id: syncRunId, workspaceId, campaignId } = run;
  try {
    const outcome = await pass(deps, run, how);
    if (outcome.kind !== 'finished') return { ...outcome, syncRunId };
    const open = await deps.db.inWorkspace(workspaceId, (tx) => openRuns(tx, campaignId));
    const goesOn = open.run ?? open.ongoing;
    return { ...(goesOn ? { kind: 'more', seen: outcome.seen } : outcome), syncRunId };
  } catch (error) {
    // Another worker has done what this one was about to; the next slice goes on from there.
    if (error instanceof OvertakenSlice) return { kind: 'more', seen: run.seen, syncRunId };
    const parked = parkedBy(error, deps.attempt());
    if (parked === null) throw error;
    const { reason, retry, retryAfterMs = parkedPauseMs } = parked;
    await deps.db.inWorkspace(workspaceId, (tx) =>
      showState(tx, syncRunId, { state: 'parked', parkedReason: reason }),
    );
    return { kind: 'parked', reason, retryAfterMs: retry ? retryAfterMs : null, syncRunId };
  }
}

async function pass(
  deps: ActivityDependencies,
  { id, workspaceId }: SyncRun,
  { asOf, beside = false }: How,
): Promise<SliceOutcome> {
  const context = await deps.db.inWorkspace(workspaceId, (tx) => loadRunContext(tx, id));
  const halted = await haltedBy(deps, context.run);
  if (halted) return halted;
  const { kind } = context.run;
  if (kind === 'ongoing') return (beside ? ongoingBeside : ongoingPass)(deps, { ...context, asOf });
  const work = passes[kind];
  invariant(work, 'each kind of run has its pass');
  if (kind === 'sync' || kind === 'preview') await forgetEarlierPreviews(deps, context);
  return work(deps, context);
}
