import type { Tx } from '../../db/client.ts';
import { loadRules } from '../../db/queries/campaigns.ts';
import { enqueueStarts } from '../../db/queries/outbox.ts';
import { upsertPerson } from '../../db/queries/people.ts';
import { insertReferral, type Referral, recordEvent } from '../../db/queries/referrals.ts';
import { referrerByCode } from '../../db/queries/referrer-list.ts';
import { reflectReferrers } from '../../db/queries/reflection.ts';
import { rejectedSelfReferral } from '../../db/queries/self-referrals.ts';
import { toPublicId } from '../../domain/id.ts';
import { invariant } from '../../domain/invariant.ts';
import { addMs, DAY_MS } from '../../domain/time.ts';
import { referralWorkflow } from '../../workflows/contract.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { notFound } from '../problem.ts';
import type { PersonBody } from '../schemas/people.ts';
import { openCampaign } from './join-campaign.ts';
import { personInput } from './person-input.ts';

export type SignUpOutcome =
  | { readonly kind: 'registered'; readonly referral: Referral }
  /** The person has a live referral in this campaign: the first referrer keeps the credit. */
  | { readonly kind: 'already-referred'; readonly referral: Referral }
  /** Stored as rejected, for the operator to see. */
  | { readonly kind: 'self-referral'; readonly referral: Referral };

/**
 * A person signs up through somebody's link: person, referral, its first timeline line and the start of its lifecycle,
 * all or nothing. Whoever answers the public must not tell the outcomes apart.
 */
export async function signUp(
  deps: Pick<ApiDependencies, 'config' | 'now'>,
  tx: Tx,
  input: { readonly campaignId: string; readonly code: string; readonly person: PersonBody },
): Promise<SignUpOutcome> {
  const campaign = await openCampaign(tx, input.campaignId);
  const link = await referrerByCode(tx, input.code);
  if (!link || link.campaignId !== campaign.id) throw notFound('referral code');
  const rules = await loadRules(tx, campaign.id);
  invariant(rules, 'a campaign is made with its first rules');
  const { workspaceId } = campaign;
  const person = await upsertPerson(tx, workspaceId, personInput(input.person));
  const selfReferral = person.id === link.personId;
  const signedUpAt = deps.now();
  if (selfReferral) {
    const known = await rejectedSelfReferral(tx, { campaignId: campaign.id, personId: person.id });
    if (known) return { kind: 'self-referral', referral: known };
  }
  const made = await insertReferral(tx, {
    workspaceId,
    campaignId: campaign.id,
    referrerId: link.referrerId,
    personId: person.id,
    linkId: link.linkId,
    connectionId: campaign.connectionId,
    ruleId: rules.ruleId,
    emailKey: person.emailKey,
    signedUpAt,
    expiresAt: campaign.expiryDays === null ? null : addMs(signedUpAt, campaign.expiryDays * DAY_MS),
    ...(selfReferral
      ? { status: 'rejected' as const, rejectedReason: 'self-referral', settledAt: signedUpAt }
      : { status: 'registered' as const }),
  });
  if (made.kind === 'already-referred') return made;
  const { referral } = made;
  await recordEvent(tx, referral, {
    kind: 'signed-up',
    facts: { referrerId: toPublicId('referrer', link.referrerId) },
    at: signedUpAt,
  });
  if (selfReferral) {
    await recordEvent(tx, referral, { kind: 'rejected', facts: { reason: 'self-referral' }, at: signedUpAt });
    return { kind: 'self-referral', referral };
  }
  const address = referralWorkflow({ workspaceId, referralId: referral.id, campaignId: campaign.id });
  await enqueueStarts(tx, [{ workspaceId, address }]);
  await reflectReferrers(tx, {
    workspaceId,
    campaignId: campaign.id,
    referrerIds: [link.referrerId],
    publicUrl: deps.config.PUBLIC_URL,
  });
  return made;
}
