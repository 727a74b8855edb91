import { describe, expect, test } from 'vitest';
import { saleValueAt, saleValueProblem, saleValueWithin } from '../../domain/sale-value.ts';
import { aSaleValue, day } from '../factories/qualification.ts';

describe('where a sale value may be read', () => {
  test.each([
    ['deal-stage', 'deal'],
    ['contact-property', 'contact'],
  ] as const)('S81, S82: the %s method goes with a %s property', (method, object) =>
    expect(saleValueProblem(method, object)).toBeNull(),
  );

  test.each([
    ['contact-property', 'deal', /only if the method is deal stage.*pick a contact property/],
    ['deal-stage', 'contact', /only if the method is contact property.*pick a deal property/],
    ['manual', 'deal', /choose deal stage or contact property/],
    ['manual', 'contact', /choose deal stage or contact property/],
  ] as const)('S81–S83: the %s method with a %s property is refused in words', (method, object, message) =>
    expect(saleValueProblem(method, object)).toMatchObject({
      field: 'saleValue.object',
      message: expect.stringMatching(message),
    }),
  );
});

describe('the sale value at an instant', () => {
  const at = { at: day(10), asOf: day(30) };

  test('S78: a change at that very instant is in force', () => {
    expect(
      saleValueAt(
        aSaleValue([
          ['10', day(1)],
          ['20', day(10)],
        ]),
        at,
      ).saleValue,
    ).toMatchObject({ amountMinor: 2_000 });
  });

  test('S84: a value that came later is offered only where there was none', () => {
    expect(
      saleValueAt(
        aSaleValue([
          ['0', day(1)],
          ['20', day(11)],
        ]),
        at,
      ),
    ).toEqual({
      saleValue: { kind: 'unusable', reason: 'zero' },
      basis: 'history',
    });
    expect(saleValueAt(aSaleValue([['20', day(11)]]), at)).toMatchObject({
      saleValue: { kind: 'unusable', reason: 'empty' },
      later: { at: day(11), saleValue: { kind: 'amount', amountMinor: 2_000 } },
    });
  });

  test('a current value that the history does not show came by now at the latest', () => {
    expect(saleValueAt(aSaleValue([['', day(1)]], { value: '7' }), at).later).toMatchObject({ at: day(30) });
  });

  test('P19: the later value has the currency of its own instant', () => {
    const currencyHistory = [
      { value: 'GBP', at: day(11) },
      { value: 'EUR', at: day(1) },
    ];
    const reading = aSaleValue([['5', day(12)]], { currency: 'GBP', currencyHistory });
    expect(saleValueAt(reading, at).later).toMatchObject({ saleValue: { currency: 'GBP' } });
  });
});

describe('design §3: a sale value that was empty when the deal was won', () => {
  const amount = { kind: 'amount', amountMinor: 2_000, currency: 'USD' } as const;
  const empty = { kind: 'unusable', reason: 'empty' } as const;
  const filledOn = (days: number) => ({
    at: day(10),
    saleValue: empty,
    laterSaleValue: { at: day(days), saleValue: amount },
  });

  test('counts if it was filled in inside the hold, its last instant included', () => {
    expect(saleValueWithin(filledOn(15), 7)).toEqual(amount);
    expect(saleValueWithin(filledOn(17), 7)).toEqual(amount);
  });

  test('S84: is for a person to settle if it was filled in later, or there is no hold', () => {
    expect(saleValueWithin(filledOn(17.001), 7)).toEqual(empty);
    expect(saleValueWithin(filledOn(15), null)).toEqual(empty);
  });

  test('stays as it was where nothing was filled in', () => {
    expect(saleValueWithin({ at: day(10), saleValue: empty }, 7)).toEqual(empty);
  });
});
