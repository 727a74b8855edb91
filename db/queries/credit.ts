import { mapFields } from '../../domain/field-mapping.ts';
import { type MappableField, referrerFields } from '../../domain/mappable-field.ts';
import type { Tx } from '../client.ts';
import { type Campaign, loadMappings } from './campaigns.ts';
import { loadEntry } from './crm-entries.ts';
import { inLockOrder, type WantedValue, wantValues } from './crm-writes.ts';
import { contactIdOf } from './people.ts';
import type { Referral } from './referrals.ts';
import { loadReferrer } from './referrers.ts';
import { referralLink, reflectReferrers } from './reflection.ts';

/** What a mapping of the Person Invited section takes from the referrer. */
const fromReferrer: readonly MappableField[] = [...referrerFields, 'code', 'link'];

/**
 * Another referrer has the credit: HubSpot's records of the referral name them from now on, and the counters of both
 * are right. Records that we only found keep their values unless the campaign overwrites (S47).
 */
export async function reflectCredit(
  tx: Tx,
  {
    referral,
    formerReferrerId,
    campaign,
    publicUrl,
  }: {
    readonly referral: Referral;
    readonly formerReferrerId: string;
    readonly campaign: Campaign;
    readonly publicUrl: string;
  },
): Promise<void> {
  const { workspaceId, campaignId } = referral;
  const connectionId = referral.connectionId ?? campaign.connectionId;
  const counters = async (referrerId: string): Promise<Step> => ({
    contactId: await contactOfReferrer(tx, referrerId, connectionId),
    run: () => reflectReferrers(tx, { workspaceId, campaignId, referrerIds: [referrerId], publicUrl }),
  });
  const values = connectionId
    ? await referrerValues(tx, { referral, campaign, connectionId, publicUrl })
    : [];
  const steps: Step[] = [await counters(formerReferrerId), await counters(referral.referrerId)];
  for (const objectType of ['contact', 'deal'] as const) {
    const theirs = values.filter((value) => value.objectType === objectType);
    const [first] = theirs;
    if (!first || !connectionId) continue;
    steps.push({
      // Deals are locked after contacts.
      contactId: objectType === 'contact' ? first.objectId : afterContacts,
      run: () => wantValues(tx, { workspaceId, connectionId }, theirs),
    });
  }
  // The order in which the drain locks these rows, too.
  for (const { run } of steps.toSorted((a, b) => (a.contactId < b.contactId ? -1 : 1))) await run();
}

interface Step {
  readonly contactId: string;
  readonly run: () => Promise<void>;
}

/** Greater than every text of digits. */
const afterContacts = '~';

async function contactOfReferrer(tx: Tx, referrerId: string, connectionId: string | null): Promise<string> {
  const referrer = await loadReferrer(tx, referrerId);
  return (referrer && connectionId && (await contactIdOf(tx, referrer.person.id, connectionId))) ?? '';
}

async function referrerValues(
  tx: Tx,
  {
    referral,
    campaign,
    connectionId,
    publicUrl,
  }: {
    readonly referral: Referral;
    readonly campaign: Campaign;
    readonly connectionId: string;
    readonly publicUrl: string;
  },
): Promise<readonly WantedValue[]> {
  const referrer = await loadReferrer(tx, referral.referrerId);
  if (!referrer) return [];
  const mappings = (await loadMappings(tx, campaign.id, 'person-invited')).filter(
    ({ source }) => source.kind === 'dynamic' && fromReferrer.includes(source.field),
  );
  const { person, code } = referrer;
  const link = referralLink(publicUrl, code);
  const fields = {
    referrer_first_name: person.firstName,
    referrer_last_name: person.lastName,
    referrer_email: person.email,
    referrer_link: link,
    referrer_crm_id: await contactIdOf(tx, person.id, connectionId),
    code,
    link,
  };
  const values: WantedValue[] = [];
  for (const objectType of ['contact', 'deal'] as const) {
    const entry = await loadEntry(tx, { referralId: referral.id }, objectType);
    if (!entry?.crmId) continue;
    if (entry.outcome !== 'created' && campaign.existingContacts !== 'overwrite') continue;
    const objectId = entry.crmId;
    const wanted = mapFields(mappings, objectType, fields);
    values.push(
      ...Object.entries(wanted).map(([property, value]) => ({ objectType, objectId, property, value })),
    );
  }
  return inLockOrder(values);
}
