import { and, asc, eq, gt, isNull, ne, sql } from 'drizzle-orm';
import type { SystemDatabase } from '../../client.ts';
import { systemState } from '../../schema/audit.ts';
import { syncRuns } from '../../schema/campaigns.ts';
import { connectionRevocations, connections } from '../../schema/connections.ts';
import { referrers } from '../../schema/people.ts';
import { referrals } from '../../schema/referrals.ts';

const namespaceKey = 'temporal-namespace-id';

/** The Temporal namespace that this database last filled; null before the first look. */
export async function storedNamespaceId(db: SystemDatabase): Promise<string | null> {
  const [row] = await db.select().from(systemState).where(eq(systemState.key, namespaceKey));
  return row?.value ?? null;
}

export async function storeNamespaceId(db: SystemDatabase, value: string): Promise<void> {
  const updatedAt = new Date().toISOString();
  await db
    .insert(systemState)
    .values({ key: namespaceKey, value, updatedAt })
    .onConflictDoUpdate({ target: systemState.key, set: { value, updatedAt } });
}

/** Unfinished referrals after `afterId`, by id, `limit` at a time. */
export const unsettledReferrals = (db: SystemDatabase, afterId: string, limit: number) =>
  db
    .select({
      referralId: referrals.id,
      campaignId: referrals.campaignId,
      workspaceId: referrals.workspaceId,
    })
    .from(referrals)
    .where(and(isNull(referrals.settledAt), gt(referrals.id, afterId)))
    .orderBy(asc(referrals.id))
    .limit(limit);

/** Referrers who joined by themselves and are not in HubSpot yet. */
export const unenteredReferrers = (db: SystemDatabase) =>
  db
    .select({
      referrerId: referrers.id,
      campaignId: referrers.campaignId,
      workspaceId: referrers.workspaceId,
    })
    .from(referrers)
    .where(and(ne(referrers.source, 'sync'), isNull(referrers.enteredAt)))
    .orderBy(asc(referrers.id));

/** Connections that live, or whose grant is not handed back yet. */
export const livingConnections = (db: SystemDatabase) =>
  db
    .select({ connectionId: connections.id, workspaceId: connections.workspaceId, epoch: connections.epoch })
    .from(connections)
    .where(
      sql`${connections.status} = 'active' or exists (
        select 1 from ${connectionRevocations} r where r.connection_id = ${connections.id} and r.done_at is null)`,
    );

/** Campaigns with an open run of any kind, the ongoing one too: each has one workflow for all of its runs. */
export const openSyncRuns = (db: SystemDatabase) =>
  db
    .selectDistinctOn([syncRuns.campaignId], {
      syncRunId: syncRuns.id,
      campaignId: syncRuns.campaignId,
      connectionId: syncRuns.connectionId,
      workspaceId: syncRuns.workspaceId,
    })
    .from(syncRuns)
    .where(isNull(syncRuns.finishedAt));

/**
 * Referrals that should have acted by themselves more than ten minutes ago: the deadlines of `standingOf`. What waits
 * for a person, or for HubSpot to be connected, is not late, however long it waits.
 */
export async function overdueReferrals(db: SystemDatabase, limit: number) {
  const rows = await db.execute<{ referral_id: string; campaign_id: string; workspace_id: string }>(sql`
    select f.id as referral_id, f.campaign_id, f.workspace_id from referrals f
    where f.settled_at is null and case
      when f.parked_reason is not null then f.parked_retry_at
      when f.status = 'registered' then f.expires_at
      when f.status = 'rewarded' then f.reversible_until
      else (
        select min(coalesce(w.hold_until, w.created_at)) from rewards w join reward_rules r on r.id = w.reward_rule_id
        where w.referral_id = f.id
          and (w.status in ('approved', 'issuing') or (w.status = 'held' and r.approval = 'automatic')))
      end < now() - interval '10 minutes'
    order by f.id limit ${limit}`);
  return rows.map((row) => ({
    referralId: row.referral_id,
    campaignId: row.campaign_id,
    workspaceId: row.workspace_id,
  }));
}
