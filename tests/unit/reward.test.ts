import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  computeReward,
  isOpen,
  type LedgerKind,
  ledgerAmount,
  owedAfter,
  rewardStatuses,
  type SaleValue,
  saleValueOf,
} from '../../domain/reward.ts';
import { rewardProblems } from '../../domain/reward-rule.ts';
import { aCommission, aFixedReward } from '../factories/reward.ts';

const codes = (...args: Parameters<typeof rewardProblems>) =>
  rewardProblems(...args).map(({ field, code }) => `${field}: ${code}`);

const sale = (amountMinor: number, currency = 'USD'): SaleValue => ({
  kind: 'amount',
  amountMinor,
  currency,
});

describe('what a rule grants', () => {
  test('S78: a commission is a share of the sale, in the currency of the sale', () => {
    expect(computeReward(aCommission({ rateBasisPoints: 1_250 }), sale(80_000, 'EUR'))).toEqual({
      kind: 'amount',
      amountMinor: 10_000,
      currency: 'EUR',
    });
  });

  test.each<SaleValue>([
    { kind: 'none' },
    { kind: 'unusable', reason: 'empty' },
    { kind: 'unusable', reason: 'negative' },
    sale(999),
  ])('a fixed reward does not look at the sale (%j)', (saleValue) =>
    expect(computeReward(aFixedReward(), saleValue)).toEqual({
      kind: 'amount',
      amountMinor: 5_000,
      currency: 'USD',
    }),
  );

  test.each(['empty', 'not-a-number', 'too-large', 'zero', 'negative', 'no-currency'] as const)(
    'S84: a commission on a sale value that is %s is for a person to settle',
    (reason) =>
      expect(computeReward(aCommission(), { kind: 'unusable', reason })).toEqual({
        kind: 'needs-review',
        reason,
      }),
  );

  test('S84: so is one on a sale that nobody reads', () => {
    expect(computeReward(aCommission(), { kind: 'none' })).toEqual({
      kind: 'needs-review',
      reason: 'missing',
    });
  });

  test('S84: so is one that would round to nothing', () => {
    expect(computeReward(aCommission({ rateBasisPoints: 100 }), sale(49))).toEqual({
      kind: 'needs-review',
      reason: 'rounds-to-zero',
    });
    expect(computeReward(aCommission({ rateBasisPoints: 100 }), sale(50))).toMatchObject({
      kind: 'amount',
      amountMinor: 1,
    });
  });

  test('S84: no text of a sale value makes a reward of zero or less', () => {
    const text = fc.oneof(fc.string(), fc.float().map(String), fc.integer().map(String), fc.constant(null));
    fc.assert(
      fc.property(
        text,
        fc.constantFrom('USD', 'JPY', 'usd', '', null),
        fc.integer({ min: 1, max: 10_000 }),
        (value, currency, rate) => {
          const reward = computeReward(aCommission({ rateBasisPoints: rate }), saleValueOf(value, currency));
          expect(reward.kind === 'needs-review' || reward.amountMinor > 0).toBe(true);
        },
      ),
    );
  });

  test('rewards scale with the sale, up to half a minor unit each', () => {
    const amount = fc.integer({ min: 1_000_000, max: 1_000_000_000 });
    fc.assert(
      fc.property(
        amount,
        fc.integer({ min: 1, max: 1_000 }),
        fc.integer({ min: 1, max: 10_000 }),
        (amountMinor, factor, rate) => {
          const rule = aCommission({ rateBasisPoints: rate });
          const [one, many] = [
            computeReward(rule, sale(amountMinor)),
            computeReward(rule, sale(amountMinor * factor)),
          ];
          if (one.kind !== 'amount' || many.kind !== 'amount')
            throw new Error('Both sales are worth a reward');
          expect(Math.abs(many.amountMinor - factor * one.amountMinor)).toBeLessThanOrEqual((factor + 1) / 2);
        },
      ),
    );
  });

  test('a larger sale never earns less', () => {
    const amount = fc.integer({ min: 10_000, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(amount, amount, fc.integer({ min: 1, max: 10_000 }), (a, b, rate) => {
        const earned = (value: number) => {
          const reward = computeReward(aCommission({ rateBasisPoints: rate }), sale(value));
          return reward.kind === 'amount' ? reward.amountMinor : 0;
        };
        expect(earned(Math.max(a, b))).toBeGreaterThanOrEqual(earned(Math.min(a, b)));
      }),
    );
  });
});

describe('a sale value as HubSpot gives it', () => {
  test.each([
    [null, 'USD', { kind: 'unusable', reason: 'empty' }],
    ['  ', 'USD', { kind: 'unusable', reason: 'empty' }],
    ['a lot', 'USD', { kind: 'unusable', reason: 'not-a-number' }],
    ['1,000', 'USD', { kind: 'unusable', reason: 'not-a-number' }],
    ['0.00', 'USD', { kind: 'unusable', reason: 'zero' }],
    ['0.001', 'USD', { kind: 'unusable', reason: 'zero' }],
    ['-5', 'USD', { kind: 'unusable', reason: 'negative' }],
    ['-0.001', 'USD', { kind: 'unusable', reason: 'negative' }],
    ['5', null, { kind: 'unusable', reason: 'no-currency' }],
    ['5', 'dollars', { kind: 'unusable', reason: 'no-currency' }],
    ['9'.repeat(30), 'USD', { kind: 'unusable', reason: 'too-large' }],
    ['1500.25', ' usd ', { kind: 'amount', amountMinor: 150_025, currency: 'USD' }],
    ['1500', 'JPY', { kind: 'amount', amountMinor: 1_500, currency: 'JPY' }],
  ])('S77, S84: %j in %j', (text, currency, expected) =>
    expect(saleValueOf(text, currency)).toEqual(expected),
  );
});

describe('the ledger', () => {
  test.each<[readonly LedgerKind[], number]>([
    [[], 0],
    [['accrued'], 700],
    [['accrued', 'voided'], 0],
    [['accrued', 'issued'], 0],
    [['accrued', 'issued', 'clawed_back'], -700],
  ])('design §5: after %j a reward of 700 is owed %i', (kinds, owed) =>
    expect(owedAfter(kinds, 700)).toBe(owed),
  );

  test('design §5: only an accrual raises what is owed', () => {
    expect(ledgerAmount('accrued', 700)).toBe(700);
    for (const kind of ['voided', 'issued', 'clawed_back'] as const)
      expect(ledgerAmount(kind, 700)).toBe(-700);
  });
});

test('a reward is open until it is issued, voided or clawed back', () => {
  expect(rewardStatuses.filter((status) => !isOpen(status))).toEqual(['issued', 'voided', 'clawed_back']);
});

describe('rewards at save', () => {
  test('S45: none at all is fine, and so are ordinary ones', () => {
    expect(rewardProblems([], { hasSaleValue: false })).toEqual([]);
    expect(rewardProblems([aFixedReward({ holdDays: 30 }), aCommission()], { hasSaleValue: true })).toEqual(
      [],
    );
  });

  test('S77: a percentage without a sale value is refused', () => {
    expect(codes([aFixedReward(), aCommission()], { hasSaleValue: false })).toEqual([
      'rewards.1.kind: needs-sale-value',
    ]);
  });

  test.each([0, -1, 0.5, Number.NaN])('a fixed reward of %d is refused', (amountMinor) =>
    expect(codes([aFixedReward({ amountMinor })], { hasSaleValue: false })).toEqual([
      'rewards.0.amountMinor: out-of-range',
    ]),
  );

  test.each([0, 10_001, 2.5])('a rate of %d basis points is refused', (rateBasisPoints) =>
    expect(codes([aCommission({ rateBasisPoints })], { hasSaleValue: true })).toEqual([
      'rewards.0.rateBasisPoints: out-of-range',
    ]),
  );

  test('a hold below zero and an impossible currency are told together', () => {
    expect(codes([aFixedReward({ holdDays: -1, currency: 'usd' })], { hasSaleValue: false })).toEqual([
      'rewards.0.holdDays: out-of-range',
      'rewards.0.currency: not-a-currency',
    ]);
  });
});
