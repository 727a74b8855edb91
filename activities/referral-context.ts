import type { Tx, WorkspaceDatabase } from '../db/client.ts';
import {
  type Campaign,
  type CampaignRules,
  loadCampaign,
  loadMappings,
  loadRules,
} from '../db/queries/campaigns.ts';
import { type Connection, loadConnection } from '../db/queries/connections.ts';
import { type CrmEntry, dealIdOf, loadEntry } from '../db/queries/crm-entries.ts';
import { contactIdOf, loadPerson, type Person } from '../db/queries/people.ts';
import { loadReferral, type Referral } from '../db/queries/referrals.ts';
import { loadReferrer } from '../db/queries/referrers.ts';
import { lastQualification, type Qualification, type Reward, rewardsOf } from '../db/queries/rewards.ts';
import type { FieldMapping } from '../domain/field-mapping.ts';
import { invariant } from '../domain/invariant.ts';

/** Everything an activity must know about a referral, read in one transaction. */
export interface ReferralContext {
  readonly referral: Referral;
  readonly campaign: Campaign;
  readonly rules: CampaignRules;
  readonly person: Person;
  readonly referrer: NonNullable<Awaited<ReturnType<typeof loadReferrer>>>;
  readonly connection: Connection | null;
  readonly mappings: readonly FieldMapping[];
  readonly contactEntry: CrmEntry | null;
  readonly dealEntry: CrmEntry | null;
  /** The live ids as far as we know; the answer to a read may name a newer one after a merge. */
  readonly contactId: string | null;
  readonly dealId: string | null;
  readonly referrerContactId: string | null;
  readonly qualification: Qualification | null;
  readonly rewards: readonly Reward[];
}

export interface ReferralStep {
  readonly workspaceId: string;
  readonly referralId: string;
  /** The workflow's now: activities compare dates with this, never with their own clock. */
  readonly asOf: string;
}

export const readReferral = (
  db: WorkspaceDatabase,
  { workspaceId, referralId }: ReferralStep,
): Promise<ReferralContext> => db.inWorkspace(workspaceId, (tx) => loadContext(tx, referralId));

async function loadContext(tx: Tx, referralId: string): Promise<ReferralContext> {
  const referral = await loadReferral(tx, referralId);
  invariant(referral, 'the referral exists');
  const [campaign, rules, person, referrer] = [
    await loadCampaign(tx, referral.campaignId),
    await loadRules(tx, referral.campaignId, referral.ruleId),
    await loadPerson(tx, referral.personId),
    await loadReferrer(tx, referral.referrerId),
  ];
  invariant(
    campaign && rules && person && referrer,
    'a referral has its campaign, rules, person and referrer',
  );
  const connectionId = referral.connectionId ?? campaign.connectionId;
  const contactEntry = await loadEntry(tx, { referralId }, 'contact');
  const dealEntry = await loadEntry(tx, { referralId }, 'deal');
  return {
    referral,
    campaign,
    rules,
    person,
    referrer,
    contactEntry,
    dealEntry,
    connection: connectionId ? await loadConnection(tx, connectionId) : null,
    mappings: await loadMappings(tx, campaign.id, 'person-invited'),
    contactId:
      (connectionId && (await contactIdOf(tx, person.id, connectionId))) ?? contactEntry?.crmId ?? null,
    dealId: (await dealIdOf(tx, referralId)) ?? dealEntry?.crmId ?? null,
    referrerContactId: connectionId ? await contactIdOf(tx, referrer.person.id, connectionId) : null,
    qualification: await lastQualification(tx, referralId),
    rewards: await rewardsOf(tx, referralId),
  };
}
