import { assertNever } from './invariant.ts';
import type { AlreadyQualified, ParkedReason, ReferralStatus } from './referral.ts';
import { isOpen, type RewardStatus } from './reward.ts';
import { earliest, type Instant, isAfter } from './time.ts';

/** What the rows say about one referral. */
export interface ReferralFacts {
  readonly status: ReferralStatus;
  readonly enteredAt: Instant | null;
  readonly settledAt: Instant | null;
  readonly parkedReason: ParkedReason | null;
  /** When to try again by itself; null while parked means that a nudge must come first. */
  readonly parkedRetryAt: Instant | null;
  readonly expiresAt: Instant | null;
  readonly reversibleUntil: Instant | null;
  readonly alreadyQualified: AlreadyQualified | null;
  readonly rewards: readonly RewardFacts[];
}

export interface RewardFacts {
  readonly id: string;
  readonly status: RewardStatus;
  readonly holdUntil: Instant | null;
  /** The rule's own; a reward whose rule asks for approval is not issued when its hold ends. */
  readonly approval?: 'automatic' | 'manual';
}

/** What a referral waits for next. The workflow follows it and nothing else; it crosses Temporal, so it is plain and short. */
export interface Standing {
  /** Nothing can happen any more; the lifecycle ends. */
  readonly settled: boolean;
  readonly status: ReferralStatus;
  readonly entered: boolean;
  readonly parked: ParkedReason | null;
  /** Rewards that may be issued at the instant for which this was made. */
  readonly dueRewardIds: readonly string[];
  /** The same and those whose hold is still running; null is at once. */
  readonly issuable: readonly { readonly id: string; readonly from: Instant | null }[];
  /** When to look next if nothing is heard before; in the past: look now. Null waits for a nudge. */
  readonly deadline: Instant | null;
  readonly waitingFor: WaitingFor;
}

export type WaitingFor =
  | 'crm-entry'
  | 'qualification'
  | 'hold'
  | 'approval'
  | 'review'
  | 'issue'
  | 'reversal-window'
  | 'operator'
  | 'nothing';

export function standingOf(facts: ReferralFacts, asOf: Instant): Standing {
  const settled = facts.settledAt !== null;
  const parked = settled ? null : facts.parkedReason;
  const issuable = settled ? [] : issuableOf(facts);
  const dueRewardIds =
    parked === null ? issuable.filter(({ from }) => isOver(from, asOf)).map(({ id }) => id) : [];
  return {
    settled,
    status: facts.status,
    entered: facts.enteredAt !== null,
    parked,
    dueRewardIds,
    issuable,
    deadline: settled ? null : deadlineOf(facts, asOf),
    waitingFor: settled ? 'nothing' : waitingFor(facts, dueRewardIds),
  };
}

/** The reward to issue next at `asOf`, which may be later than the standing; null when none is due or it is parked. */
export function dueReward({ parked, issuable }: Standing, asOf: Instant): string | null {
  return parked === null ? (issuable.find(({ from }) => isOver(from, asOf))?.id ?? null) : null;
}

/**
 * Whether nothing can happen any more, so that the row gets its `settled_at`: an end state with nothing half issued, or
 * a qualified or rewarded referral without open rewards whose reversal window is over or was never set.
 */
export function settlesNow({ status, rewards, reversibleUntil }: ReferralFacts, asOf: Instant): boolean {
  const open = rewards.filter((reward) => isOpen(reward.status));
  switch (status) {
    case 'registered':
      return false;
    case 'qualified':
    case 'rewarded':
      return open.length === 0 && isOver(reversibleUntil, asOf);
    case 'reversed':
    case 'rejected':
    case 'expired':
      return open.length === 0;
    case 'erased':
      return true;
    default:
      return assertNever(status);
  }
}

const isOver = (instant: Instant | null, asOf: Instant): boolean =>
  instant === null || !isAfter(instant, asOf);

/** An `issuing` reward is an attempt whose outcome is unknown: issuing it again looks it up first. */
function issuableOf({ rewards }: ReferralFacts): Standing['issuable'] {
  return rewards.flatMap(({ id, status, holdUntil, approval }) => {
    if (status === 'issuing') return [{ id, from: null }];
    if (status === 'approved' || (status === 'held' && approval !== 'manual'))
      return [{ id, from: holdUntil }];
    return [];
  });
}

/**
 * A parked referral looks again when its retry says so: whatever else falls due meanwhile needs HubSpot too. Instants
 * that nobody would act on are left out, or the lifecycle would look again without end.
 */
function deadlineOf(facts: ReferralFacts, asOf: Instant): Instant | null {
  if (facts.parkedReason !== null) return facts.parkedRetryAt;
  const holds = issuableOf(facts).map(({ from }) => from);
  const quiet = !facts.rewards.some(({ status }) => isOpen(status));
  return earliest([
    ...holds.filter((hold) => hold !== null && isAfter(hold, asOf)),
    facts.status === 'registered' ? facts.expiresAt : null,
    (facts.status === 'qualified' || facts.status === 'rewarded') && quiet ? facts.reversibleUntil : null,
  ]);
}

/** These wait for a person; an unreachable HubSpot is waited for, and the rest goes on from where it was. */
function waitingFor(facts: ReferralFacts, dueRewardIds: readonly string[]): WaitingFor {
  const { status, parkedReason, enteredAt, alreadyQualified, rewards } = facts;
  if (parkedReason !== null && parkedReason !== 'hubspot-unavailable') return 'operator';
  if (status === 'registered') {
    if (enteredAt === null) return 'crm-entry';
    return alreadyQualified === 'pending' ? 'operator' : 'qualification';
  }
  if (dueRewardIds.length > 0) return 'issue';
  if (issuableOf(facts).length > 0) return 'hold';
  if (rewards.some((reward) => reward.status === 'pending' || reward.status === 'held')) return 'approval';
  if (rewards.some((reward) => reward.status === 'needs_review')) return 'review';
  return facts.reversibleUntil === null ? 'nothing' : 'reversal-window';
}

const parkedLines: Readonly<Record<ParkedReason, string>> = {
  'not-connected': 'Waiting for HubSpot to be connected',
  'reconnect-needed': 'Waiting for a person to reconnect HubSpot',
  'hubspot-unavailable': 'HubSpot does not answer',
  'hubspot-limit': 'HubSpot takes no more calls for now (daily limit or a data-centre migration)',
  'mapping-refused': 'HubSpot refuses a mapped value; a person must correct the mapping',
  'missing-scope': 'The HubSpot connection lacks a permission; a person must reconnect',
  'record-gone': 'The HubSpot record is gone',
  'campaign-paused': 'The campaign is paused',
};

/** One line of markdown for the Temporal UI; ids, codes and instants only. */
export function describeStanding({ settled, status, parked, deadline, waitingFor: what }: Standing): string {
  const until = deadline === null ? '' : ` until **${deadline}**`;
  if (settled) return `Settled as **${status}**.`;
  if (parked !== null)
    return `${parkedLines[parked]}${deadline === null ? '' : `; tried again at **${deadline}**`}.`;
  switch (what) {
    case 'crm-entry':
      return 'Entering HubSpot.';
    case 'qualification':
      return `Waiting for qualification in HubSpot${until}.`;
    case 'hold':
      return `Held${until}; then the reward is issued if the value still stands.`;
    case 'approval':
      return 'Waiting for a person to approve the reward.';
    case 'review':
      return 'Waiting for a person to settle a reward.';
    case 'issue':
      return 'Issuing the reward.';
    case 'reversal-window':
      return `Rewarded; can still be reversed${until}.`;
    case 'operator':
      return `Was at a qualifying value before the sign-up: waiting for a person to accept or reject it${until}.`;
    case 'nothing':
      return `Nothing left to wait for; **${status}**.`;
    default:
      return assertNever(what);
  }
}
