import { and, asc, eq, gt, inArray, isNotNull, sql } from 'drizzle-orm';
import type { UndoOutcome } from '../../domain/sync-undo.ts';
import type { Tx } from '../client.ts';
import { syncChanges } from '../schema/campaigns.ts';

export type SyncChange = typeof syncChanges.$inferSelect;
export type ChangeOutcome = SyncChange['outcome'];

export interface ChangeFilter {
  readonly runId: string;
  readonly outcome?: ChangeOutcome | undefined;
  readonly undo?: UndoOutcome | undefined;
  readonly afterCrmId?: string | undefined;
}

/** What a run changes, by HubSpot's id, as text, upwards; independent of how deep the page is. */
export async function listChanges(
  tx: Tx,
  { runId, outcome, undo, afterCrmId }: ChangeFilter,
  limit: number,
): Promise<SyncChange[]> {
  return tx
    .select()
    .from(syncChanges)
    .where(
      and(
        eq(syncChanges.runId, runId),
        outcome ? eq(syncChanges.outcome, outcome) : undefined,
        undo ? eq(syncChanges.undo, undo) : undefined,
        afterCrmId ? gt(syncChanges.crmId, afterCrmId) : undefined,
      ),
    )
    .orderBy(asc(syncChanges.crmId))
    .limit(limit);
}

/** Contacts of a run by outcome, counted from the rows; an outcome without contacts is absent. */
export async function outcomeCounts(tx: Tx, runId: string): Promise<Partial<Record<ChangeOutcome, number>>> {
  const rows = await tx
    .select({ outcome: syncChanges.outcome, count: sql<number>`count(*)::int` })
    .from(syncChanges)
    .where(eq(syncChanges.runId, runId))
    .groupBy(syncChanges.outcome);
  return Object.fromEntries(rows.map(({ outcome, count }) => [outcome, count]));
}

/** Contacts that a preview says would be skipped, or partly left alone, by reason. */
export async function changeReasonCounts(tx: Tx, runId: string): Promise<Record<string, number>> {
  const rows = await tx
    .select({ reason: sql<string>`${syncChanges.reason}`, count: sql<number>`count(*)::int` })
    .from(syncChanges)
    .where(
      and(
        eq(syncChanges.runId, runId),
        // Only these have reasons; the others, mostly the most, are not looked at.
        inArray(syncChanges.outcome, ['skipped', 'update']),
        isNotNull(syncChanges.reason),
      ),
    )
    .groupBy(syncChanges.reason);
  return Object.fromEntries(rows.map(({ reason, count }) => [reason, count]));
}

/** Contacts of a run by what undos did to them. */
export async function undoCounts(tx: Tx, runId: string): Promise<Partial<Record<UndoOutcome, number>>> {
  const rows = await tx
    .select({ undo: sql<UndoOutcome>`${syncChanges.undo}`, count: sql<number>`count(*)::int` })
    .from(syncChanges)
    .where(and(eq(syncChanges.runId, runId), isNotNull(syncChanges.undo)))
    .groupBy(syncChanges.undo);
  return Object.fromEntries(rows.map(({ undo, count }) => [undo, count]));
}
