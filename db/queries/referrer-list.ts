import { and, desc, eq, isNull, lt } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import { people, referralLinks, referrers } from '../schema/people.ts';
import type { Person } from './people.ts';

export interface ListedReferrer {
  readonly referrer: typeof referrers.$inferSelect;
  readonly person: Person;
  /** Of the live link. */
  readonly code: string;
}

/** Newest first, by id. */
export async function listReferrers(
  tx: Tx,
  filter: { readonly campaignId?: string | undefined; readonly afterId?: string | undefined },
  limit: number,
): Promise<ListedReferrer[]> {
  return tx
    .select({ referrer: referrers, person: people, code: referralLinks.code })
    .from(referrers)
    .innerJoin(people, eq(people.id, referrers.personId))
    .innerJoin(
      referralLinks,
      and(eq(referralLinks.referrerId, referrers.id), isNull(referralLinks.retiredAt)),
    )
    .where(
      and(
        filter.campaignId ? eq(referrers.campaignId, filter.campaignId) : undefined,
        filter.afterId ? lt(referrers.id, filter.afterId) : undefined,
      ),
    )
    .orderBy(desc(referrers.id))
    .limit(limit);
}

/** Whose live link this code is, inside the workspace. */
export async function referrerByCode(
  tx: Tx,
  code: string,
): Promise<{
  readonly referrerId: string;
  readonly personId: string;
  readonly linkId: string;
  readonly campaignId: string;
} | null> {
  const [row] = await tx
    .select({
      referrerId: referrers.id,
      personId: referrers.personId,
      linkId: referralLinks.id,
      campaignId: referrers.campaignId,
    })
    .from(referralLinks)
    .innerJoin(referrers, eq(referrers.id, referralLinks.referrerId))
    .where(and(eq(referralLinks.code, code), isNull(referralLinks.retiredAt)));
  return row ?? null;
}
