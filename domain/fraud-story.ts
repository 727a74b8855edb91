import { type Evidence, type FraudRule, ruleOfReason } from './fraud.ts';
import type { SaleValueFlaw } from './reward.ts';

/** What a finding means, as one sentence for the operator; counts and codes only. */
export function fraudSentence({
  rule,
  evidence,
}: {
  readonly rule: FraudRule;
  readonly evidence: Evidence;
}): string {
  return sentences[rule](evidence);
}

const sentences: Readonly<Record<FraudRule, (evidence: Evidence) => string>> = {
  'self-referral-alias': ({ tricks }) =>
    `The addresses of referrer and referred person reach the same mailbox${by(tricks)}.`,
  'same-company-domain': () => 'Referrer and referred person have addresses at the same company.',
  'same-ip': () =>
    'The sign-up came from a network address from which the referrer had joined or signed up; an office or a household can be one.',
  'same-device': ({ referrersOwn, referralIds }) => {
    const others = Array.isArray(referralIds) ? referralIds.length : 0;
    const also = others === 0 ? '' : `${countOf(others, 'other person')} referred by the same referrer`;
    if (referrersOwn !== 'yes') return `The sign-up came from the browser of ${also}.`;
    return `The sign-up came from the referrer’s own browser${also && `, and so did ${also}`}.`;
  },
  'disposable-email': () => 'The address is at a provider of throw-away mailboxes.',
  velocity: ({ signUps, allowed, minutes }) =>
    `The referrer brought ${word(signUps)} sign-ups within ${word(minutes)} minutes; ${word(allowed)} are usual in this campaign.`,
  'existing-customer': ({ lifecycleStage }) =>
    lifecycleStage === null
      ? 'The contact was in HubSpot before the sign-up, and nothing there says that they had not bought yet.'
      : `The contact was in HubSpot before the sign-up, in the lifecycle stage "${word(lifecycleStage)}".`,
  ring: () => 'The two referred each other in this campaign.',
};

/** A code or a count of the evidence. */
const word = (value: Evidence[string] | undefined): string =>
  typeof value === 'number' || typeof value === 'string' ? String(value) : 'unknown';

const countOf = (n: number, noun: string): string =>
  n === 1 ? `one ${noun}` : `${n} ${plurals[noun] ?? noun}`;
const plurals: Readonly<Record<string, string>> = { 'other person': 'other people' };

const trickNames: Readonly<Record<string, string>> = {
  'plus-address': 'a plus address',
  'gmail-dots': 'dots that Gmail ignores',
  googlemail: 'Gmail’s other name',
};

const by = (tricks: Evidence[string] | undefined): string => {
  const names = (Array.isArray(tricks) ? tricks : [])
    .map((trick) => trickNames[String(trick)])
    .filter(Boolean);
  return names.length === 0 ? '' : ` (by ${names.join(' and ')})`;
};

const saleFlaws: Readonly<Record<SaleValueFlaw | 'missing' | 'rounds-to-zero', string>> = {
  empty: 'was empty at the qualifying instant',
  'not-a-number': 'is not a number',
  'too-large': 'is too large',
  zero: 'is zero',
  negative: 'is negative',
  'no-currency': 'has no known currency',
  missing: 'is not read by this campaign',
  'rounds-to-zero': 'makes a reward of nothing',
};

/** Why a reward waits for a person, or why it was voided by one of the product's own rules; null for other reasons. */
export function whyReview({
  status,
  reason,
}: {
  readonly status: string;
  readonly reason: string | null;
}): string | null {
  const rule = ruleOfReason(reason);
  if (rule !== null) {
    return status === 'voided'
      ? `Voided: a person found the fraud check "${rule}" to be right.`
      : `Held back by the fraud check "${rule}" until a person releases or rejects what it found.`;
  }
  const flaw = Object.entries(saleFlaws).find(([code]) => `sale-value-${code}` === reason);
  return flaw && status === 'needs_review'
    ? `The sale value ${flaw[1]}; a person must name the amount.`
    : null;
}
