import { randomInt } from 'node:crypto';
import type { Tx } from '../../db/client.ts';
import { type Campaign, loadCampaign } from '../../db/queries/campaigns.ts';
import { recordTrace } from '../../db/queries/fraud.ts';
import { enqueueStarts } from '../../db/queries/outbox.ts';
import { upsertPerson } from '../../db/queries/people.ts';
import { type EnrolledReferrer, enrolReferrer, updateReferrer } from '../../db/queries/referrers.ts';
import { reflectReferrers } from '../../db/queries/reflection.ts';
import { acceptsSignUps, type CampaignStatus } from '../../domain/campaign.ts';
import { newLinkCode } from '../../domain/link-code.ts';
import { referrerWorkflow } from '../../workflows/contract.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { notFound, Problem } from '../problem.ts';
import type { PersonBody } from '../schemas/people.ts';
import { traceOf, unseenVisitor, type Visitor } from '../visitor.ts';
import { personInput } from './person-input.ts';

/**
 * Makes a person a referrer of a campaign. Joining again changes nothing and gives the same link. HubSpot hears of it
 * only where the campaign is set so (S69, S76).
 */
export async function joinCampaign(
  { config, now }: Pick<ApiDependencies, 'config' | 'now'>,
  tx: Tx,
  input: {
    readonly campaignId: string;
    readonly person: PersonBody;
    readonly source: 'join' | 'api';
    /** From where they join; by it a later sign-up of their own is noticed (P7). */
    readonly visitor?: Visitor;
  },
): Promise<EnrolledReferrer> {
  const campaign = await openCampaign(tx, input.campaignId);
  const { workspaceId, id: campaignId } = campaign;
  const person = await upsertPerson(tx, workspaceId, personInput(input.person));
  const { visitor = unseenVisitor } = input;
  await recordTrace(tx, { workspaceId, campaignId, personId: person.id, ...traceOf(visitor), at: now() });
  const referrer = await enrolReferrer(tx, {
    workspaceId,
    campaignId,
    personId: person.id,
    source: input.source,
    code: newLinkCode((below) => randomInt(below)),
  });
  if (!referrer.enrolled) return referrer;
  if (campaign.personReferringAction === 'create-contact') {
    const address = referrerWorkflow({ workspaceId, referrerId: referrer.id, campaignId });
    await enqueueStarts(tx, [{ workspaceId, address }]);
  } else {
    await updateReferrer(tx, referrer.id, { enteredAt: now() });
  }
  await reflectReferrers(tx, {
    workspaceId,
    campaignId,
    referrerIds: [referrer.id],
    publicUrl: config.PUBLIC_URL,
  });
  return referrer;
}

/** The campaign, if people may join it and sign up now. */
export async function openCampaign(tx: Tx, campaignId: string): Promise<Campaign> {
  const campaign = await loadCampaign(tx, campaignId);
  if (!campaign) throw notFound('campaign');
  if (!acceptsSignUps(campaign.status)) {
    throw new Problem(409, notOpen(campaign.status));
  }
  return campaign;
}

export const notOpen = (status: CampaignStatus): string =>
  `The campaign is ${status}; only a published one takes joins and sign-ups.`;
