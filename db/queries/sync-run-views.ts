import { and, asc, desc, eq, gt, inArray, isNull, lt, ne, sql } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import { syncExceptions, syncRuns } from '../schema/campaigns.ts';
import { type SyncRun, tellProgress } from './sync-runs.ts';

/** The newest run beside the ongoing one; of these kinds where told. */
export async function latestRun(
  tx: Tx,
  campaignId: string,
  kinds?: readonly SyncRun['kind'][],
): Promise<SyncRun | null> {
  const [run] = await tx
    .select()
    .from(syncRuns)
    .where(
      and(
        eq(syncRuns.campaignId, campaignId),
        kinds ? inArray(syncRuns.kind, [...kinds]) : ne(syncRuns.kind, 'ongoing'),
      ),
    )
    .orderBy(desc(syncRuns.id))
    .limit(1);
  return run ?? null;
}

export async function loadRun(tx: Tx, runId: string): Promise<SyncRun | null> {
  const [run] = await tx.select().from(syncRuns).where(eq(syncRuns.id, runId));
  return run ?? null;
}

/** The campaign's runs of all kinds, newest first, by id. */
export async function listRuns(
  tx: Tx,
  { campaignId, afterId }: { readonly campaignId: string; readonly afterId: string | undefined },
  limit: number,
): Promise<SyncRun[]> {
  return tx
    .select()
    .from(syncRuns)
    .where(and(eq(syncRuns.campaignId, campaignId), afterId ? lt(syncRuns.id, afterId) : undefined))
    .orderBy(desc(syncRuns.id))
    .limit(limit);
}

/** Skipped contacts by reason, counted from the rows. */
export async function skippedCounts(tx: Tx, runId: string): Promise<Record<string, number>> {
  const rows = await tx
    .select({ reason: syncExceptions.reason, count: sql<number>`count(*)::int` })
    .from(syncExceptions)
    .where(eq(syncExceptions.runId, runId))
    .groupBy(syncExceptions.reason);
  return Object.fromEntries(rows.map(({ reason, count }) => [reason, count]));
}

export interface ExceptionFilter {
  readonly runId: string;
  readonly reason?: string | null | undefined;
  readonly afterCrmId?: string | null | undefined;
}

export type ListedException = typeof syncExceptions.$inferSelect;

/** Skipped contacts by HubSpot's id, as text, upwards. */
export async function listExceptions(
  tx: Tx,
  { runId, reason, afterCrmId }: ExceptionFilter,
  limit: number,
): Promise<ListedException[]> {
  return tx
    .select()
    .from(syncExceptions)
    .where(
      and(
        eq(syncExceptions.runId, runId),
        reason ? eq(syncExceptions.reason, reason) : undefined,
        afterCrmId ? gt(syncExceptions.crmId, afterCrmId) : undefined,
      ),
    )
    .orderBy(asc(syncExceptions.crmId))
    .limit(limit);
}

export async function countExceptions(
  tx: Tx,
  { runId, reason }: Pick<ExceptionFilter, 'runId' | 'reason'>,
): Promise<number> {
  const [row] = await tx
    .select({ count: sql<number>`count(*)::int` })
    .from(syncExceptions)
    .where(and(eq(syncExceptions.runId, runId), reason ? eq(syncExceptions.reason, reason) : undefined));
  return row?.count ?? 0;
}

/**
 * An order is a row: the run reads it with its next page. A stop is not taken back: the scope may be another one since.
 * Null when no run is open that could follow the order.
 */
export async function wantRun(
  tx: Tx,
  campaignId: string,
  wanted: SyncRun['wanted'],
): Promise<SyncRun | null> {
  const [run] = await tx
    .update(syncRuns)
    .set({ wanted })
    .where(
      and(
        eq(syncRuns.campaignId, campaignId),
        isNull(syncRuns.finishedAt),
        ne(syncRuns.kind, 'ongoing'),
        wanted === 'stopped' ? undefined : ne(syncRuns.wanted, 'stopped'),
      ),
    )
    .returning();
  if (run) await tellProgress(tx, campaignId);
  return run ?? null;
}

/** After a reconnect the open runs of this connection may go on, under its new epoch. */
export async function resumeRuns(tx: Tx, connectionId: string, epoch: number): Promise<SyncRun[]> {
  return tx
    .update(syncRuns)
    .set({ epoch })
    .where(and(eq(syncRuns.connectionId, connectionId), isNull(syncRuns.finishedAt)))
    .returning();
}
