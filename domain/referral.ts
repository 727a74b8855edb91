import { hasEdge, type Transitions } from './transition.ts';

export const referralStatuses = [
  'registered',
  'qualified',
  'rewarded',
  'reversed',
  'rejected',
  'expired',
  'erased',
] as const;

/**
 * `registered` signed up · `qualified` the rule was met · `rewarded` its last live reward is issued · `reversed` the
 * conversion was undone after that · `rejected`, `expired` it never counts · `erased` its person asked to be forgotten.
 */
export type ReferralStatus = (typeof referralStatuses)[number];

export const referralTransitions = {
  registered: ['qualified', 'rejected', 'expired', 'erased'],
  // Back to `registered`: reversed inside the hold, before anything was paid; a new occurrence may follow.
  qualified: ['rewarded', 'registered', 'rejected', 'erased'],
  rewarded: ['reversed', 'erased'],
  reversed: ['erased'],
  rejected: ['erased'],
  expired: ['erased'],
  erased: [],
} as const satisfies Transitions<ReferralStatus>;

export const canTransition = (from: ReferralStatus, to: ReferralStatus): boolean =>
  hasEdge<ReferralStatus>(referralTransitions, { from, to });

/** Whether the referral takes its person's place in the campaign; agrees with the partial unique index of `referrals`. */
export const isLive = (status: ReferralStatus): boolean =>
  !['rejected', 'expired', 'erased'].includes(status);

export const parkedReasons = [
  'not-connected',
  'reconnect-needed',
  'hubspot-unavailable',
  'hubspot-limit',
  'mapping-refused',
  'missing-scope',
  'record-gone',
  'campaign-paused',
] as const;

/** What stops a referral for now. It is no status: the referral goes on from where it was. */
export type ParkedReason = (typeof parkedReasons)[number];

/** S68: the value was already a qualifying one at sign-up; a person accepts or rejects that. */
export type AlreadyQualified = 'pending' | 'accepted' | 'rejected';

/** The unique deal property in which HubSpot holds a referral's id: by it a deal of ours is found again. Made when deal mode is saved. */
export const referralKeyProperty = 'vouchflow_referral_id';
