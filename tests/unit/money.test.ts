import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatMoney, minorUnitDigits, money, parseAmount, percentageOf } from '../../domain/money.ts';

const currency = fc.constantFrom('USD', 'EUR', 'JPY', 'KWD', 'CLF');
const anAmount = fc.record({ amountMinor: fc.maxSafeInteger(), currency });

describe('a number of HubSpot as money', () => {
  test.each([
    ['1234.5', 'USD', 123_450],
    ['1234', 'USD', 123_400],
    ['0', 'USD', 0],
    ['-0.00', 'USD', 0],
    ['-12.34', 'EUR', -1_234],
    ['+5', 'EUR', 500],
    ['.5', 'USD', 50],
    ['5.', 'USD', 500],
    [' 19.99\n', 'USD', 1_999],
    ['007', 'USD', 700],
    ['1.005', 'USD', 101],
    ['1.00499999999999999999999999', 'USD', 100],
    ['-1.005', 'USD', -101],
    ['2.675', 'USD', 268],
    ['1234.5', 'JPY', 1_235],
    ['1234.4999', 'KRW', 1_234],
    ['1.2345', 'KWD', 1_235],
    ['1.2345', 'BHD', 1_235],
    ['1.23456', 'CLF', 12_346],
    ['0.1', 'USD', 10],
    ['90071992547409.91', 'USD', 9_007_199_254_740_991],
  ])('facts §4: %j in %s is %i minor units, without a float between', (text, code, amountMinor) =>
    expect(parseAmount(text, code)).toEqual({ amountMinor, currency: code }),
  );

  test.each([
    '',
    '  ',
    '.',
    '-',
    '1,234.50',
    '1.2.3',
    '1e3',
    'Infinity',
    'NaN',
    '0x10',
    '12 34',
    '$5',
    '٣',
    'null',
  ])('S84: %j is no amount', (text) => expect(parseAmount(text, 'USD')).toBeNull());

  test('S84: more than a safe integer holds is no amount', () => {
    expect(parseAmount('90071992547409.92', 'USD')).toBeNull();
    expect(parseAmount('-90071992547409.92', 'USD')).toBeNull();
    expect(parseAmount('9'.repeat(60), 'JPY')).toBeNull();
    expect(parseAmount('9'.repeat(100_000), 'JPY')).toBeNull();
  });

  test.each(['usd', 'US', 'EURO', ''])('%j is no currency', (code) =>
    expect(parseAmount('1', code)).toBeNull(),
  );

  test('what is shown is read back unchanged, in every currency', () => {
    fc.assert(
      fc.property(anAmount, (amount) => {
        const [code = '', text = ''] = formatMoney(amount).split(' ');
        expect(parseAmount(text, code)).toEqual(amount);
      }),
    );
  });
});

test.each([
  ['USD', 2],
  ['JPY', 0],
  ['KRW', 0],
  ['BHD', 3],
  ['KWD', 3],
  ['UYW', 4],
])('P19: %s has %i digits after the point', (code, digits) => expect(minorUnitDigits(code)).toBe(digits));

test('our table of minor units agrees with the one that Unicode keeps', () => {
  // Left out are those that are shown without decimals by custom, such as IQD: amounts follow ISO 4217.
  const byIso = [
    'JPY',
    'KRW',
    'VND',
    'CLP',
    'ISK',
    'PYG',
    'UGX',
    'XOF',
    'XAF',
    'XPF',
    'BHD',
    'JOD',
    'KWD',
    'LYD',
    'OMR',
    'TND',
  ];
  for (const code of [...byIso, 'USD', 'EUR', 'GBP', 'CHF', 'MXN', 'BRL', 'INR']) {
    const { maximumFractionDigits } = new Intl.NumberFormat('en', {
      style: 'currency',
      currency: code,
    }).resolvedOptions();
    expect([code, minorUnitDigits(code)]).toEqual([code, maximumFractionDigits]);
  }
});

describe('a share of an amount', () => {
  test.each([
    [10_000, 250, 250],
    [333, 1_000, 33],
    [335, 1_000, 34],
    [-335, 1_000, -34],
    [1, 4_999, 0],
    [1, 5_000, 1],
    [0, 10_000, 0],
    [9_007_199_254_740_991, 10_000, 9_007_199_254_740_991],
  ])('S78: %i at %i basis points is %i, halves away from zero', (amountMinor, rate, expected) =>
    expect(percentageOf({ amountMinor, currency: 'USD' }, rate).amountMinor).toBe(expected),
  );

  test('the whole is the whole, and opposite amounts have opposite shares', () => {
    fc.assert(
      fc.property(anAmount, fc.integer({ min: 1, max: 10_000 }), (amount, rate) => {
        expect(percentageOf(amount, 10_000)).toEqual(amount);
        const opposite = percentageOf({ ...amount, amountMinor: -amount.amountMinor }, rate);
        expect(opposite.amountMinor + percentageOf(amount, rate).amountMinor).toBe(0);
      }),
    );
  });
});

test.each([
  [12_345, 'USD', 'USD 123.45'],
  [5, 'USD', 'USD 0.05'],
  [-5, 'USD', 'USD -0.05'],
  [0, 'EUR', 'EUR 0.00'],
  [123, 'JPY', 'JPY 123'],
  [-500, 'KWD', 'KWD -0.500'],
])('%i minor units of %s are shown as %s', (amountMinor, code, shown) =>
  expect(formatMoney({ amountMinor, currency: code })).toBe(shown),
);

test('design §10.2: money that is no whole number of minor units stops loudly', () => {
  expect(() => money(0.5, 'USD')).toThrow('whole number');
  expect(() => money(2 ** 53, 'USD')).toThrow('whole number');
  expect(() => money(1, 'dollar')).toThrow('currency');
  expect(() => percentageOf({ amountMinor: 100, currency: 'USD' }, 2.5)).toThrow('basis points');
});
