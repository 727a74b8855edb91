import type { Evaluation } from './qualification.ts';
import type { QualificationCondition } from './qualification-rule.ts';
import type { ReferralStatus } from './referral.ts';
import { endSentence } from './standing-story.ts';
import { formatDay, type Instant, isAfter } from './time.ts';
import { sentence } from './verdict.ts';

/** Why HubSpot could not be asked; named by what somebody can do about it. */
export type UnaskedReason =
  | 'not-connected'
  | 'reconnect-needed'
  | 'missing-scope'
  | 'limit'
  | 'unavailable'
  | 'refused';

export interface WhyInput {
  readonly status: ReferralStatus;
  readonly rejectedReason: string | null;
  readonly expiresAt: Instant | null;
  readonly rule: QualificationCondition;
  /** Null where nothing was ever read, or what was read is erased. */
  readonly evaluation: Evaluation | null;
  /** The instant at which `evaluation` was true. */
  readonly readAt: Instant;
  /** Null when the answer is of now. */
  readonly unasked: UnaskedReason | null;
}

/**
 * Why a referral has (not) qualified, as it is now: what the record shows against the rule, after how the referral ended
 * if it did. Where HubSpot could not be asked, one more sentence says so and from when the rest is.
 */
export function whySentence(input: WhyInput): string {
  const { status, rejectedReason, rule, evaluation } = input;
  const end = endSentence(status, rejectedReason);
  const seen = evaluation === null ? null : sentence({ rule, evaluation });
  const noRecord = evaluation?.kind === 'waiting' && evaluation.reason === 'no-record';
  const known = rule.kind === 'manual' || noRecord ? null : seen;
  const told =
    end === null
      ? [seen === null ? 'Nothing was decided about this referral yet.' : seen, lateSentence(input)]
      : [end, known && `What HubSpot shows changes nothing any more: ${known}`];
  return [...told, unaskedSentence(input)].filter(Boolean).join(' ');
}

/** What came after the expiry does not count, however late it is looked at. */
function lateSentence({ status, expiresAt, evaluation }: WhyInput): string | null {
  if (status !== 'registered' || evaluation?.kind !== 'qualified' || expiresAt === null) return null;
  if (!isAfter(evaluation.at, expiresAt)) return null;
  return `That was after the referral expired on ${formatDay(expiresAt)}, so it does not count.`;
}

const unaskedLines: Readonly<Record<UnaskedReason, string>> = {
  'not-connected': 'no HubSpot account is connected',
  'reconnect-needed': 'HubSpot withdrew its permission',
  'missing-scope': 'the connection lacks a permission',
  limit: 'HubSpot takes no more calls for now',
  unavailable: 'HubSpot does not answer',
  refused: 'HubSpot refuses the question',
};

function unaskedSentence({ unasked, evaluation, readAt }: WhyInput): string | null {
  if (unasked === null) return null;
  const from = evaluation === null ? 'nothing was read before' : `this is from ${formatDay(readAt)}`;
  return `HubSpot could not be asked now, since ${unaskedLines[unasked]}; ${from}.`;
}
