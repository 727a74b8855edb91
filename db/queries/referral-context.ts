import type { FieldMapping } from '../../domain/field-mapping.ts';
import { invariant } from '../../domain/invariant.ts';
import type { Tx } from '../client.ts';
import { type Campaign, type CampaignRules, loadCampaign, loadMappings, loadRules } from './campaigns.ts';
import { type Connection, loadConnection } from './connections.ts';
import { type CrmEntry, dealIdOf, loadEntry } from './crm-entries.ts';
import { contactIdOf, lastContactIdOf, loadPerson, type Person } from './people.ts';
import { loadReferral, type Referral } from './referrals.ts';
import { loadReferrer } from './referrers.ts';
import { lastQualification, type Qualification, type Reward, rewardsOf } from './rewards.ts';

/** Everything that a decision must know about a referral, read in one transaction. */
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
  /** False when that contact was gone when it was last looked at, or means somebody else. */
  readonly isContactLive: boolean;
  readonly dealId: string | null;
  readonly referrerContactId: string | null;
  readonly qualification: Qualification | null;
  readonly rewards: readonly Reward[];
}

/** Null when there is no such referral. */
export async function loadReferralContext(tx: Tx, referralId: string): Promise<ReferralContext | null> {
  const referral = await loadReferral(tx, referralId);
  if (!referral) return null;
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
  const liveId = connectionId ? await contactIdOf(tx, person.id, connectionId) : null;
  const lastId = liveId ?? (connectionId ? await lastContactIdOf(tx, person.id, connectionId) : null);
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
    contactId: lastId ?? contactEntry?.crmId ?? null,
    isContactLive: liveId !== null,
    dealId: (await dealIdOf(tx, referralId)) ?? dealEntry?.crmId ?? null,
    referrerContactId: connectionId ? await contactIdOf(tx, referrer.person.id, connectionId) : null,
    qualification: await lastQualification(tx, referralId),
    rewards: await rewardsOf(tx, referralId),
  };
}
