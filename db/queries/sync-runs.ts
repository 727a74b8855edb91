import { and, eq, isNull, ne, sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import type { Tx } from '../client.ts';
import { syncExceptions, syncRuns } from '../schema/campaigns.ts';

export type SyncRun = typeof syncRuns.$inferSelect;

/** The campaign's unfinished run, or a new one: the partial unique index allows one. */
export async function openSyncRun(
  tx: Tx,
  input: {
    readonly workspaceId: string;
    readonly campaignId: string;
    readonly connectionId: string;
    readonly epoch: number;
    /** `sync` unless told; `retry` and `undo` name the run that they are about. */
    readonly kind?: SyncRun['kind'];
    readonly ofRunId?: string;
  },
): Promise<{ run: SyncRun; started: boolean }> {
  const [fresh] = await tx
    .insert(syncRuns)
    .values({ id: newId(), ...input, state: 'waiting', startedAt: new Date().toISOString() })
    .onConflictDoNothing()
    .returning();
  if (fresh) return { run: fresh, started: true };
  const run = await unfinishedRun(tx, input.campaignId);
  if (!run) throw new Error('A sync run ended just now; the request may be repeated');
  return { run, started: false };
}

/** The campaign's open run, `ongoing` apart. */
export async function unfinishedRun(tx: Tx, campaignId: string): Promise<SyncRun | null> {
  const [run] = await tx
    .select()
    .from(syncRuns)
    .where(
      and(eq(syncRuns.campaignId, campaignId), isNull(syncRuns.finishedAt), ne(syncRuns.kind, 'ongoing')),
    );
  return run ?? null;
}

/** The run with its wanted state, locked against a change of it until this step has ended. */
export async function lockRun(tx: Tx, runId: string): Promise<SyncRun | null> {
  const [run] = await tx.select().from(syncRuns).where(eq(syncRuns.id, runId)).for('update');
  return run ?? null;
}

export async function updateRun(
  tx: Tx,
  runId: string,
  changes: Partial<Omit<typeof syncRuns.$inferInsert, 'id' | 'workspaceId'>>,
): Promise<void> {
  await tx.update(syncRuns).set(changes).where(eq(syncRuns.id, runId));
}

export interface PageCounts {
  readonly seen: number;
  readonly enrolled: number;
  readonly linked: number;
  readonly unchanged: number;
}

/** A page is done: its counts and the cursor, together with whatever else this transaction records of it. */
export async function advanceRun(
  tx: Tx,
  runId: string,
  cursor: string | null,
  counts: PageCounts,
): Promise<void> {
  await tx
    .update(syncRuns)
    .set({
      state: cursor === null ? 'completed' : 'running',
      finishedAt: cursor === null ? new Date().toISOString() : null,
      parkedReason: null,
      cursor,
      seen: sql`${syncRuns.seen} + ${counts.seen}`,
      enrolled: sql`${syncRuns.enrolled} + ${counts.enrolled}`,
      linked: sql`${syncRuns.linked} + ${counts.linked}`,
      unchanged: sql`${syncRuns.unchanged} + ${counts.unchanged}`,
    })
    .where(eq(syncRuns.id, runId));
}

export interface SyncException {
  readonly crmId: string;
  readonly reason: string;
  readonly detail?: string;
}

/** One per run and contact, whatever is repeated. */
export async function recordExceptions(
  tx: Tx,
  run: Pick<SyncRun, 'id' | 'workspaceId'>,
  exceptions: readonly SyncException[],
): Promise<void> {
  if (exceptions.length === 0) return;
  const createdAt = new Date().toISOString();
  await tx
    .insert(syncExceptions)
    .values(exceptions.map((each) => ({ runId: run.id, workspaceId: run.workspaceId, ...each, createdAt })))
    .onConflictDoNothing();
}
