import type { RewardRule } from '../../domain/reward.ts';

const terms = {
  id: '01995a00-0000-7000-8000-00000000000a',
  beneficiary: 'referrer',
  holdDays: null,
  provider: 'manual',
  approval: 'automatic',
} as const;

type Fixed = Extract<RewardRule, { kind: 'fixed' }>;
type Percentage = Extract<RewardRule, { kind: 'percentage' }>;

/** USD 50.00 for the referrer, at once. */
export const aFixedReward = (differences: Partial<Fixed> = {}): Fixed => ({
  ...terms,
  kind: 'fixed',
  amountMinor: 5_000,
  currency: 'USD',
  ...differences,
});

/** 10 % of the sale for the referrer, at once. */
export const aCommission = (differences: Partial<Percentage> = {}): Percentage => ({
  ...terms,
  kind: 'percentage',
  rateBasisPoints: 1_000,
  ...differences,
});
