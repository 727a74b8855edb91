import { type Problem, problem } from './problem.ts';
import {
  inForceAt,
  isEmpty,
  type PropertyReading,
  type PropertyVersion,
  versionsOf,
} from './property-history.ts';
import type { QualificationCondition } from './qualification-rule.ts';
import { type SaleValue, saleValueOf } from './reward.ts';
import { addMs, DAY_MS, type Instant, isAfter } from './time.ts';

/** The property that holds what the sale is worth, as it was read together with the watched record. */
export interface SaleValueReading extends PropertyReading {
  readonly property: string;
  /** The deal's own currency, else the portal's; null when unknown. */
  readonly currency: string | null;
  /** The past of the deal's own currency, newest first, where it was read. */
  readonly currencyHistory?: readonly PropertyVersion[];
}

export interface DatedSaleValue {
  readonly saleValue: SaleValue;
  /** `current-value`: there was no history, so what it was at that instant is not known. */
  readonly basis: 'history' | 'current-value' | 'none';
  /** Only where the value was empty at that instant: the first one that it then got. */
  readonly later?: { readonly at: Instant; readonly saleValue: SaleValue };
}

/** What the sale was worth at the qualifying instant `at`; a later change of the amount is another event (E7). */
export function saleValueAt(
  reading: SaleValueReading | null,
  { at, asOf }: { readonly at: Instant; readonly asOf: Instant },
): DatedSaleValue {
  if (reading === null) return { saleValue: { kind: 'none' }, basis: 'none' };
  const versions = versionsOf(reading, asOf);
  if (versions.length === 0) {
    return { saleValue: saleValueOf(reading.value, reading.currency), basis: 'current-value' };
  }
  const currencies = versionsOf({ value: reading.currency, history: reading.currencyHistory ?? [] }, asOf);
  const valueOf = (text: string | null, instant: Instant) =>
    saleValueOf(text, inForceAt(currencies, instant)?.value ?? reading.currency);
  const text = inForceAt(versions, at)?.value ?? null;
  const later = isEmpty(text)
    ? versions.find((version) => isAfter(version.at, at) && !isEmpty(version.value))
    : undefined;
  return {
    saleValue: valueOf(text, at),
    basis: 'history',
    ...(later && { later: { at: later.at, saleValue: valueOf(later.value, later.at) } }),
  };
}

/**
 * What a reward is computed from: the value at the qualifying instant, or, where that was empty, the first one that came
 * before the reward's hold was over. Without a hold a later value comes too late, and a person settles the reward (S84).
 */
export function saleValueWithin(
  {
    at,
    saleValue,
    laterSaleValue,
  }: {
    readonly at: Instant;
    readonly saleValue: SaleValue;
    readonly laterSaleValue?: { readonly at: Instant; readonly saleValue: SaleValue };
  },
  holdDays: number | null,
): SaleValue {
  if (laterSaleValue === undefined || holdDays === null) return saleValue;
  return isAfter(laterSaleValue.at, addMs(at, holdDays * DAY_MS)) ? saleValue : laterSaleValue.saleValue;
}

/** S81, S82: the sale value is read from the object that the rule watches; null when the two fit. */
export function saleValueProblem(
  ruleKind: QualificationCondition['kind'],
  object: 'contact' | 'deal',
): Problem | null {
  if (ruleKind === 'manual') {
    const message =
      'A sale value is read from HubSpot only if HubSpot decides who qualifies: choose deal stage or contact property.';
    return problem('saleValue.object', 'no-crm-rule', message);
  }
  if (object === 'deal' && ruleKind !== 'deal-stage') {
    const message =
      'A deal property can be the sale value only if the method is deal stage: pick a contact property, or change the method.';
    return problem('saleValue.object', 'deal-needs-deal-stage', message);
  }
  if (object === 'contact' && ruleKind !== 'contact-property') {
    const message =
      'A contact property can be the sale value only if the method is contact property: pick a deal property, or change the method.';
    return problem('saleValue.object', 'contact-needs-contact-property', message);
  }
  return null;
}
