import type { ReferralStatus } from './referral.ts';
import type { RewardStatus } from './reward.ts';
import { type Instant, isAfter, isBefore } from './time.ts';

/** Why a merge in HubSpot ended a referral. */
export const mergeReasons = ['merged-duplicate', 'self-referral-by-merge'] as const;
export type MergeReason = (typeof mergeReasons)[number];

interface Dated {
  readonly id: string;
  readonly at: Instant;
}

/** The earliest; by id where two began at once, so that every order of merges ends the same. */
export function earliestOf<T extends Dated>(all: readonly [T, ...T[]]): T {
  return all.reduce((first, each) =>
    isBefore(each.at, first.at) || (each.at === first.at && each.id < first.id) ? each : first,
  );
}

/** A referral of the person that several people turned out to be. */
export interface MergedReferral {
  readonly id: string;
  readonly campaignId: string;
  readonly signedUpAt: Instant;
  readonly status: ReferralStatus;
  /** Who referred, after the merge as well. */
  readonly referrerPersonId: string;
  readonly personId: string;
  readonly reversibleUntil: Instant | null;
  /** Whether the campaign takes back what it has issued, at all. */
  readonly reversible: boolean;
  readonly rewards: readonly {
    readonly id: string;
    readonly status: RewardStatus;
    /** Whether the provider was ever asked. */
    readonly attempted: boolean;
  }[];
}

/** How a merge ends a referral. What was issued and cannot be taken back any more stays, and so does its referral. */
export interface EndedByMerge {
  readonly referralId: string;
  readonly reason: MergeReason;
  readonly becomes: 'rejected' | 'reversed' | 'rewarded';
  readonly voided: readonly string[];
  readonly clawedBack: readonly string[];
}

/**
 * Which referrals of one person end because two people turned out to be one. Who referred themselves is rejected. Of
 * several live referrals in one campaign the earliest stays, unless a later one has paid for good: then that one does,
 * since a friend is rewarded once.
 */
export function endedByMerge(referrals: readonly MergedReferral[], asOf: Instant): readonly EndedByMerge[] {
  const open = referrals.filter(({ status }) => ['registered', 'qualified', 'rewarded'].includes(status));
  const own = open.filter(({ personId, referrerPersonId }) => personId === referrerPersonId);
  const byCampaign = Map.groupBy(
    open.filter((referral) => !own.includes(referral)),
    ({ campaignId }) => campaignId,
  );
  const duplicates = [...byCampaign.values()].flatMap((all) => {
    const paid = all.filter((referral) => endOf(referral, asOf).becomes === 'rewarded');
    const [first, ...rest] = (paid.length > 0 ? paid : all).map((each) => ({ ...each, at: each.signedUpAt }));
    if (first === undefined) return [];
    const stays = earliestOf([first, ...rest]);
    return all.filter(({ id }) => id !== stays.id);
  });
  return [
    ...own.map((referral) => ({ ...endOf(referral, asOf), reason: 'self-referral-by-merge' as const })),
    ...duplicates.map((referral) => ({ ...endOf(referral, asOf), reason: 'merged-duplicate' as const })),
  ];
}

/**
 * Rewards that nobody ordered are voided. What is issued is clawed back where the campaign has a reversal window and it
 * is not over; else it stays, and the referral with it.
 */
function endOf(referral: MergedReferral, asOf: Instant): Omit<EndedByMerge, 'reason'> {
  const { id: referralId, status, rewards, reversible, reversibleUntil } = referral;
  const idsOf = (statuses: readonly RewardStatus[], attempted?: boolean) =>
    rewards
      .filter((each) => statuses.includes(each.status) && (attempted ?? each.attempted) === each.attempted)
      .map(({ id }) => id);
  const issued = idsOf(['issued']);
  const voided = idsOf(['pending', 'held', 'approved', 'needs_review'], false);
  const takesBack =
    status === 'rewarded' ? reversibleUntil !== null && !isAfter(asOf, reversibleUntil) : reversible;
  if (status === 'rewarded') {
    return takesBack
      ? { referralId, becomes: 'reversed', voided, clawedBack: issued }
      : { referralId, becomes: 'rewarded', voided, clawedBack: [] };
  }
  const ordered = issued.length > 0 || idsOf(['issuing', 'needs_review'], true).length > 0;
  return ordered && !takesBack
    ? { referralId, becomes: 'rewarded', voided, clawedBack: [] }
    : { referralId, becomes: 'rejected', voided, clawedBack: issued };
}
