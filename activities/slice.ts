import type { Tx } from '../db/client.ts';
import type { Campaign } from '../db/queries/campaigns.ts';
import { loadCampaign } from '../db/queries/campaigns.ts';
import { type Connection, loadConnection } from '../db/queries/connections.ts';
import { lockRun, type SyncRun, updateRun } from '../db/queries/sync-runs.ts';
import { invariant } from '../domain/invariant.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** How far one slice of a run came, and what its workflow does next. */
export type SliceOutcome =
  | { readonly kind: 'more'; readonly seen: number }
  | { readonly kind: 'paused' }
  | { readonly kind: 'parked'; readonly reason: string; readonly retryAfterMs: number | null }
  /** Completed, or stopped by an operator. */
  | { readonly kind: 'finished'; readonly state: 'completed' | 'stopped'; readonly seen: number };

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
 * and commits the run's cursor with it; it returns the run's row, and finishes the run with the last page.
 */
export async function walkPages<Page extends { readonly records: readonly unknown[] }>(
  deps: ActivityDependencies,
  pages: AsyncIterable<Page>,
  work: (page: Page) => Promise<SyncRun>,
): Promise<SliceOutcome> {
  const startedAt = performance.now();
  let seen = 0;
  for await (const page of pages) {
    const now = await work(page);
    deps.heartbeat();
    const halted = await haltedBy(deps, now);
    if (halted) return halted;
    seen += page.records.length;
    const full = seen >= sliceBounds.contacts || performance.now() - startedAt >= sliceBounds.ms;
    if (full || deps.stopping()) return { kind: 'more', seen: now.seen };
  }
  throw new Error('The last page of a scope finishes its run');
}

/** Orders are rows: what an operator wants is read with every page. */
export async function haltedBy(deps: ActivityDependencies, run: SyncRun): Promise<SliceOutcome | null> {
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
