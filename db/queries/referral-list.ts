import { and, asc, desc, eq, lt } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import { people } from '../schema/people.ts';
import { referrals, timelineEvents } from '../schema/referrals.ts';
import type { Person } from './people.ts';
import type { Referral } from './referrals.ts';

export interface ListedReferral {
  readonly referral: Referral;
  readonly person: Person;
}

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
    .select({ referral: referrals, person: people })
    .from(referrals)
    .innerJoin(people, eq(people.id, referrals.personId))
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
    .select({ referral: referrals, person: people })
    .from(referrals)
    .innerJoin(people, eq(people.id, referrals.personId))
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
