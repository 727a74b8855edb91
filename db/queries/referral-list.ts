import { and, asc, desc, eq, lt } from 'drizzle-orm';
import type { Presence } from '../../domain/identity.ts';
import type { Tx } from '../client.ts';
import { campaigns } from '../schema/campaigns.ts';
import { people } from '../schema/people.ts';
import { referrals, timelineEvents } from '../schema/referrals.ts';
import { presenceOf } from './identity/presence.ts';
import type { Person } from './people.ts';
import type { Referral } from './referrals.ts';

export interface ListedReferral {
  readonly referral: Referral;
  readonly person: Person;
  readonly inHubSpot: Presence;
}

const listed = {
  referral: referrals,
  person: people,
  inHubSpot: presenceOf(people.id, campaigns.connectionId),
};

export interface ReferralFilter {
  readonly campaignId?: string | undefined;
  readonly status?: Referral['status'] | undefined;
  /** Only ids below this one. */
  readonly afterId?: string | undefined;
}

/** Newest first, by id: a deep page costs what the first one does. */
export async function listReferrals(
  tx: Tx,
  filter: ReferralFilter,
  limit: number,
): Promise<ListedReferral[]> {
  return tx
    .select(listed)
    .from(referrals)
    .innerJoin(people, eq(people.id, referrals.personId))
    .innerJoin(campaigns, eq(campaigns.id, referrals.campaignId))
    .where(
      and(
        filter.campaignId ? eq(referrals.campaignId, filter.campaignId) : undefined,
        filter.status ? eq(referrals.status, filter.status) : undefined,
        filter.afterId ? lt(referrals.id, filter.afterId) : undefined,
      ),
    )
    .orderBy(desc(referrals.id))
    .limit(limit);
}

export async function loadListedReferral(tx: Tx, referralId: string): Promise<ListedReferral | null> {
  const [row] = await tx
    .select(listed)
    .from(referrals)
    .innerJoin(people, eq(people.id, referrals.personId))
    .innerJoin(campaigns, eq(campaigns.id, referrals.campaignId))
    .where(eq(referrals.id, referralId));
  return row ?? null;
}

/** A referral's story from its beginning. */
export async function timelineOf(tx: Tx, referralId: string) {
  return tx
    .select()
    .from(timelineEvents)
    .where(eq(timelineEvents.referralId, referralId))
    .orderBy(asc(timelineEvents.at), asc(timelineEvents.id));
}
