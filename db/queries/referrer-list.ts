import { and, desc, eq, isNull, lt } from 'drizzle-orm';
import type { Presence } from '../../domain/identity.ts';
import type { Tx } from '../client.ts';
import { campaigns } from '../schema/campaigns.ts';
import { people, referralLinks, referrers } from '../schema/people.ts';
import { presenceOf } from './identity/presence.ts';
import type { Person } from './people.ts';

export interface ListedReferrer {
  readonly referrer: typeof referrers.$inferSelect;
  readonly person: Person;
  /** Of the live link. */
  readonly code: string;
  readonly inHubSpot: Presence;
}

const listed = {
  referrer: referrers,
  person: people,
  code: referralLinks.code,
  inHubSpot: presenceOf(people.id, campaigns.connectionId),
};

/** Newest first, by id; a referrer who turned out to be another one is not listed beside them. */
export async function listReferrers(
  tx: Tx,
  filter: { readonly campaignId?: string | undefined; readonly afterId?: string | undefined },
  limit: number,
): Promise<ListedReferrer[]> {
  return tx
    .select(listed)
    .from(referrers)
    .innerJoin(people, eq(people.id, referrers.personId))
    .innerJoin(campaigns, eq(campaigns.id, referrers.campaignId))
    .innerJoin(
      referralLinks,
      and(eq(referralLinks.referrerId, referrers.id), isNull(referralLinks.retiredAt)),
    )
    .where(
      and(
        isNull(referrers.mergedInto),
        filter.campaignId ? eq(referrers.campaignId, filter.campaignId) : undefined,
        filter.afterId ? lt(referrers.id, filter.afterId) : undefined,
      ),
    )
    .orderBy(desc(referrers.id))
    .limit(limit);
}

/** Also one who turned out to be another one, as what they were. */
export async function loadListedReferrer(tx: Tx, referrerId: string): Promise<ListedReferrer | null> {
  const [row] = await tx
    .select(listed)
    .from(referrers)
    .innerJoin(people, eq(people.id, referrers.personId))
    .innerJoin(campaigns, eq(campaigns.id, referrers.campaignId))
    .innerJoin(
      referralLinks,
      and(eq(referralLinks.referrerId, referrers.id), isNull(referralLinks.retiredAt)),
    )
    .where(eq(referrers.id, referrerId));
  return row ?? null;
}
