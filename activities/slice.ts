import type { Tx } from '../db/client.ts';
import type { Campaign } from '../db/queries/campaigns.ts';
import { loadCampaign } from '../db/queries/campaigns.ts';
import { type Connection, loadConnection } from '../db/queries/connections.ts';
import { settleIntents } from '../db/queries/sync-intents.ts';
import { lockRun, type RunProgress, type SyncRun, updateRun } from '../db/queries/sync-runs.ts';
import { invariant } from '../domain/invariant.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** How far one slice of a run came, and what its workflow does next. */
export type SliceOutcome =
  | { readonly kind: 'more'; readonly seen: number }
  | { readonly kind: 'paused' }
  | { readonly kind: 'parked'; readonly reason: string; readonly retryAfterMs: number | null }
  /** An ongoing run has done all there is: until a nudge, or until the list is due at `nextAt`. */
  | {
      readonly kind: 'idle';
      readonly nextAt: string | null;
      readonly seen: number;
      readonly resting?: Resting;
    }
  /** Completed, or stopped by an operator. */
  | { readonly kind: 'finished'; readonly state: 'completed' | 'stopped'; readonly seen: number };

/** Why nothing is done although the ongoing sync is on, or what waits beside it. */
export type Resting = 'campaign-paused' | 'run-paused';

/** A run with what it belongs to, as read at the start of a slice. */
export interface RunContext {
  readonly run: SyncRun;
  readonly campaign: Campaign;
  readonly connection: Connection;
}

/** One kind of run: does as much as fits a slice, or all that is left. */
export type Pass = (deps: ActivityDependencies, context: RunContext) => Promise<SliceOutcome>;

/** A slice ends after so many contacts or so long, whichever is first: one action per slice, not per page. */
const sliceBounds = { contacts: 20_000, ms: 60_000 } as const;

export async function loadRunContext(tx: Tx, syncRunId: string): Promise<RunContext> {
  const run = await lockRun(tx, syncRunId);
  invariant(run, 'the sync run exists');
  const campaign = await loadCampaign(tx, run.campaignId);
  const connection = await loadConnection(tx, run.connectionId);
  invariant(campaign && connection, 'a sync run has its campaign and connection');
  return { run, campaign, connection };
}

/**
 * Works page by page until the pages end, the slice is full, or an operator wants something else. `work` does a page
 * and commits the run's cursor with it; it resolves with how far the run came, and finishes the run with the last page.
 */
export async function walkPages<Page extends { readonly records: readonly unknown[] }>(
  deps: ActivityDependencies,
  pages: AsyncIterable<Page>,
  work: (page: Page) => Promise<RunProgress>,
): Promise<SliceOutcome> {
  const startedAt = performance.now();
  let seen = 0;
  let now: RunProgress | null = null;
  for await (const page of pages) {
    now = await work(page);
    deps.heartbeat();
    // The pages are closed before the run is: whatever was done ahead is given up first.
    if (isHalted(now)) break;
    seen += page.records.length;
    const full = seen >= sliceBounds.contacts || performance.now() - startedAt >= sliceBounds.ms;
    if (full || deps.stopping()) return { kind: 'more', seen: now.seen };
  }
  const halted = now && (await haltedBy(deps, now));
  if (!halted) throw new Error('The last page of a scope finishes its run');
  return halted;
}

const isHalted = ({ finishedAt, wanted }: RunProgress): boolean =>
  finishedAt !== null || wanted !== 'running';

/** Orders are rows: what an operator wants is read with every page. */
export async function haltedBy(deps: ActivityDependencies, run: RunProgress): Promise<SliceOutcome | null> {
  const { id, seen, workspaceId } = run;
  if (!isHalted(run)) return null;
  if (run.finishedAt !== null) {
    const state = run.state === 'stopped' ? 'stopped' : 'completed';
    if (state === 'stopped') await deps.db.inWorkspace(workspaceId, (tx) => settleIntents(tx, id));
    return { kind: 'finished', state, seen };
  }
  if (run.wanted === 'paused') {
    await deps.db.inWorkspace(workspaceId, (tx) => updateRun(tx, id, { state: 'paused' }));
    return { kind: 'paused' };
  }
  await deps.db.inWorkspace(workspaceId, async (tx) => {
    await settleIntents(tx, id);
    await updateRun(tx, id, { state: 'stopped', finishedAt: new Date().toISOString() });
  });
  return { kind: 'finished', state: 'stopped', seen };
}
