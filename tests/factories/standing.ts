import type { ReferralFacts, RewardFacts } from '../../domain/standing.ts';
import { signedUpAt } from './qualification.ts';

/** A referral that is in HubSpot and waits for qualification. */
export const aReferral = (differences: Partial<ReferralFacts> = {}): ReferralFacts => ({
  status: 'registered',
  enteredAt: signedUpAt,
  settledAt: null,
  parkedReason: null,
  parkedRetryAt: null,
  expiresAt: null,
  reversibleUntil: null,
  alreadyQualified: null,
  rewards: [],
  ...differences,
});

/** A reward that may be issued at once. */
export const aReward = (differences: Partial<RewardFacts> = {}): RewardFacts => ({
  id: '01995a00-0000-7000-8000-0000000000f1',
  status: 'approved',
  holdUntil: null,
  ...differences,
});
