import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import type { Tx } from '../client.ts';
import { campaigns, syncExceptions, syncRuns, syncSettings } from '../schema/campaigns.ts';
import { type SyncRun, tellProgress } from './sync-runs.ts';

export interface WorkspaceOwned {
  readonly workspaceId: string;
}

/** Whoever edits the campaign, or orders something of it, waits until this transaction has ended. */
export async function holdCampaign(tx: Tx, campaignId: string): Promise<void> {
  await tx.select({ id: campaigns.id }).from(campaigns).where(eq(campaigns.id, campaignId)).for('share');
}

/** The caller holds the campaign's lock, and has seen that none is open. */
export async function insertOngoingRun(
  tx: Tx,
  input: {
    readonly workspaceId: string;
    readonly campaignId: string;
    readonly connectionId: string;
    readonly epoch: number;
  },
): Promise<SyncRun> {
  const [run] = await tx
    .insert(syncRuns)
    .values({
      id: newId(),
      ...input,
      kind: 'ongoing',
      state: 'running',
      startedAt: new Date().toISOString(),
    })
    .returning();
  if (!run) throw new Error('An inserted run is not there');
  await tellProgress(tx, input.campaignId);
  return run;
}

/** S39: off is a row, and from its commit on the run is over: work in progress meets it with its next page. */
export async function finishOngoingRun(tx: Tx, campaignId: string): Promise<SyncRun | null> {
  const [run] = await tx
    .update(syncRuns)
    .set({ wanted: 'stopped', state: 'stopped', parkedReason: null, finishedAt: new Date().toISOString() })
    .where(
      and(eq(syncRuns.campaignId, campaignId), isNull(syncRuns.finishedAt), eq(syncRuns.kind, 'ongoing')),
    )
    .returning();
  if (run) await tellProgress(tx, campaignId);
  return run ?? null;
}

/** Where an open run is now; nothing changes, and nobody is told, when it is there already or over. */
export async function showState(
  tx: Tx,
  runId: string,
  { state, parkedReason = null }: { readonly state: SyncRun['state']; readonly parkedReason?: string | null },
): Promise<void> {
  const [run] = await tx
    .update(syncRuns)
    .set({ state, parkedReason })
    .where(
      and(
        eq(syncRuns.id, runId),
        isNull(syncRuns.finishedAt),
        sql`(${syncRuns.state}, ${syncRuns.parkedReason}) is distinct from (${state}, ${parkedReason}::text)`,
      ),
    )
    .returning({ campaignId: syncRuns.campaignId });
  if (run) await tellProgress(tx, run.campaignId);
}

/**
 * Another sync is to follow `afterRunId`: a run that was open when the ongoing run began or its scope changed, or the
 * ongoing run itself where none was; null for none.
 */
export async function oweCatchUp(tx: Tx, ongoingRunId: string, afterRunId: string | null): Promise<void> {
  await tx.update(syncRuns).set({ ofRunId: afterRunId }).where(eq(syncRuns.id, ongoingRunId));
}

export async function wantOngoing(tx: Tx, campaignId: string, ongoing: 'on' | 'off'): Promise<void> {
  await tx
    .update(syncSettings)
    .set({ ongoing, updatedAt: new Date().toISOString() })
    .where(eq(syncSettings.campaignId, campaignId));
}

/** What a run that lasts skipped is looked at anew with every hint: the newest reading alone is listed. */
export async function forgetExceptions(tx: Tx, runId: string, crmIds: readonly string[]): Promise<void> {
  if (crmIds.length === 0) return;
  await tx
    .delete(syncExceptions)
    .where(and(eq(syncExceptions.runId, runId), inArray(syncExceptions.crmId, [...crmIds])));
}
