import { loadCampaign, loadMappings, loadSyncSettings } from '../db/queries/campaigns.ts';
import { loadConnection } from '../db/queries/connections.ts';
import { lockRun, type SyncRun, unfinishedRun, updateRun } from '../db/queries/sync-runs.ts';
import { invariant } from '../domain/invariant.ts';
import { openFor } from './connection-access.ts';
import { contactFields } from './contact-fields.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { parkedBy } from './failures.ts';
import { syncPage } from './sync-page.ts';
import { contactPages } from './sync-pages.ts';

export type SliceOutcome =
  | { readonly kind: 'more'; readonly seen: number }
  | { readonly kind: 'paused' }
  | { readonly kind: 'parked'; readonly reason: string; readonly retryAfterMs: number | null }
  /** Completed, or stopped by an operator. */
  | { readonly kind: 'finished'; readonly state: 'completed' | 'stopped'; readonly seen: number };

interface SliceStep {
  readonly workspaceId: string;
  readonly syncRunId: string;
}

/** A slice ends after so many contacts or so long, whichever is first: one action per slice, not per page. */
const sliceBounds = { contacts: 20_000, ms: 60_000 } as const;
const parkedPauseMs = 5 * 60_000;

export const contactSyncActivities = (deps: ActivityDependencies) => ({
  /**
   * Syncs contacts from the run's cursor on, page by page. Safe to repeat: the cursor moves with what it covers, and
   * a page that is done twice enrols nobody and writes nothing the second time.
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
  const { run, context } = await deps.db.inWorkspace(workspaceId, async (tx) => {
    const current = await lockRun(tx, syncRunId);
    invariant(current, 'the sync run exists');
    const campaign = await loadCampaign(tx, current.campaignId);
    const connection = await loadConnection(tx, current.connectionId);
    invariant(campaign && connection, 'a sync run has its campaign and connection');
    const settings = await loadSyncSettings(tx, campaign.id);
    return {
      run: current,
      context: {
        campaign,
        connection,
        listId: settings?.scopeKind === 'list' ? settings.listId : null,
        fields: contactFields(await loadMappings(tx, campaign.id, 'sync-in')),
        mappings: await loadMappings(tx, campaign.id, 'sync-out'),
      },
    };
  });
  const halted = await haltedBy(deps, run);
  if (halted) return halted;
  const { hubspot } = openFor(deps, context.connection, 'bulk');
  const pages = contactPages(hubspot, {
    listId: context.listId,
    from: run.cursor,
    properties: [...Object.values(context.fields), ...context.mappings.map(({ property }) => property)],
  });
  const startedAt = performance.now();
  let seen = 0;
  for await (const page of pages) {
    const now = await syncPage(deps, { ...context, run, hubspot }, page);
    deps.heartbeat();
    const haltedNow = await haltedBy(deps, now);
    if (haltedNow) return haltedNow;
    seen += page.records.length;
    const full = seen >= sliceBounds.contacts || performance.now() - startedAt >= sliceBounds.ms;
    if (full || deps.stopping()) return { kind: 'more', seen: now.seen };
  }
  throw new Error('The last page of a scope finishes its run');
}

/** Orders are rows: what an operator wants is read with every page. */
async function haltedBy(deps: ActivityDependencies, run: SyncRun): Promise<SliceOutcome | null> {
  const { seen } = run;
  const state = run.state === 'stopped' ? 'stopped' : 'completed';
  if (run.finishedAt !== null) return { kind: 'finished', state, seen };
  if (run.wanted === 'running') return null;
  const paused = run.wanted === 'paused';
  await deps.db.inWorkspace(run.workspaceId, (tx) =>
    updateRun(
      tx,
      run.id,
      paused ? { state: 'paused' } : { state: 'stopped', finishedAt: new Date().toISOString() },
    ),
  );
  return paused ? { kind: 'paused' } : { kind: 'finished', state: 'stopped', seen };
}
