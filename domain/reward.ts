import { assertNever } from './invariant.ts';
import { isCurrency, type Money, parseDecimal, percentageOf, toMoney } from './money.ts';
import { hasEdge, type Transitions } from './transition.ts';

export const rewardStatuses = [
  'pending',
  'held',
  'approved',
  'issuing',
  'needs_review',
  'issued',
  'voided',
  'clawed_back',
] as const;

/**
 * `pending` earned, waits for a person's approval · `held` waits for its hold · `approved` may be issued · `issuing`
 * the provider was asked or is about to be · `needs_review` a person must settle it · `issued` ordered at the provider
 * · `voided` never ordered · `clawed_back` ordered, then undone: a debt.
 */
export type RewardStatus = (typeof rewardStatuses)[number];

export const rewardTransitions = {
  // To review: the sale value makes no amount (S84), so there is nothing yet that could be approved; or a fraud check.
  pending: ['held', 'approved', 'needs_review', 'voided'],
  // Straight to `issuing`: an automatic reward needs nobody between the end of its hold and its issue.
  held: ['pending', 'approved', 'issuing', 'needs_review', 'voided'],
  // Back to review: a fraud check found something before it was ordered.
  approved: ['issuing', 'needs_review', 'voided'],
  issuing: ['issued', 'needs_review'],
  // A sale value that a person has named, and a fraud finding that a person has released, make an ordinary reward; an
  // unknown outcome only ends as issued or voided.
  needs_review: ['pending', 'held', 'approved', 'issued', 'voided'],
  issued: ['clawed_back'],
  voided: [],
  clawed_back: [],
} as const satisfies Transitions<RewardStatus>;

export const canMoveReward = (from: RewardStatus, to: RewardStatus): boolean =>
  hasEdge<RewardStatus>(rewardTransitions, { from, to });

/** Whether more can still come of the reward: a referral is `rewarded` once none of its rewards is open. */
export const isOpen = (status: RewardStatus): boolean =>
  !['issued', 'voided', 'clawed_back'].includes(status);

interface RewardTerms {
  readonly id: string;
  readonly beneficiary: 'referrer' | 'referred';
  /** Days between qualification and issue; null for none. */
  readonly holdDays: number | null;
  readonly provider: 'manual';
  readonly approval: 'automatic' | 'manual';
}

/** What one side earns when a referral qualifies. */
export type RewardRule =
  | (RewardTerms & { readonly kind: 'fixed' } & Money)
  /** A commission: `rateBasisPoints` of the sale value, 250 being 2.5 %. */
  | (RewardTerms & { readonly kind: 'percentage'; readonly rateBasisPoints: number });

/** What the sale was worth at the qualifying instant. `none`: the campaign reads no sale value. */
export type SaleValue =
  | { readonly kind: 'none' }
  | ({ readonly kind: 'amount' } & Money)
  | { readonly kind: 'unusable'; readonly reason: SaleValueFlaw };

export type SaleValueFlaw = 'empty' | 'not-a-number' | 'too-large' | 'zero' | 'negative' | 'no-currency';

/** Reads HubSpot's text of a number. `currency` is the deal's own or the portal's; null when neither is known. */
export function saleValueOf(text: string | null, currency: string | null): SaleValue {
  if (text === null || text.trim() === '') return unusable('empty');
  const decimal = parseDecimal(text);
  if (decimal === null) return unusable('not-a-number');
  if (decimal.units < 0n) return unusable('negative');
  if (decimal.units === 0n) return unusable('zero');
  const code = currency?.trim().toUpperCase() ?? '';
  if (!isCurrency(code)) return unusable('no-currency');
  const amount = toMoney(decimal, code);
  if (amount === null) return unusable('too-large');
  return amount.amountMinor === 0 ? unusable('zero') : { kind: 'amount', ...amount };
}

const unusable = (reason: SaleValueFlaw): SaleValue => ({ kind: 'unusable', reason });

export type RewardComputation =
  | ({ readonly kind: 'amount' } & Money)
  /** S84: no wrong reward, least of all one of nothing; a person settles the amount. */
  | { readonly kind: 'needs-review'; readonly reason: SaleValueFlaw | 'missing' | 'rounds-to-zero' };

/** What a rule grants for a sale. A fixed reward does not look at the sale; every amount is above zero. */
export function computeReward(rule: RewardRule, saleValue: SaleValue): RewardComputation {
  if (rule.kind === 'fixed')
    return { kind: 'amount', amountMinor: rule.amountMinor, currency: rule.currency };
  switch (saleValue.kind) {
    case 'none':
      return { kind: 'needs-review', reason: 'missing' };
    case 'unusable':
      return { kind: 'needs-review', reason: saleValue.reason };
    case 'amount': {
      const { amountMinor, currency } = percentageOf(saleValue, rule.rateBasisPoints);
      return amountMinor > 0
        ? { kind: 'amount', amountMinor, currency }
        : { kind: 'needs-review', reason: 'rounds-to-zero' };
    }
    default:
      return assertNever(saleValue);
  }
}

export const ledgerKinds = ['accrued', 'voided', 'issued', 'clawed_back'] as const;
export type LedgerKind = (typeof ledgerKinds)[number];

/** The signed entry: what is owed rises by an accrual and falls by everything that follows it. */
export const ledgerAmount = (kind: LedgerKind, amountMinor: number): number =>
  kind === 'accrued' ? amountMinor : -amountMinor;

/** What is owed of a reward of `amountMinor` after these entries: the amount, 0 once voided or issued, a debt if clawed back. */
export const owedAfter = (kinds: readonly LedgerKind[], amountMinor = 1): number =>
  kinds.reduce((sum, kind) => sum + ledgerAmount(kind, amountMinor), 0);
