import { versionsOf } from './property-history.ts';
import type { QualificationFacts } from './qualification-facts.ts';
import { matches, type QualificationCondition } from './qualification-rule.ts';
import { type Instant, isAfter } from './time.ts';

/** The value stopped being a qualifying one. */
export interface Departure {
  readonly at: Instant;
  /** What it became; null when it was emptied or the record is gone. */
  readonly value: string | null;
  /** False where history cannot tell when it was: noticed at the instant of the decision. */
  readonly dated: boolean;
}

/**
 * The first time after `since` at which the value was not a qualifying one, by history: it counts however late it is
 * looked at, and although the value may be back by now. Null while the value has stood ever since.
 */
export function departureAfter(
  rule: QualificationCondition,
  { record, asOf }: Pick<QualificationFacts, 'record' | 'asOf'>,
  since: Instant,
): Departure | null {
  if (rule.kind === 'manual') return null;
  if (record === null || !record.exists) return { at: asOf, value: null, dated: false };
  const versions = versionsOf(record, asOf);
  if (versions.length === 0) {
    return matches(rule, record.value) ? null : { at: asOf, value: record.value, dated: false };
  }
  const left = versions.find(({ at, value }) => isAfter(at, since) && !matches(rule, value));
  return left ? { at: left.at, value: left.value, dated: left.at !== asOf } : null;
}

/** Of a reward, what says until when the value must stand. */
export interface WaitingReward {
  readonly holdUntil: Instant | null;
  /** Where it was when a fraud check kept it back. */
  readonly heldBackFrom: string | null;
  /** The rule's own; undefined where the rule is not known. */
  readonly approval: 'automatic' | 'manual' | undefined;
}

/**
 * P3, P5, P7: whether a reward was still waiting for its hold or for a person, or has waited in review, when the value
 * was left; a hold that was over by then is earned, and what never waits is earned at once.
 */
export function leftWhileWaiting(
  departure: Departure | null,
  { holdUntil, heldBackFrom, approval }: WaitingReward,
): departure is Departure {
  const waitsForPerson = approval === 'manual' || heldBackFrom !== null;
  return (waitsForPerson || holdUntil !== null) && leftBefore(departure, waitsForPerson ? null : holdUntil);
}

/** Whether it left before `end`; null is an end that has not come. What cannot be dated is taken as having left in time. */
export const leftBefore = (departure: Departure | null, end: Instant | null): departure is Departure =>
  departure !== null && (end === null || !departure.dated || !isAfter(departure.at, end));
