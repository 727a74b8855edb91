import { invariant } from './invariant.ts';

/** An amount in whole minor units of its currency (cents, yen, fils). Amounts of two currencies are never added. */
export interface Money {
  /** A safe integer; negative is a debt. */
  readonly amountMinor: number;
  /** ISO 4217, three capital letters. */
  readonly currency: string;
}

/** ISO 4217 currencies whose minor unit is not a hundredth (list one, read 2026-11-24). */
const digitsByCurrency: Readonly<Record<string, number>> = {
  ...digits(0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'),
  ...digits(3, 'BHD IQD JOD KWD LYD OMR TND'),
  ...digits(4, 'CLF UYW'),
};

function digits(count: number, currencies: string): Record<string, number> {
  return Object.fromEntries(currencies.split(' ').map((currency) => [currency, count]));
}

export const isCurrency = (text: string): boolean => /^[A-Z]{3}$/.test(text);

export function money(amountMinor: number, currency: string): Money {
  invariant(Number.isSafeInteger(amountMinor), 'money is a safe whole number of minor units');
  invariant(isCurrency(currency), 'money has a currency of three capital letters');
  return { amountMinor, currency };
}

export const minorUnitDigits = (currency: string): number => digitsByCurrency[currency] ?? 2;

/** An exact decimal number: `units / 10 ** scale`. */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

/** Longer texts are no amounts; the bound keeps the arithmetic small. */
const longestNumber = 64;

/** A plain decimal number such as `1234.5`; null for anything else: separators, exponents, `Infinity`, blank text. */
export function parseDecimal(text: string): Decimal | null {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text.trim());
  if (!match || text.length > longestNumber) return null;
  const [, sign, whole = '', fraction = ''] = match;
  if (whole + fraction === '') return null;
  const units = BigInt(whole + fraction);
  return { units: sign === '-' ? -units : units, scale: fraction.length };
}

/**
 * HubSpot's text of a number as money, by exact arithmetic. Digits beyond the currency's own are rounded half away from
 * zero. Null for what is no plain decimal number, for an impossible currency and for more than a safe integer holds.
 */
export function parseAmount(text: string, currency: string): Money | null {
  const decimal = parseDecimal(text);
  return decimal && isCurrency(currency) ? toMoney(decimal, currency) : null;
}

/** Null beyond the safe range. */
export function toMoney({ units, scale }: Decimal, currency: string): Money | null {
  const minor = dividedHalfUp(units * 10n ** BigInt(minorUnitDigits(currency)), 10n ** BigInt(scale));
  const amountMinor = Number(minor);
  return Number.isSafeInteger(amountMinor) ? money(amountMinor, currency) : null;
}

/** A share of an amount, in basis points (250 is 2.5 %), rounded half away from zero to a whole minor unit. */
export function percentageOf({ amountMinor, currency }: Money, rateBasisPoints: number): Money {
  invariant(Number.isSafeInteger(amountMinor), 'money is a safe whole number of minor units');
  invariant(Number.isSafeInteger(rateBasisPoints), 'a rate is a whole number of basis points');
  return money(Number(dividedHalfUp(BigInt(amountMinor) * BigInt(rateBasisPoints), 10_000n)), currency);
}

/** For people: `USD 123.45`, `JPY 123`, `KWD -0.500`. */
export function formatMoney({ amountMinor, currency }: Money): string {
  const count = minorUnitDigits(currency);
  const text = String(Math.abs(amountMinor)).padStart(count + 1, '0');
  const whole = text.slice(0, text.length - count);
  const fraction = count === 0 ? '' : `.${text.slice(-count)}`;
  return `${currency} ${amountMinor < 0 ? '-' : ''}${whole}${fraction}`;
}

/** `divisor` is positive; a half goes away from zero, so that a debt rounds like the amount it undoes. */
function dividedHalfUp(dividend: bigint, divisor: bigint): bigint {
  const size = dividend < 0n ? -dividend : dividend;
  const rounded = (2n * size + divisor) / (2n * divisor);
  return dividend < 0n ? -rounded : rounded;
}
