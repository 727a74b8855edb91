import { and, eq, isNull, sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import type { Tx } from '../client.ts';
import { people, referralLinks, referrers } from '../schema/people.ts';

export interface EnrolledReferrer {
  readonly id: string;
  readonly code: string;
  /** False when the person was a referrer of this campaign before. */
  readonly enrolled: boolean;
}

/** S41: a person is one referrer of a campaign with one live link, however often they are enrolled. */
export async function enrolReferrer(
  tx: Tx,
  input: {
    readonly workspaceId: string;
    readonly campaignId: string;
    readonly personId: string;
    readonly source: 'sync' | 'join' | 'api';
    readonly code: string;
  },
): Promise<EnrolledReferrer> {
  const { workspaceId, campaignId, personId, source, code } = input;
  const now = new Date().toISOString();
  const [fresh] = await tx
    .insert(referrers)
    .values({ id: newId(), workspaceId, campaignId, personId, source, joinedAt: now })
    .onConflictDoNothing({
      target: [referrers.campaignId, referrers.personId],
      where: sql`merged_into is null`,
    })
    .returning({ id: referrers.id });
  if (fresh) {
    await tx
      .insert(referralLinks)
      .values({ id: newId(), workspaceId, campaignId, referrerId: fresh.id, code, createdAt: now });
    return { id: fresh.id, code, enrolled: true };
  }
  const [known] = await tx
    .select({ id: referrers.id, code: referralLinks.code })
    .from(referrers)
    .innerJoin(
      referralLinks,
      and(eq(referralLinks.referrerId, referrers.id), isNull(referralLinks.retiredAt)),
    )
    .where(
      and(
        eq(referrers.campaignId, campaignId),
        eq(referrers.personId, personId),
        isNull(referrers.mergedInto),
      ),
    );
  if (!known) throw new Error('A referrer has no live link');
  return { ...known, enrolled: false };
}

export async function loadReferrer(tx: Tx, referrerId: string) {
  const [row] = await tx
    .select({ referrer: referrers, person: people, code: referralLinks.code })
    .from(referrers)
    .innerJoin(people, eq(people.id, referrers.personId))
    .innerJoin(
      referralLinks,
      and(eq(referralLinks.referrerId, referrers.id), isNull(referralLinks.retiredAt)),
    )
    .where(eq(referrers.id, referrerId));
  return row ?? null;
}

export async function updateReferrer(
  tx: Tx,
  referrerId: string,
  changes: Partial<Pick<typeof referrers.$inferInsert, 'enteredAt' | 'parkedReason' | 'crmLinkWritten'>>,
): Promise<void> {
  await tx.update(referrers).set(changes).where(eq(referrers.id, referrerId));
}

/** What HubSpot shall show about a referrer: counted from the rows, so that it cannot drift. */
export interface ReferrerFigures {
  readonly referrerId: string;
  readonly personId: string;
  readonly code: string;
  readonly joinedAt: string;
  readonly campaignName: string;
  readonly numberReferred: number;
  readonly numberSuccessful: number;
  /** Issued, in minor units of each currency. */
  readonly earned: Readonly<Record<string, number>>;
}

/** A referrer who was merged is asked for under either id, and answered with the one who stays. */
export async function referrerFigures(tx: Tx, referrerIds: readonly string[]): Promise<ReferrerFigures[]> {
  if (referrerIds.length === 0) return [];
  const rows = await tx.execute<{
    referrer_id: string;
    person_id: string;
    code: string;
    joined_at: string;
    campaign_name: string;
    referred: number;
    successful: number;
    earned: Record<string, number> | null;
  }>(sql`
    select r.id as referrer_id, r.person_id, l.code, r.joined_at, c.name as campaign_name,
      (select count(*)::int from referrals f where f.referrer_id = r.id and f.status not in ('rejected', 'erased')) as referred,
      (select count(*)::int from referrals f where f.referrer_id = r.id and f.status in ('qualified', 'rewarded')) as successful,
      (select json_object_agg(currency, total) from (
        select currency, sum(amount_minor)::bigint as total from rewards w
        where w.referrer_id = r.id and w.beneficiary = 'referrer' and w.status = 'issued' group by currency) sums) as earned
    from referrers r
    join campaigns c on c.id = r.campaign_id
    join referral_links l on l.referrer_id = r.id and l.retired_at is null
    where r.id in (
      select coalesce(asked.merged_into, asked.id) from referrers asked where asked.id in (${sql.join(
        referrerIds.map((id) => sql`${id}`),
        sql`, `,
      )}))`);
  return rows.map((row) => ({
    referrerId: row.referrer_id,
    personId: row.person_id,
    code: row.code,
    joinedAt: new Date(row.joined_at).toISOString(),
    campaignName: row.campaign_name,
    numberReferred: row.referred,
    numberSuccessful: row.successful,
    earned: row.earned ?? {},
  }));
}
