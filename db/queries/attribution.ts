import { and, desc, eq, isNull, lt, sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import type { Touch } from '../../domain/attribution.ts';
import { type Instant, toInstant } from '../../domain/time.ts';
import type { Tx } from '../client.ts';
import { attributionRejections } from '../schema/attribution.ts';
import { referrals } from '../schema/referrals.ts';
import type { Referral } from './referrals.ts';

/** Links of one visitor that are looked at; nobody is sent by more people. */
const linksPerVisitor = 50;

/**
 * The link that has this code, and those that this visitor came through, each with the visits that are known of it. A
 * referrer who was merged is answered with the one who stays.
 */
export async function touchesOf(
  tx: Tx,
  {
    campaignId,
    code,
    visitHashes,
    since,
  }: {
    readonly campaignId: string;
    readonly code: string | null;
    readonly visitHashes: readonly string[];
    /** The start of the attribution window; null for no bound. */
    readonly since: Instant | null;
  },
): Promise<{ readonly given: Touch | null; readonly visits: readonly Touch[] }> {
  const rows = await tx.execute<{
    link_id: string;
    referrer_id: string;
    person_id: string;
    live: boolean;
    code: string;
    first_at: string | null;
    last_at: string | null;
  }>(sql`
    with visit as (
      select link_id, min(clicked_at) filter (where clicked_at >= ${since ?? '-infinity'}::timestamptz) as first_at,
        max(clicked_at) as last_at
      from clicks
      where visit_hash = any(${textArray(visitHashes)}) and campaign_id = ${campaignId}
      group by link_id order by last_at desc limit ${linksPerVisitor}
    ), wanted as (
      select id from referral_links where code = ${code} and campaign_id = ${campaignId}
      union select link_id from visit
    )
    select l.id as link_id, stays.id as referrer_id, stays.person_id, l.retired_at is null as live, l.code,
      visit.first_at, visit.last_at
    from wanted
    join referral_links l on l.id = wanted.id
    join referrers shared on shared.id = l.referrer_id
    join referrers stays on stays.id = coalesce(shared.merged_into, shared.id)
    left join visit on visit.link_id = l.id`);
  const touches = rows.map((row) => ({
    code: row.code,
    touch: {
      linkId: row.link_id,
      referrerId: row.referrer_id,
      personId: row.person_id,
      live: row.live,
      firstAt: row.first_at && toInstant(Date.parse(row.first_at)),
      lastAt: row.last_at && toInstant(Date.parse(row.last_at)),
    },
  }));
  return {
    given: touches.find((each) => each.code === code)?.touch ?? null,
    visits: touches.filter(({ touch }) => touch.lastAt !== null).map(({ touch }) => touch),
  };
}

/** Who has this address, or turned out to be somebody else; null when nobody has signed up or joined with it. */
export async function personIdByEmail(tx: Tx, workspaceId: string, emailKey: string): Promise<string | null> {
  const [row] = await tx.execute<{ id: string }>(sql`
    select coalesce(merged_into, id) as id from people
    where workspace_id = ${workspaceId} and email_key = ${emailKey} and erased_at is null
    order by merged_into nulls first limit 1`);
  return row?.id ?? null;
}

/**
 * Gives the credit for a referral to another referrer, if nothing was earned by it yet and nobody has called it a fraud.
 * The decision number rises, so that a decision that is under way reads the new referrer. Null when it stays.
 */
export async function moveCredit(
  tx: Tx,
  referral: Pick<Referral, 'id' | 'referrerId'>,
  to: { readonly referrerId: string; readonly linkId: string },
): Promise<Referral | null> {
  const [row] = await tx
    .update(referrals)
    .set({ ...to, decisionSeq: sql`${referrals.decisionSeq} + 1` })
    .where(
      and(
        eq(referrals.id, referral.id),
        eq(referrals.referrerId, referral.referrerId),
        eq(referrals.status, 'registered'),
        isNull(referrals.settledAt),
        sql`not exists (select 1 from fraud_findings where referral_id = ${referral.id} and state = 'rejected')`,
      ),
    )
    .returning();
  return row ?? null;
}

export type Rejection = typeof attributionRejections.$inferSelect;

export async function recordRejection(
  tx: Tx,
  row: Omit<typeof attributionRejections.$inferInsert, 'id'>,
): Promise<void> {
  await tx.insert(attributionRejections).values({ id: newId(), ...row });
}

/** Newest first, by id. */
export async function listRejections(
  tx: Tx,
  filter: {
    readonly campaignId?: string | undefined;
    readonly reason?: Rejection['reason'] | undefined;
    readonly afterId?: string | undefined;
  },
  limit: number,
): Promise<Rejection[]> {
  return tx
    .select()
    .from(attributionRejections)
    .where(
      and(
        filter.campaignId ? eq(attributionRejections.campaignId, filter.campaignId) : undefined,
        filter.reason ? eq(attributionRejections.reason, filter.reason) : undefined,
        filter.afterId ? lt(attributionRejections.id, filter.afterId) : undefined,
      ),
    )
    .orderBy(desc(attributionRejections.id))
    .limit(limit);
}

/** A list as one parameter; the driver does not look up array types. */
const textArray = (values: readonly string[]) => sql`${`{${values.join(',')}}`}::text[]`;
