import { asc, eq, sql } from 'drizzle-orm';
import type { MergedReferral } from '../../../domain/merge.ts';
import type { Tx } from '../../client.ts';
import { campaigns } from '../../schema/campaigns.ts';
import { referrers } from '../../schema/people.ts';
import { referrals } from '../../schema/referrals.ts';
import { qualifications, rewards } from '../../schema/rewards.ts';

/** The referrals of one person as `endedByMerge` looks at them. */
export async function referralsOfPerson(tx: Tx, personId: string): Promise<MergedReferral[]> {
  const rows = await tx
    .select({
      referral: referrals,
      referrerPersonId: referrers.personId,
      reversalDays: campaigns.reversalDays,
    })
    .from(referrals)
    .innerJoin(referrers, eq(referrers.id, referrals.referrerId))
    .innerJoin(campaigns, eq(campaigns.id, referrals.campaignId))
    .where(eq(referrals.personId, personId))
    .orderBy(asc(referrals.id));
  const theirs = await tx
    .select({
      id: rewards.id,
      referralId: rewards.referralId,
      status: rewards.status,
      firstAttemptAt: rewards.firstAttemptAt,
    })
    .from(rewards)
    .innerJoin(referrals, eq(referrals.id, rewards.referralId))
    .where(eq(referrals.personId, personId))
    .orderBy(asc(rewards.id));
  const byReferral = Map.groupBy(theirs, ({ referralId }) => referralId);
  return rows.map(({ referral, referrerPersonId, reversalDays }) => ({
    id: referral.id,
    campaignId: referral.campaignId,
    signedUpAt: referral.signedUpAt,
    status: referral.status,
    personId,
    referrerPersonId,
    reversibleUntil: referral.reversibleUntil,
    reversible: reversalDays !== null,
    rewards: (byReferral.get(referral.id) ?? []).map(({ id, status, firstAttemptAt }) => ({
      id,
      status,
      attempted: firstAttemptAt !== null,
    })),
  }));
}

/** The qualification in force counts no longer. */
export async function reverseInForce(tx: Tx, referralId: string, reversedAt: string): Promise<void> {
  await tx
    .update(qualifications)
    .set({ reversedAt })
    .where(sql`${qualifications.referralId} = ${referralId} and ${qualifications.reversedAt} is null`);
}
