import { inForceAt, type PropertyVersion, versionsOf } from './property-history.ts';
import type { QualificationFacts, WatchedRecord } from './qualification-facts.ts';
import { initialValue, matches, type QualificationCondition, sameValue } from './qualification-rule.ts';
import { addMs, type Instant, isAfter, MINUTE_MS, SECOND_MS, toInstant, toMs } from './time.ts';

/** S68: clocks differ, and a form writes several things at once; a change this near to the sign-up is not after it. */
export const signUpSlackMs = 5 * SECOND_MS;

/** A record of ours has no past of its own; what lies further before the sign-up came with a merge. */
const createdSlackMs = 5 * MINUTE_MS;

/** A watched property's past, cut at the instant after which changes count. */
export interface Story {
  readonly versions: readonly PropertyVersion[];
  readonly baseline: { readonly value: string | null; readonly at: Instant | null } | null;
  readonly later: readonly PropertyVersion[];
  readonly missing: boolean;
}

export function storyOf(
  rule: QualificationCondition,
  facts: QualificationFacts,
  record: WatchedRecord,
): Story {
  const versions = versionsOf(record, facts.asOf);
  if (versions.length === 0) return storyWithoutHistory(rule, facts, record);
  const start = startOf(facts, record);
  const later = versions.filter(({ at }) => isAfter(at, start));
  const baseline = inForceAt(versions, start);
  const [first] = later;
  const ours = facts.createdByUs && baseline === null && initialValue(rule) !== null;
  // The initial value is the create itself, not a change after it.
  if (ours && first && sameValue(rule, first.value, initialValue(rule))) {
    return { versions, baseline: first, later, missing: false };
  }
  return { versions, baseline, later, missing: false };
}

/** The first change into a qualifying value from one that is not; moving between qualifying values is no arrival. */
export function firstArrival(
  rule: QualificationCondition,
  { baseline, later }: Story,
): PropertyVersion | undefined {
  let inside = matches(rule, baseline?.value ?? null);
  return later.find(({ value }) => {
    const before = inside;
    inside = matches(rule, value);
    return inside && !before;
  });
}

/** Changes up to and at this instant are the past. */
function startOf(
  { after, createdByUs, signedUpAt }: QualificationFacts,
  { createdAt }: WatchedRecord,
): Instant {
  if (after != null) return after;
  if (!createdByUs) return addMs(signedUpAt, signUpSlackMs);
  const notBefore = toMs(signedUpAt) - createdSlackMs;
  return toInstant(createdAt == null ? notBefore : Math.max(notBefore, toMs(createdAt)));
}

/**
 * Without history the current value counts as a change seen now where we know what was before it: in a record of ours,
 * after a reversal, or against an earlier reading. Else it may be older than the sign-up.
 */
function storyWithoutHistory(
  rule: QualificationCondition,
  facts: QualificationFacts,
  record: WatchedRecord,
): Story {
  const initial = facts.createdByUs ? { value: initialValue(rule), at: null } : null;
  const before = facts.after != null ? { value: null, at: facts.after } : (facts.baseline ?? initial);
  if (before === null || !isAfter(facts.asOf, startOf(facts, record))) {
    return { versions: [], baseline: { value: record.value, at: null }, later: [], missing: true };
  }
  return { versions: [], baseline: before, later: [{ value: record.value, at: facts.asOf }], missing: true };
}
