import { isCurrency, type Money } from './money.ts';
import { inside, type Problem, problem } from './problem.ts';
import type { RewardRule } from './reward.ts';

/** A commission of more than the whole sale is a slip of the hand. */
export const highestRateBasisPoints = 10_000;
export const longestHoldDays = 3_650;

type WithoutId<Rule> = Rule extends unknown ? Omit<Rule, 'id'> : never;
/** A reward as an operator defines it; saving gives it an id. */
export type RewardTerms = WithoutId<RewardRule>;

/** Why a campaign's rewards cannot be saved; empty when they can. */
export const rewardProblems = (
  rewards: readonly RewardTerms[],
  campaign: { readonly hasSaleValue: boolean },
): readonly Problem[] =>
  rewards.flatMap((reward, index) =>
    inside(`rewards.${index}`, [
      ...holdProblems(reward),
      ...(reward.kind === 'fixed' ? amountProblems(reward) : rateProblems(reward, campaign)),
    ]),
  );

function holdProblems({ holdDays }: RewardTerms): readonly Problem[] {
  if (holdDays === null || isWithin(holdDays, 0, longestHoldDays)) return [];
  return [problem('holdDays', 'out-of-range', `A hold is a whole number of days up to ${longestHoldDays}.`)];
}

function amountProblems({ amountMinor, currency }: Money): readonly Problem[] {
  const amount = 'A fixed reward is a whole number of minor units above zero.';
  return [
    ...(isWithin(amountMinor, 1, Number.MAX_SAFE_INTEGER)
      ? []
      : [problem('amountMinor', 'out-of-range', amount)]),
    ...(isCurrency(currency)
      ? []
      : [problem('currency', 'not-a-currency', 'A currency has three capital letters, such as USD.')]),
  ];
}

function rateProblems(
  { rateBasisPoints }: Extract<RewardTerms, { kind: 'percentage' }>,
  { hasSaleValue }: { readonly hasSaleValue: boolean },
): readonly Problem[] {
  const needed = 'A percentage needs the sale value: choose the HubSpot property that holds it.';
  return [
    ...(isWithin(rateBasisPoints, 1, highestRateBasisPoints)
      ? []
      : [problem('rateBasisPoints', 'out-of-range', 'A percentage lies above 0 and is at most 100.')]),
    ...(hasSaleValue ? [] : [problem('kind', 'needs-sale-value', needed)]),
  ];
}

const isWithin = (value: number, least: number, most: number): boolean =>
  Number.isSafeInteger(value) && value >= least && value <= most;
