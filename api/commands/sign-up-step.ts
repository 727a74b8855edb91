import type { Tx } from '../../db/client.ts';
import type { CampaignRules } from '../../db/queries/campaigns.ts';
import { recordTrace } from '../../db/queries/fraud.ts';
import { checkSignUp } from '../../db/queries/fraud-check.ts';
import type { Person } from '../../db/queries/people.ts';
import type { Referral } from '../../db/queries/referrals.ts';
import { addMs, DAY_MS } from '../../domain/time.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { traceOf, type Visitor } from '../visitor.ts';
import type { Claimed, SignUpVia } from './attribute-sign-up.ts';

/** What the steps of a sign-up share once it is known whose credit it is. */
export interface SignUpStep extends Omit<Extract<Claimed, { kind: 'attributed' }>, 'kind'> {
  readonly deps: Pick<ApiDependencies, 'config' | 'now'>;
  readonly via: SignUpVia;
  readonly visitor: Visitor;
  readonly rules: CampaignRules;
  /** Who signs up. */
  readonly person: Person;
  readonly now: string;
}

/** The referral of a sign-up, but for its status. */
export const referralRow = ({ campaign, attribution: { touch }, rules, person, now }: SignUpStep) => ({
  workspaceId: campaign.workspaceId,
  campaignId: campaign.id,
  referrerId: touch.referrerId,
  personId: person.id,
  linkId: touch.linkId,
  connectionId: campaign.connectionId,
  ruleId: rules.ruleId,
  emailKey: person.emailKey,
  signedUpAt: now,
  expiresAt: campaign.expiryDays === null ? null : addMs(now, campaign.expiryDays * DAY_MS),
});

/** From where the sign-up came, and what that and the rest tell (P7). */
export async function lookForFraud(
  tx: Tx,
  { deps, campaign, visitor, now: at }: SignUpStep,
  referral: Referral,
): Promise<void> {
  const { id: referralId, workspaceId, campaignId, personId } = referral;
  await recordTrace(tx, { workspaceId, campaignId, personId, referralId, ...traceOf(visitor), at });
  await checkSignUp(tx, {
    referral,
    campaign,
    disposableDomains: deps.config.DISPOSABLE_EMAIL_DOMAINS,
    at,
    alsoSeen: [...visitor.ipHashes, ...visitor.deviceHashes],
  });
}
