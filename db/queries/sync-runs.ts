import { and, eq, isNull, sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import { driverOf, type Tx } from '../client.ts';
import { syncRuns } from '../schema/campaigns.ts';

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
    readonly onlyReason?: string | null;
  },
): Promise<{ run: SyncRun; started: boolean }> {
  const [fresh] = await tx
    .insert(syncRuns)
    .values({ id: newId(), ...input, state: 'waiting', startedAt: new Date().toISOString() })
    .onConflictDoNothing()
    .returning();
  if (fresh) {
    await tellProgress(tx, input.campaignId);
    return { run: fresh, started: true };
  }
  const { run } = await openRuns(tx, input.campaignId);
  if (!run) throw new Error('A sync run ended just now; the request may be repeated');
  return { run, started: false };
}

/** What a campaign's workflow has to do: one run beside the ongoing one at most, and the ongoing one while it is on. */
export interface OpenRuns {
  readonly run: SyncRun | null;
  readonly ongoing: SyncRun | null;
}

export async function openRuns(tx: Tx, campaignId: string): Promise<OpenRuns> {
  const rows = await tx
    .select()
    .from(syncRuns)
    .where(and(eq(syncRuns.campaignId, campaignId), isNull(syncRuns.finishedAt)));
  return {
    run: rows.find(({ kind }) => kind !== 'ongoing') ?? null,
    ongoing: rows.find(({ kind }) => kind === 'ongoing') ?? null,
  };
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
  const [run] = await tx
    .update(syncRuns)
    .set(changes)
    .where(eq(syncRuns.id, runId))
    .returning({ campaignId: syncRuns.campaignId });
  if (run && changes.state !== undefined) await tellProgress(tx, run.campaignId);
}

/** Where whoever shows a campaign's runs listens; the message is the campaign's id. */
export const syncChannel = 'vf_sync';

/** Goes out with the commit. Whoever moves a run's state by a statement of their own calls it. */
export async function tellProgress(tx: Tx, campaignId: string): Promise<void> {
  await tx.execute(sql`select pg_notify(${syncChannel}, ${campaignId})`);
}

export interface PageCounts {
  readonly seen: number;
  readonly enrolled: number;
  readonly linked: number;
  readonly unchanged: number;
}

/** A run as a step left it: what decides whether the next one follows. */
export type RunProgress = Pick<
  SyncRun,
  'id' | 'workspaceId' | 'campaignId' | 'state' | 'wanted' | 'seen' | 'finishedAt'
>;

/** The rate that is shown follows a change of pace within some ten seconds. */
const rateMemorySeconds = 10;

/**
 * A page is done: its counts and the cursor, together with whatever else this transaction records of it. A cursor of
 * null completes the run, unless it is an ongoing one; a run that is over stays over. Null, and nothing changes, when
 * the run's cursor is not `from` any more, or is null again because it is complete: a second worker holds the same slice
 * and was first.
 */
export async function advanceRun(
  tx: Tx,
  runId: string,
  cursor: string | null,
  counts: PageCounts,
  from?: { readonly cursor: string | null },
): Promise<RunProgress | null> {
  const { seen, enrolled, linked, unchanged } = counts;
  const [run] = await driverOf(tx)<RunProgress[]>`
    with told as (
      select ${seen}::int as seen, clock_timestamp() as at, ${cursor === null}::boolean as last
    ), advanced as (
      update sync_runs r set
        state = case when r.finished_at is not null then r.state
          when told.last and r.kind <> 'ongoing' then 'completed' else 'running' end,
        finished_at = case when told.last and r.kind <> 'ongoing' then coalesce(r.finished_at, told.at)
          else r.finished_at end,
        parked_reason = null,
        cursor = ${cursor},
        seen = r.seen + told.seen,
        enrolled = r.enrolled + ${enrolled}::int,
        linked = r.linked + ${linked}::int,
        unchanged = r.unchanged + ${unchanged}::int,
        per_second = case when r.state = 'running' and r.progressed_at < told.at then (
          select coalesce(r.per_second + (told.seen / seconds - r.per_second) * (1 - exp(-seconds / ${rateMemorySeconds}::float8)),
            told.seen / seconds)
          from (select extract(epoch from told.at - r.progressed_at)::float8 as seconds) since
        ) else r.per_second end,
        progressed_at = told.at
      from told
      where r.id = ${runId} and (${from === undefined}::boolean or (
        r.state <> 'completed' and r.cursor is not distinct from ${from?.cursor ?? null}::text))
      returning r.id, r.workspace_id as "workspaceId", r.campaign_id as "campaignId", r.state, r.wanted, r.seen,
        r.finished_at as "finishedAt"
    )
    select a.*, pg_notify(${syncChannel}, a."campaignId"::text) from advanced a`;
  return run ?? null;
}

export interface SyncException {
  readonly crmId: string;
  readonly reason: string;
  readonly detail?: string;
}

/** One per run and contact, whatever is repeated: the first reason told stays. */
export async function recordExceptions(
  tx: Tx,
  run: Pick<SyncRun, 'id' | 'workspaceId'>,
  exceptions: readonly SyncException[],
): Promise<void> {
  if (exceptions.length === 0) return;
  await driverOf(tx)`
    insert into sync_exceptions (run_id, crm_id, workspace_id, reason, detail, created_at)
    select ${run.id}, "crmId", ${run.workspaceId}, reason, detail, now()
    from json_to_recordset(${JSON.stringify(exceptions)}::text::json) as told ("crmId" text, reason text, detail text)
    on conflict do nothing`;
}
