import { and, asc, desc, eq, gt, isNull, ne, sql } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import { syncExceptions, syncRuns } from '../schema/campaigns.ts';
import type { SyncRun } from './sync-runs.ts';

export async function latestRun(tx: Tx, campaignId: string): Promise<SyncRun | null> {
  const [run] = await tx
    .select()
    .from(syncRuns)
    .where(and(eq(syncRuns.campaignId, campaignId), ne(syncRuns.kind, 'ongoing')))
    .orderBy(desc(syncRuns.id))
    .limit(1);
  return run ?? null;
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

/** Skipped contacts by HubSpot's id, as text, upwards. */
export async function listExceptions(tx: Tx, runId: string, afterCrmId: string | undefined, limit: number) {
  return tx
    .select()
    .from(syncExceptions)
    .where(
      and(eq(syncExceptions.runId, runId), afterCrmId ? gt(syncExceptions.crmId, afterCrmId) : undefined),
    )
    .orderBy(asc(syncExceptions.crmId))
    .limit(limit);
}

/** An order is a row: the run reads it with its next page. Null when no run is open. */
export async function wantRun(
  tx: Tx,
  campaignId: string,
  wanted: SyncRun['wanted'],
): Promise<SyncRun | null> {
  const [run] = await tx
    .update(syncRuns)
    .set({ wanted })
    .where(
      and(eq(syncRuns.campaignId, campaignId), isNull(syncRuns.finishedAt), ne(syncRuns.kind, 'ongoing')),
    )
    .returning();
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
