/**
 * Enrols a page of contacts at once, by a few statements that are prepared once per connection and take the page as
 * JSON; each may be repeated.
 */
import { driverOf, type Tx } from '../client.ts';
import { meetPeople, rememberContacts } from './contact-owners.ts';
import { enrolPeople, knownReferrers, storeLinks } from './page-referrers.ts';
import type { PersonInput } from './people.ts';
import type { ReferrerFigures } from './referrers.ts';

export interface ContactToEnrol extends PersonInput {
  readonly crmId: string;
}

export interface EnrolledContact {
  readonly crmId: string;
  readonly referrerId: string;
  /** False when the person was a referrer of this campaign before. */
  readonly enrolled: boolean;
  /** An undo took back what HubSpot held about this referrer, and nothing was written since. */
  readonly withheld: boolean;
  /** The link that HubSpot is known to hold; null until written. */
  readonly linkWritten: string | null;
  readonly figures: ReferrerFigures;
}

export interface Enrolment {
  readonly contacts: readonly EnrolledContact[];
  /** Contacts whose address belongs to a person who is another contact already. */
  readonly duplicates: readonly string[];
  /** Contacts of people who asked to be forgotten: nothing of them is read or kept. */
  readonly beingErased: readonly string[];
}

export interface EnrolmentInput {
  readonly workspaceId: string;
  readonly campaign: { readonly id: string; readonly name: string };
  readonly connectionId: string;
  readonly contacts: readonly ContactToEnrol[];
  /** One fresh code per contact; used where a link is new. */
  readonly newCode: () => string;
}

/**
 * A page looks rows up one by one in an index, whatever PostgreSQL believes of the tables: its plans are made once per
 * connection, those of foreign keys too, and in the first pages of an installation the tables are empty. Read from end
 * to end for every page they would make a sync ever slower until they are analysed. The statements do their part by
 * look-ups in `lateral (… limit 1)`, which are never turned into joins. Ends with the transaction.
 */
export async function lookUpByIndex(tx: Tx): Promise<void> {
  await driverOf(tx)`select set_config('enable_seqscan', 'off', true)`;
}

/** At most a page; addresses are unique within it (the caller collapses doubles). */
export async function enrolContacts(tx: Tx, input: EnrolmentInput): Promise<Enrolment> {
  if (input.contacts.length === 0) return { contacts: [], duplicates: [], beingErased: [] };
  const met = await meetPeople(tx, input);
  const beingErased = met.filter(({ erasing }) => erasing).map(({ crmId }) => crmId);
  const owners = met.filter(({ erasing }) => !erasing);
  await rememberContacts(tx, input, owners);
  const crmIds = owners.map(({ crmId }) => crmId);
  const { personOf, fresh } = await enrolPeople(tx, input, crmIds);
  const known = [...new Set(personOf.values())].filter((personId) => !fresh.has(personId));
  const [referrers] = await Promise.all([
    knownReferrers(tx, input, known),
    storeLinks(tx, input, [...fresh.values()]),
  ]);
  for (const [personId, referrer] of fresh) referrers.set(personId, referrer);
  const contacts: EnrolledContact[] = [];
  const duplicates: string[] = [];
  for (const crmId of crmIds) {
    const personId = personOf.get(crmId);
    const referrer = personId === undefined ? undefined : referrers.get(personId);
    // Of two contacts of one person the first of the page keeps the link.
    if (personId === undefined || !referrer || !referrers.delete(personId)) duplicates.push(crmId);
    else contacts.push({ crmId, ...referrer });
  }
  return { contacts, duplicates, beingErased };
}

export interface WrittenReferrer {
  readonly referrerId: string;
  /** The link that HubSpot is now known to hold; null where it does not, or where nobody asked for it. */
  readonly link: string | null;
}

/** What HubSpot is now known to hold about these referrers; those that an undo had withheld are kept current again. */
export async function recordWritten(tx: Tx, written: readonly WrittenReferrer[]): Promise<void> {
  if (written.length === 0) return;
  const ids = `{${written.map(({ referrerId }) => referrerId).join()}}`;
  const links = Object.fromEntries(written.map(({ referrerId, link }) => [referrerId, link]));
  await driverOf(tx)`
    with told as materialized (select ${JSON.stringify(links)}::text::jsonb as links)
    update referrers r set crm_link_written = coalesce(told.links ->> r.id::text, r.crm_link_written), withheld_at = null
    from told
    where r.id = any (${ids}::text::uuid[])
      and (r.withheld_at is not null or r.crm_link_written is distinct from
        coalesce(told.links ->> r.id::text, r.crm_link_written))`;
}
