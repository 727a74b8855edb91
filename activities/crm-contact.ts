import { ownerProperty } from '../domain/contact-owner.ts';
import { isHubSpotError } from '../hubspot/failures.ts';
import type { CrmRecord, HubSpot } from '../hubspot/gateway.ts';

/** A record of ours may be this much older than the attempt: HubSpot's clock and ours are not the same. */
const clockSlackMs = 5 * 60_000;

/** Whose the record is, and, of one that is found, whether it has bought already and who is in charge of it. */
const sourceProperties = [
  'hs_object_source',
  'hs_object_source_id',
  'createdate',
  'lastmodifieddate',
  'lifecyclestage',
  ownerProperty,
];

/**
 * Create-only-new (S46): HubSpot itself says by 409 that the address exists, since a search may lag. A conflict with a
 * record that our app made since this entry was first attempted is our own earlier attempt whose answer was lost.
 */
export async function findOrCreateContact(
  hubspot: HubSpot,
  input: {
    readonly email: string;
    readonly properties: Readonly<Record<string, string>>;
    /** The contact that this person is known to be, where we know one. */
    readonly knownId: string | null;
    readonly attemptedAt: string;
    readonly appId: string;
  },
): Promise<{ readonly record: CrmRecord; readonly outcome: 'created' | 'found' }> {
  const known = input.knownId === null ? null : await readOrNull(hubspot, input.knownId);
  if (known) return { record: known, outcome: madeByUs(known, input) ? 'created' : 'found' };
  try {
    return { record: await hubspot.contacts.create(input.properties), outcome: 'created' };
  } catch (error) {
    if (!isHubSpotError(error, 'conflict')) throw error;
    const { existingId } = error.detail;
    const record = existingId
      ? await hubspot.contacts.read(existingId, { properties: sourceProperties })
      : await hubspot.contacts.readByEmail(input.email, { properties: sourceProperties });
    return { record, outcome: madeByUs(record, input) ? 'created' : 'found' };
  }
}

/** S47: what HubSpot holds of an existing contact is left alone unless the campaign says otherwise. */
export async function fillExistingContact(
  hubspot: HubSpot,
  policy: 'never-overwrite' | 'fill-blanks' | 'overwrite',
  contactId: string,
  wanted: Readonly<Record<string, string>>,
): Promise<void> {
  const { email: _identity, ...rest } = wanted;
  if (policy === 'never-overwrite' || Object.keys(rest).length === 0) return;
  const { properties } = await hubspot.contacts.read(contactId, { properties: Object.keys(rest) });
  const changes = Object.entries(rest).filter(([name, value]) =>
    policy === 'overwrite' ? properties[name] !== value : !properties[name],
  );
  if (changes.length > 0) await hubspot.contacts.update(contactId, Object.fromEntries(changes));
}

async function readOrNull(hubspot: HubSpot, id: string): Promise<CrmRecord | null> {
  try {
    return await hubspot.contacts.read(id, { properties: sourceProperties });
  } catch (error) {
    if (isHubSpotError(error, 'not-found')) return null;
    throw error;
  }
}

function madeByUs(
  record: CrmRecord,
  { attemptedAt, appId }: { attemptedAt: string; appId: string },
): boolean {
  const { hs_object_source: source, hs_object_source_id: sourceId } = record.properties;
  return (
    source === 'INTEGRATION' &&
    sourceId === appId &&
    Date.parse(record.createdAt) >= Date.parse(attemptedAt) - clockSlackMs
  );
}
