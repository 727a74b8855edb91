import { ruleOfReason } from './fraud.ts';
import { whyReview } from './fraud-story.ts';
import { assertNever } from './invariant.ts';
import { mergeReasons } from './merge.ts';
import { formatMoney } from './money.ts';
import type { RewardStatus } from './reward.ts';
import { formatDay, type Instant, isAfter } from './time.ts';

export interface RewardAsOf {
  readonly status: RewardStatus;
  /** A code of ours, or what a person wrote. */
  readonly reason: string | null;
  readonly beneficiary: 'referrer' | 'referred';
  /** Null while a person must name the amount. */
  readonly amountMinor: number | null;
  readonly currency: string | null;
  readonly holdUntil: Instant | null;
  readonly issuedAt: Instant | null;
}

/** Where a reward stands at `asOf`, and why, as one sentence for people. */
export function rewardSentence(reward: RewardAsOf, asOf: Instant): string {
  const { amountMinor, currency, beneficiary } = reward;
  const what =
    amountMinor === null || currency === null ? 'The reward' : formatMoney({ amountMinor, currency });
  const whom = beneficiary === 'referrer' ? 'the referrer' : 'the friend';
  return `${what} for ${whom}: ${standOf(reward, asOf)}`;
}

function standOf(reward: RewardAsOf, asOf: Instant): string {
  const { status, reason, holdUntil, issuedAt } = reward;
  const held = holdUntil !== null && isAfter(holdUntil, asOf) ? formatDay(holdUntil) : null;
  switch (status) {
    case 'pending':
      return 'waits for a person to approve it.';
    case 'held':
      return held === null
        ? 'its hold is over, and it is issued next if the value still stands.'
        : `held until ${held}, and issued then if the value still stands.`;
    case 'approved':
      return held === null
        ? 'approved, and issued next.'
        : `approved, and issued when its hold ends on ${held}.`;
    case 'issuing':
      return 'its provider was asked, and has not answered for certain yet.';
    case 'needs_review':
      return lowerFirst(whyReview(reward) ?? 'A person must settle it.');
    case 'issued':
      return issuedAt === null ? 'issued.' : `issued on ${formatDay(issuedAt)}.`;
    case 'voided':
      return `voided before it was ordered${because(reason)}.`;
    case 'clawed_back':
      return `issued, then taken back${because(reason)}; it is owed to you.`;
    default:
      return assertNever(status);
  }
}

function because(reason: string | null): string {
  if (reason === null) return '';
  if (reason === 'left-qualifying-value') return ', since the qualifying value was left';
  const rule = ruleOfReason(reason);
  if (rule !== null) return `, since a person found the fraud check "${rule}" to be right`;
  if (mergeReasons.some((merge) => merge === reason))
    return ', since people turned out to be one when HubSpot merged them';
  return ` by a person: ${reason}`;
}

const lowerFirst = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1);
