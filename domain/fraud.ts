import { companyDomain, type MailboxTrick, mailboxOf } from './email-likeness.ts';

export const fraudRules = [
  'self-referral-alias',
  'same-company-domain',
  'same-ip',
  'same-device',
  'disposable-email',
  'velocity',
  'existing-customer',
  'ring',
] as const;
export type FraudRule = (typeof fraudRules)[number];

/** `hold`: the rewards of the referral wait for a person · `flag`: the operator is told · `off`: not looked at. */
export const fraudActions = ['off', 'flag', 'hold'] as const;
export type FraudAction = (typeof fraudActions)[number];
export type FraudActions = Readonly<Record<FraudRule, FraudAction>>;

/**
 * What holds by itself is what hardly happens by chance. Colleagues refer each other, an office or a mobile network is
 * one address, a popular referrer brings many at once, and a contact may have been in HubSpot for good reasons: those
 * are flagged, and a campaign may hold them.
 */
export const defaultFraudActions: FraudActions = {
  'self-referral-alias': 'hold',
  'same-company-domain': 'flag',
  'same-ip': 'flag',
  'same-device': 'hold',
  'disposable-email': 'hold',
  velocity: 'flag',
  'existing-customer': 'flag',
  ring: 'hold',
};

export interface FraudSettings {
  readonly actions: FraudActions;
  readonly velocity: { readonly signUps: number; readonly minutes: number };
}

/** A campaign's own actions over the defaults. */
export const fraudActionsOf = (own: Partial<FraudActions>): FraudActions => ({
  ...defaultFraudActions,
  ...own,
});

/** What the rows say about one referral; addresses are compared here and leave no copy in a finding. */
export interface FraudFacts {
  readonly referrer: { readonly personId: string; readonly email: string | null };
  readonly referred: { readonly personId: string; readonly email: string | null };
  readonly disposable: boolean;
  /** Whether the sign-up came from an address from which the referrer joined or signed up. */
  readonly referrersIp: boolean;
  /** The same of the browser. */
  readonly referrersDevice: boolean;
  /** Other referrals of this referrer whose sign-up came from the same browser. */
  readonly sameDeviceReferralIds: readonly string[];
  /** Sign-ups of the referrer in the campaign's velocity window that ends with this one, this one included. */
  readonly recentSignUps: number;
  /** How the contact got into HubSpot; null while it has not. */
  readonly contact: { readonly outcome: 'created' | 'found'; readonly lifecycleStage: string | null } | null;
  /** Referrals of this campaign in which the referrer was referred by the person referred here. */
  readonly returnReferralIds: readonly string[];
}

/** Codes, ids and counts of what was seen; ids are those of rows. */
export type Evidence = Readonly<Record<string, string | number | readonly string[] | null>>;

export interface Finding {
  readonly rule: FraudRule;
  readonly severity: Exclude<FraudAction, 'off'>;
  readonly evidence: Evidence;
}

/** Every rule that is on and met, in the order of `fraudRules`. */
export function findFraud(facts: FraudFacts, { actions, velocity }: FraudSettings): readonly Finding[] {
  return fraudRules.flatMap((rule) => {
    const severity = actions[rule];
    if (severity === 'off') return [];
    const evidence = detectors[rule](facts, velocity);
    return evidence === null ? [] : [{ rule, severity, evidence }];
  });
}

type Detector = (facts: FraudFacts, velocity: FraudSettings['velocity']) => Evidence | null;

/** HubSpot's lifecycle stages of somebody who has bought. */
const customerStages = ['customer', 'evangelist'];

const detectors: Readonly<Record<FraudRule, Detector>> = {
  'self-referral-alias': ({ referrer, referred }) => {
    const tricks = aliasTricks(referrer.email, referred.email);
    return tricks && { ...idsOf({ referrer, referred }), tricks };
  },
  'same-company-domain': ({ referrer, referred }) => {
    const domain = companyDomain(referred.email);
    // Two addresses of one mailbox are one person, no colleagues.
    if (domain === null || aliasTricks(referrer.email, referred.email) !== null) return null;
    return domain === companyDomain(referrer.email) ? idsOf({ referrer, referred }) : null;
  },
  'same-ip': ({ referrersIp, ...people }) => (referrersIp ? idsOf(people) : null),
  'same-device': ({ referrersDevice, sameDeviceReferralIds: others, ...people }) =>
    referrersDevice || others.length > 0
      ? { ...idsOf(people), referrersOwn: referrersDevice ? 'yes' : 'no', referralIds: others }
      : null,
  'disposable-email': ({ disposable, referred }) => (disposable ? { personId: referred.personId } : null),
  velocity: ({ recentSignUps }, { signUps, minutes }) =>
    recentSignUps > signUps ? { signUps: recentSignUps, allowed: signUps, minutes } : null,
  'existing-customer': ({ contact }) => {
    if (contact?.outcome !== 'found') return null;
    const { lifecycleStage } = contact;
    // A contact whose stage says that it has not bought is no customer; one without a stage may be anything.
    const customer = lifecycleStage === null || customerStages.includes(lifecycleStage);
    return customer ? { contact: 'found', lifecycleStage } : null;
  },
  ring: ({ returnReferralIds }) => (returnReferralIds.length > 0 ? { referralIds: returnReferralIds } : null),
};

const idsOf = ({ referrer, referred }: Pick<FraudFacts, 'referrer' | 'referred'>) => ({
  personId: referred.personId,
  referrerPersonId: referrer.personId,
});

/** By what two addresses are one mailbox, nothing for one and the same address; null when they are not one. */
function aliasTricks(a: string | null, b: string | null): readonly MailboxTrick[] | null {
  const [one, two] = [mailboxOf(a), mailboxOf(b)];
  if (one === null || two === null || one.mailbox !== two.mailbox) return null;
  return [...new Set([...one.tricks, ...two.tricks])].sort();
}

export const findingStates = ['open', 'released', 'rejected'] as const;

/** The reason that a reward carries while a finding holds it back, and after one was rejected. */
export const fraudReason = (rule: FraudRule): string => `fraud:${rule}`;

/** The rule behind a reward's reason; null for any other reason. */
export function ruleOfReason(reason: string | null): FraudRule | null {
  return fraudRules.find((rule) => fraudReason(rule) === reason) ?? null;
}
