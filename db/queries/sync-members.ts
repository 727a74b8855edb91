/** Who is in the list that an ongoing sync follows. */
import { and, eq, inArray, isNotNull, sql } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import { listLooks, syncMembers } from '../schema/campaigns.ts';
import { personCrmIds, referrers } from '../schema/people.ts';

/** One page of a look: the members that it named, and the range of ids that it answers for. */
export interface ListPage {
  readonly campaignId: string;
  readonly connectionId: string;
  readonly workspaceId: string;
  readonly members: readonly string[];
  /** Ids greater than this one, up to `upTo`; null has no bound. */
  readonly above: string | null;
  readonly upTo: string | null;
}

/** Those of a page who were not in the list when it was last looked at, in the page's order. */
export async function newMembers(tx: Tx, { campaignId, members }: ListPage): Promise<string[]> {
  if (members.length === 0) return [];
  const known = await tx
    .select({ crmId: syncMembers.crmId })
    .from(syncMembers)
    .where(and(eq(syncMembers.campaignId, campaignId), inArray(syncMembers.crmId, [...members])));
  const before = new Set(known.map(({ crmId }) => crmId));
  return members.filter((crmId) => !before.has(crmId));
}

/** Remembers who joined; a referrer who had left is back. */
export async function storeJoined(
  tx: Tx,
  { campaignId, connectionId, workspaceId }: ListPage,
  crmIds: readonly string[],
): Promise<void> {
  if (crmIds.length === 0) return;
  const joinedAt = new Date().toISOString();
  await tx
    .insert(syncMembers)
    .values(crmIds.map((crmId) => ({ campaignId, crmId, workspaceId, joinedAt })))
    .onConflictDoNothing();
  await tx
    .update(referrers)
    .set({ leftScopeAt: null })
    .from(personCrmIds)
    .where(
      and(
        eq(personCrmIds.connectionId, connectionId),
        eq(personCrmIds.objectType, 'contact'),
        inArray(personCrmIds.crmId, [...crmIds]),
        eq(referrers.personId, personCrmIds.personId),
        eq(referrers.campaignId, campaignId),
        isNotNull(referrers.leftScopeAt),
      ),
    );
}

/**
 * S37: who was in the list and is not on its page has left: forgotten as a member, marked as a referrer, never deleted.
 * A person who is still in it as another contact has not left. At most `limit` at once; answers how many there were.
 */
export async function storeLeft(
  tx: Tx,
  { campaignId, connectionId, members, above, upTo }: ListPage,
  limit: number,
): Promise<number> {
  const present = sql.join(
    members.map((id) => sql`${id}`),
    sql`, `,
  );
  const [row] = await tx.execute<{ count: number }>(sql`
    with gone as (
      select crm_id from sync_members
      where campaign_id = ${campaignId}
        and crm_id::numeric > ${above ?? '-1'}::numeric
        and (${upTo}::numeric is null or crm_id::numeric <= ${upTo}::numeric)
        ${members.length === 0 ? sql`` : sql`and crm_id not in (${present})`}
      order by crm_id::numeric limit ${limit}
    ), left_list as (
      delete from sync_members m using gone
      where m.campaign_id = ${campaignId} and m.crm_id = gone.crm_id
      returning m.crm_id
    ), marked as (
      update referrers r set left_scope_at = now()
      from person_crm_ids p
      where p.connection_id = ${connectionId} and p.object_type = 'contact' and p.crm_id in (select crm_id from left_list)
        and r.person_id = p.person_id and r.campaign_id = ${campaignId} and r.left_scope_at is null
        and not exists (
          select 1 from person_crm_ids o
          join sync_members m on m.campaign_id = ${campaignId} and m.crm_id = o.crm_id
          where o.person_id = p.person_id and o.connection_id = p.connection_id and o.object_type = 'contact'
            and o.crm_id not in (select crm_id from gone))
    )
    select count(*)::int as count from left_list`);
  return row?.count ?? 0;
}

/** At the end of a look: a contact that was merged into a member is in the list by its new id. */
export async function welcomeMerged(tx: Tx, campaignId: string, connectionId: string): Promise<void> {
  await tx.execute(sql`
    update referrers r set left_scope_at = null
    where r.campaign_id = ${campaignId} and r.left_scope_at is not null and exists (
      select 1 from person_crm_ids p
      join sync_members m on m.campaign_id = r.campaign_id and m.crm_id = p.crm_id
      where p.person_id = r.person_id and p.connection_id = ${connectionId} and p.object_type = 'contact')`);
}

/** Another list, or none: who was in the old one, and who left it, is of no interest any more. */
export async function forgetList(tx: Tx, campaignId: string): Promise<void> {
  await tx.delete(listLooks).where(eq(listLooks.campaignId, campaignId));
  await tx.delete(syncMembers).where(eq(syncMembers.campaignId, campaignId));
  await tx
    .update(referrers)
    .set({ leftScopeAt: null })
    .where(and(eq(referrers.campaignId, campaignId), isNotNull(referrers.leftScopeAt)));
}
