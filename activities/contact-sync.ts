import { unfinishedRun, updateRun } from '../db/queries/sync-runs.ts';
import { invariant } from '../domain/invariant.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { parkedBy } from './failures.ts';
import { haltedBy, loadRunContext, type Pass, type SliceOutcome } from './slice.ts';
import { syncPass } from './sync-pass.ts';

export type { SliceOutcome } from './slice.ts';

interface SliceStep {
  readonly workspaceId: string;
  readonly syncRunId: string;
}

const parkedPauseMs = 5 * 60_000;

/** What a slice of each kind of run does. */
const passes: Readonly<Record<string, Pass>> = {
  sync: syncPass,
};

export const contactSyncActivities = (deps: ActivityDependencies) => ({
  /**
   * Goes on with a run from its cursor, page by page. Safe to repeat: the cursor moves with what it covers, and a page
   * that is done twice enrols nobody and writes nothing the second time.
   */
  async syncSlice(step: SliceStep): Promise<SliceOutcome> {
    try {
      return await slice(deps, step);
    } catch (error) {
      const parked = parkedBy(error, deps.attempt());
      if (parked === null) throw error;
      await deps.db.inWorkspace(step.workspaceId, (tx) =>
        updateRun(tx, step.syncRunId, { state: 'parked', parkedReason: parked.reason }),
      );
      return {
        kind: 'parked',
        reason: parked.reason,
        retryAfterMs: parked.retry ? (parked.retryAfterMs ?? parkedPauseMs) : null,
      };
    }
  },

  /** The campaign's unfinished run, if a new one was asked for while the last was closing. */
  async nextSyncRun(step: {
    workspaceId: string;
    campaignId: string;
  }): Promise<{ syncRunId: string } | null> {
    const run = await deps.db.inWorkspace(step.workspaceId, (tx) => unfinishedRun(tx, step.campaignId));
    return run && { syncRunId: run.id };
  },
});

export type ContactSyncActivities = ReturnType<typeof contactSyncActivities>;

async function slice(
  deps: ActivityDependencies,
  { workspaceId, syncRunId }: SliceStep,
): Promise<SliceOutcome> {
  const context = await deps.db.inWorkspace(workspaceId, (tx) => loadRunContext(tx, syncRunId));
  const halted = await haltedBy(deps, context.run);
  if (halted) return halted;
  const pass = passes[context.run.kind];
  invariant(pass, 'each kind of run has its pass');
  return pass(deps, context);
}
