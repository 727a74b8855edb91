/** How a referral stands, in sentences for people: what it waits for, what stops it, or how it ended. */
import { type FraudRule, ruleOfReason } from './fraud.ts';
import { identitySentence } from './identity-story.ts';
import { assertNever } from './invariant.ts';
import type { ParkedReason, ReferralStatus } from './referral.ts';
import type { Standing, WaitingFor } from './standing.ts';
import { formatDay, type Instant, toInstant, toMs } from './time.ts';

export const waitedFor = [
  'crm-entry',
  'qualification',
  'hold',
  'approval',
  'review',
  'issue',
  'reversal-window',
  'operator',
  'nothing',
] as const satisfies readonly WaitingFor[];

export interface StandingStory {
  readonly standing: Standing;
  readonly rejectedReason: string | null;
  /** The property that HubSpot refused last, where it told. */
  readonly refusedProperty: string | null;
  /** The fraud check that keeps rewards back; null when none does. */
  readonly heldBy: FraudRule | null;
}

export function standingSentence({
  standing,
  rejectedReason,
  refusedProperty,
  heldBy,
}: StandingStory): string {
  const { status, settled, parked, deadline } = standing;
  if (settled) return endSentence(status, rejectedReason) ?? settledLines[status];
  const held =
    heldBy === null
      ? ''
      : ` The fraud check "${heldBy}" keeps its rewards back until a person releases or rejects what it found.`;
  const what =
    parked === null ? waitingSentence(standing, rejectedReason) : parkedSentence(parked, refusedProperty);
  const again =
    parked === null || deadline === null ? '' : ` It is tried again at ${formatMoment(deadline)}.`;
  return `${what}${again}${held}`;
}

/** Why nothing will come of the referral any more; null for one that may still earn or has earned. */
export function endSentence(status: ReferralStatus, rejectedReason: string | null): string | null {
  switch (status) {
    case 'registered':
    case 'qualified':
    case 'rewarded':
      return null;
    case 'reversed':
      return (
        identitySentence('reversed', { reason: rejectedReason }) ??
        'Reversed: what had qualified was left after the reward.'
      );
    case 'rejected':
      return rejectedSentence(rejectedReason);
    case 'expired':
      return 'Expired: the time in which it could qualify is over.';
    case 'erased':
      return 'The person asked to be forgotten; what was known is erased.';
    default:
      return assertNever(status);
  }
}

const settledLines: Readonly<Record<ReferralStatus, string>> = {
  registered: 'Nothing more can happen.',
  qualified: 'Qualified; no reward is open, and nothing more can change.',
  rewarded: 'Rewarded; nothing more can change.',
  reversed: 'Reversed.',
  rejected: 'Rejected.',
  expired: 'Expired.',
  erased: 'Erased.',
};

function rejectedSentence(reason: string | null): string {
  if (reason === 'self-referral') return 'Rejected, since referrer and friend are the same person.';
  const rule = ruleOfReason(reason);
  if (rule !== null) return `Rejected: a person found the fraud check "${rule}" to be right.`;
  return identitySentence('rejected', { reason }) ?? 'Rejected.';
}

const parkedLines: Readonly<Record<ParkedReason, string>> = {
  'not-connected': 'No HubSpot account is connected; it goes on once one is.',
  'reconnect-needed': 'HubSpot withdrew its permission; it goes on once somebody connects HubSpot again.',
  'hubspot-unavailable': 'HubSpot does not answer.',
  'hubspot-limit': 'HubSpot takes no more calls for now: a daily limit, or a move of its data.',
  'mapping-refused': 'HubSpot refuses a value that the campaign writes.',
  'missing-scope': 'The connection to HubSpot lacks a permission; somebody must connect again and grant it.',
  'record-gone': 'HubSpot has the record no more.',
  'campaign-paused': 'The campaign is paused.',
};

const parkedSentence = (reason: ParkedReason, property: string | null): string =>
  reason === 'mapping-refused' && property !== null
    ? `HubSpot refuses the value of "${property}" that the campaign writes; somebody must correct it, here or in HubSpot.`
    : parkedLines[reason];

function waitingSentence({ status, waitingFor, deadline }: Standing, rejectedReason: string | null): string {
  const until = deadline === null ? '' : ` until ${formatDay(deadline)}`;
  switch (waitingFor) {
    case 'crm-entry':
      return 'Waiting to be entered into HubSpot.';
    case 'qualification':
      return `Waiting for what the rule asks for${until}.`;
    case 'hold':
      return `Held${until}; then the reward is issued if the value still stands.`;
    case 'approval':
      return 'Waiting for a person to approve the reward.';
    case 'review':
      return 'Waiting for a person to settle a reward.';
    case 'issue':
      return 'The reward is about to be issued.';
    case 'reversal-window':
      return `${status === 'rewarded' ? 'Rewarded' : 'Qualified'}; can still be reversed${until}.`;
    case 'operator':
      return `Was at a qualifying value before the sign-up; a person must accept or reject it${until}.`;
    case 'nothing':
      return endSentence(status, rejectedReason) ?? settledLines[status];
    default:
      return assertNever(waitingFor);
  }
}

/** `3 May 2026, 09:30 UTC`. */
const formatMoment = (instant: Instant): string =>
  `${formatDay(instant)}, ${toInstant(toMs(instant)).slice(11, 16)} UTC`;
