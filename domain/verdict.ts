import { assertNever } from './invariant.ts';
import { formatMoney } from './money.ts';
import type { Evaluation } from './qualification.ts';
import {
  type ContactPropertyRule,
  type QualificationCondition,
  qualifyingValues,
  sameValue,
} from './qualification-rule.ts';
import type { SaleValueFlaw } from './reward.ts';
import { formatDay, type Instant } from './time.ts';

export interface VerdictInput {
  readonly rule: QualificationCondition;
  readonly evaluation: Evaluation;
}

/**
 * A verdict as one sentence for people: what HubSpot shows, since when, and what the rule asks for. It names the rule's
 * own values and option codes only: what somebody typed into a text property may be personal.
 */
export function sentence({ rule, evaluation }: VerdictInput): string {
  switch (evaluation.kind) {
    case 'qualified':
      return qualifiedSentence(rule, evaluation);
    case 'waiting':
      return waitingSentence(rule, evaluation);
    case 'already-qualified':
      return alreadySentence(rule, evaluation);
    case 'gone':
      return `${thing(rule)} is no longer in HubSpot; nothing qualifies until it is back.`;
    case 'left':
      return `${subject(rule)} is ${valueSince(rule, evaluation)} and left what had qualified; the rule asks for ${asked(rule)} again.`;
    default:
      return assertNever(evaluation);
  }
}

function qualifiedSentence(
  rule: QualificationCondition,
  evaluation: Extract<Evaluation, { kind: 'qualified' }>,
): string {
  const { at, value, evidence } = evaluation;
  const day = formatDay(at);
  const sale = saleClause(evaluation);
  switch (evidence.basis) {
    case 'conversion':
      return `A conversion was reported on ${day}${sale}.`;
    case 'accepted-by-a-person':
      return `${subject(rule)} was ${named(rule, value)} at sign-up already, and a person accepted it${sale}.`;
    case 'current-value':
      return `${subject(rule)} was seen as ${label(rule, value)} on ${day}, which qualifies; HubSpot keeps no history to tell since when${sale}.`;
    case 'history': {
      const moved = evidence.stands ? '' : ' and has moved on since';
      return `${subject(rule)} ${arrived(rule, value)} on ${day}, which qualifies${moved}${sale}.`;
    }
    default:
      return assertNever(evidence.basis);
  }
}

function alreadySentence(
  rule: QualificationCondition,
  { value, since }: Extract<Evaluation, { kind: 'already-qualified' }>,
): string {
  const person = 'a person must accept or reject it';
  return since === null
    ? `${subject(rule)} is ${named(rule, value)}, and HubSpot keeps no history to tell whether it was so before the sign-up; ${person}.`
    : `${subject(rule)} was ${named(rule, value)} at sign-up already, since ${formatDay(since)}; ${person}.`;
}

function waitingSentence(
  rule: QualificationCondition,
  evaluation: Extract<Evaluation, { kind: 'waiting' }>,
): string {
  switch (evaluation.reason) {
    case 'manual':
      return 'No conversion was reported yet.';
    case 'no-record':
      return `There is no ${noun(rule)} in HubSpot yet; the rule asks for ${asked(rule)}.`;
    case 'value-empty':
      return `${subject(rule)} is empty; the rule asks for ${asked(rule)}.`;
    case 'value-not-qualifying':
      return `${subject(rule)} is ${valueSince(rule, evaluation)}; the rule asks for ${asked(rule)}.`;
    case 'already-qualified-rejected':
      return `${subject(rule)} qualified before the sign-up, and a person rejected that; only a later change into ${asked(rule)} counts.`;
    default:
      return assertNever(evaluation.reason);
  }
}

const noun = (rule: QualificationCondition): string => (rule.kind === 'deal-stage' ? 'deal' : 'contact');

const thing = (rule: QualificationCondition): string =>
  rule.kind === 'deal-stage' ? 'The deal' : 'The contact';

/** What the rule watches, as the start of a sentence. */
function subject(rule: QualificationCondition): string {
  if (rule.kind === 'contact-property') return `"${rule.propertyLabel ?? rule.property}"`;
  return rule.kind === 'deal-stage' ? 'Deal' : 'Conversion';
}

function valueSince(
  rule: QualificationCondition,
  { value, since }: { value: string | null; since: Instant | null },
): string {
  const what = value === null ? 'empty' : named(rule, value);
  return since === null ? what : `${what} since ${formatDay(since)}`;
}

/** `Closed Won` or `Closed Won or Contract Sent`; a long list is cut, its full length said. */
function asked(rule: QualificationCondition): string {
  const names = qualifyingValues(rule).map((value) => label(rule, value));
  if (names.length > 4) return `${names.slice(0, 3).join(', ')} or one of ${names.length - 3} more`;
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

const arrived = (rule: QualificationCondition, value: string): string =>
  `${rule.kind === 'deal-stage' ? 'moved to' : 'became'} ${label(rule, value)}`;

/** A value as the record's present state: `in Proposal`, `"Customer"`. */
function named(rule: QualificationCondition, value: string): string {
  return rule.kind === 'deal-stage' ? `in ${label(rule, value)}` : label(rule, value);
}

function label(rule: QualificationCondition, value: string): string {
  if (rule.kind === 'manual') return value;
  if (rule.kind === 'deal-stage') return rule.stageLabels?.[value] ?? value;
  const known = rule.propertyType === 'dropdown' ? value : ownValue(rule, value);
  return known === null ? 'another text' : `"${rule.valueLabels?.[known] ?? known}"`;
}

/** The rule's own writing of a text; null for what somebody typed that the rule does not know. */
function ownValue(rule: ContactPropertyRule, value: string): string | null {
  const own = [...rule.qualifyingValues, rule.initialValue];
  return own.find((known) => known !== null && sameValue(rule, known, value)) ?? null;
}

function saleClause({
  saleValue,
  laterSaleValue: later,
}: Extract<Evaluation, { kind: 'qualified' }>): string {
  switch (saleValue.kind) {
    case 'none':
      return '';
    case 'amount':
      return `; the sale is worth ${formatMoney(saleValue)}`;
    case 'unusable': {
      const filled =
        later?.saleValue.kind === 'amount'
          ? ` and ${formatMoney(later.saleValue)} from ${formatDay(later.at)}`
          : '';
      return `; the sale value ${flaws[saleValue.reason]}${filled}`;
    }
    default:
      return assertNever(saleValue);
  }
}

const flaws: Readonly<Record<SaleValueFlaw, string>> = {
  empty: 'was empty then',
  'not-a-number': 'is not a number',
  'too-large': 'is too large',
  zero: 'is zero',
  negative: 'is negative',
  'no-currency': 'has no known currency',
};
