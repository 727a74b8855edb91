import { invariant } from './invariant.ts';
import { isEmpty, type PropertyVersion, unchangedSince } from './property-history.ts';
import type { QualificationFacts } from './qualification-facts.ts';
import { matches, type QualificationCondition, sameValue } from './qualification-rule.ts';
import { firstArrival, type Story, storyOf } from './qualification-story.ts';
import type { SaleValue } from './reward.ts';
import { type DatedSaleValue, saleValueAt } from './sale-value.ts';
import { type Instant, toInstant, toMs } from './time.ts';

export type { QualificationFacts, WatchedRecord } from './qualification-facts.ts';
export { matches } from './qualification-rule.ts';

export type WaitingReason =
  | 'no-record'
  | 'value-empty'
  | 'value-not-qualifying'
  | 'already-qualified-rejected'
  | 'manual';

export type Evaluation =
  | {
      readonly kind: 'qualified';
      /** When the value came to be a qualifying one; the instant of the decision where history cannot tell. */
      readonly at: Instant;
      readonly value: string;
      readonly saleValue: SaleValue;
      /** Only where the sale value was empty at `at`: the first one after it. */
      readonly laterSaleValue?: { readonly at: Instant; readonly saleValue: SaleValue };
      readonly evidence: Evidence;
    }
  | {
      readonly kind: 'waiting';
      readonly reason: WaitingReason;
      readonly since: Instant | null;
      readonly value: string | null;
    }
  /** S68: in force at sign-up, or nobody can tell; a person accepts or rejects it, it is never rewarded by itself. */
  | { readonly kind: 'already-qualified'; readonly value: string; readonly since: Instant | null }
  | { readonly kind: 'gone'; readonly reason: 'record-gone' }
  /** An earlier qualification was reversed and nothing has qualified since. */
  | { readonly kind: 'left'; readonly since: Instant | null; readonly value: string | null };

/** What the verdict can be checked against. */
export interface Evidence {
  readonly recordId: string | null;
  readonly basis: 'history' | 'current-value' | 'accepted-by-a-person' | 'conversion';
  readonly history: 'read' | 'missing';
  /** The value that the change is measured against; null when the property was empty. */
  readonly baseline: { readonly value: string | null; readonly at: Instant | null } | null;
  /** Whether the value was still a qualifying one when it was read. */
  readonly stands: boolean;
  readonly saleValueBasis: DatedSaleValue['basis'];
}

/**
 * Whether the rule is met, since when, and why not. A value that passed through a qualifying one counts even if it has
 * moved on; the first such change after the sign-up is the one that qualifies.
 */
export function evaluate(rule: QualificationCondition, facts: QualificationFacts): Evaluation {
  if (rule.kind === 'manual') return evaluateConversion(facts);
  const { record } = facts;
  if (record === null) return { kind: 'waiting', reason: 'no-record', since: null, value: null };
  if (!record.exists) return { kind: 'gone', reason: 'record-gone' };
  const story = storyOf(rule, facts, record);
  const change = firstArrival(rule, story);
  const basis = story.missing ? 'current-value' : 'history';
  if (change) return qualified(facts, { rule, story, change, basis });
  const since = unchangedSince(story.versions, (a, b) => sameValue(rule, a, b));
  const value = isEmpty(record.value) ? null : record.value;
  if (facts.after != null) return { kind: 'left', since, value };
  const start = story.baseline;
  if (!start || !matches(rule, start.value)) {
    return { kind: 'waiting', reason: value === null ? 'value-empty' : 'value-not-qualifying', since, value };
  }
  switch (facts.alreadyQualified) {
    case 'accepted': {
      const accepted = { value: start.value, at: facts.asOf };
      return qualified(facts, { rule, story, change: accepted, basis: 'accepted-by-a-person' });
    }
    case 'rejected':
      return { kind: 'waiting', reason: 'already-qualified-rejected', since, value };
    default:
      return { kind: 'already-qualified', value: start.value ?? '', since: start.at };
  }
}

/** Whether the current value is a qualifying one: asked while a reward is held, and once more before it is issued. */
export function standsNow(
  rule: QualificationCondition,
  { record }: Pick<QualificationFacts, 'record'>,
): boolean {
  if (rule.kind === 'manual') return true;
  return record !== null && record.exists && matches(rule, record.value);
}

interface Arrival {
  readonly rule: QualificationCondition;
  readonly story: Story;
  readonly change: PropertyVersion;
  readonly basis: Evidence['basis'];
}

function qualified(facts: QualificationFacts, { rule, story, change, basis }: Arrival): Evaluation {
  const { at, value } = change;
  invariant(value !== null, 'a qualifying value is not empty');
  const sale = saleValueAt(facts.saleValue ?? null, { at, asOf: facts.asOf });
  return {
    kind: 'qualified',
    at: toInstant(toMs(at)),
    value,
    saleValue: sale.saleValue,
    ...(sale.later && { laterSaleValue: sale.later }),
    evidence: {
      recordId: facts.record?.id ?? null,
      basis,
      history: story.missing ? 'missing' : 'read',
      baseline: story.baseline,
      stands: standsNow(rule, facts),
      saleValueBasis: sale.basis,
    },
  };
}

function evaluateConversion({ conversion }: QualificationFacts): Evaluation {
  if (conversion == null) return { kind: 'waiting', reason: 'manual', since: null, value: null };
  return {
    kind: 'qualified',
    at: conversion.at,
    value: 'conversion',
    saleValue: conversion.saleValue,
    evidence: {
      recordId: null,
      basis: 'conversion',
      history: 'missing',
      baseline: null,
      stands: true,
      saleValueBasis: conversion.saleValue.kind === 'none' ? 'none' : 'current-value',
    },
  };
}
