/** Enrols a page of contacts at once: a handful of multi-row statements, each of which may be repeated. */
import { and, eq, inArray, sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import type { Tx } from '../client.ts';
import { people, personCrmIds, referralLinks, referrers } from '../schema/people.ts';
import type { PersonInput } from './people.ts';

export interface ContactToEnrol extends PersonInput {
  readonly crmId: string;
}

export interface EnrolledContact {
  readonly crmId: string;
  readonly referrerId: string;
  readonly enrolled: boolean;
}

export interface Enrolment {
  readonly contacts: readonly EnrolledContact[];
  /** Contacts whose address belongs to a person who is another contact already. */
  readonly duplicates: readonly string[];
}

interface EnrolmentInput {
  readonly workspaceId: string;
  readonly campaignId: string;
  readonly connectionId: string;
  readonly contacts: readonly ContactToEnrol[];
  /** One fresh code per contact; used where a link is new. */
  newCode(): string;
}

/** At most a page; addresses are unique within it (the caller collapses doubles). */
export async function enrolContacts(tx: Tx, input: EnrolmentInput): Promise<Enrolment> {
  const { contacts } = input;
  if (contacts.length === 0) return { contacts: [], duplicates: [] };
  const personByContact = await resolvePeople(tx, input);
  const personIds = [...new Set(personByContact.values())];
  const enrolled = await enrolPeople(tx, input, personIds);
  const rows = await tx
    .select({ id: referrers.id, personId: referrers.personId })
    .from(referrers)
    .where(and(eq(referrers.campaignId, input.campaignId), inArray(referrers.personId, personIds)));
  const referrerByPerson = new Map(rows.map(({ id, personId }) => [personId, id]));
  const result: EnrolledContact[] = [];
  const duplicates: string[] = [];
  const taken = new Set<string>();
  for (const { crmId } of contacts) {
    const personId = personByContact.get(crmId);
    const referrerId = personId && referrerByPerson.get(personId);
    if (!personId || !referrerId || taken.has(personId)) duplicates.push(crmId);
    else result.push({ crmId, referrerId, enrolled: enrolled.has(personId) });
    if (personId) taken.add(personId);
  }
  return { contacts: result, duplicates };
}

/** The person of each contact: by the contact's id where we know it, else by address; new people are made. */
async function resolvePeople(
  tx: Tx,
  { workspaceId, connectionId, contacts }: EnrolmentInput,
): Promise<Map<string, string>> {
  const now = new Date().toISOString();
  const ofContact = and(
    eq(personCrmIds.connectionId, connectionId),
    eq(personCrmIds.objectType, 'contact'),
    inArray(
      personCrmIds.crmId,
      contacts.map(({ crmId }) => crmId),
    ),
  );
  const known = await tx
    .select({ crmId: personCrmIds.crmId, personId: personCrmIds.personId })
    .from(personCrmIds)
    .where(ofContact);
  const personByContact = new Map(known.map(({ crmId, personId }) => [crmId, personId]));
  // One order of locks for everybody who enrols at once.
  const unknown = contacts
    .filter(({ crmId }) => !personByContact.has(crmId))
    .toSorted((a, b) => (a.emailKey < b.emailKey ? -1 : 1));
  if (unknown.length === 0) return personByContact;
  const inserted = await tx
    .insert(people)
    .values(
      unknown.map(({ crmId: _, ...person }) => ({ id: newId(), workspaceId, ...person, createdAt: now })),
    )
    .onConflictDoUpdate({
      target: [people.workspaceId, people.emailKey],
      targetWhere: sql`merged_into is null and erased_at is null`,
      set: {
        firstName: sql`coalesce(${people.firstName}, excluded.first_name)`,
        lastName: sql`coalesce(${people.lastName}, excluded.last_name)`,
      },
    })
    .returning({ id: people.id, emailKey: people.emailKey });
  const byEmail = new Map(inserted.map(({ id, emailKey }) => [emailKey, id]));
  const pairs = unknown.flatMap(({ crmId, emailKey }) => {
    const personId = byEmail.get(emailKey);
    return personId ? [{ crmId, personId }] : [];
  });
  // A person who is another contact of this portal already keeps that one: the new contact shares an address.
  const elsewhere = new Set(
    (
      await tx
        .select({ personId: personCrmIds.personId })
        .from(personCrmIds)
        .where(
          and(
            eq(personCrmIds.connectionId, connectionId),
            inArray(
              personCrmIds.personId,
              pairs.map((p) => p.personId),
            ),
          ),
        )
    ).map(({ personId }) => personId),
  );
  const fresh = pairs.filter(({ personId }) => !elsewhere.has(personId));
  if (fresh.length > 0) {
    await tx
      .insert(personCrmIds)
      .values(
        fresh.map((pair) => ({
          ...pair,
          workspaceId,
          connectionId,
          objectType: 'contact' as const,
          createdAt: now,
        })),
      )
      .onConflictDoNothing();
  }
  for (const { crmId, personId } of fresh) personByContact.set(crmId, personId);
  return personByContact;
}

/** Referrers and live links for those who have none; returns the people who are new to the campaign. */
async function enrolPeople(
  tx: Tx,
  input: EnrolmentInput,
  personIds: readonly string[],
): Promise<Set<string>> {
  if (personIds.length === 0) return new Set();
  const { workspaceId, campaignId } = input;
  const now = new Date().toISOString();
  const fresh = await tx
    .insert(referrers)
    .values(
      personIds.map((personId) => ({
        id: newId(),
        workspaceId,
        campaignId,
        personId,
        source: 'sync' as const,
        joinedAt: now,
        enteredAt: now,
      })),
    )
    .onConflictDoNothing()
    .returning({ id: referrers.id, personId: referrers.personId });
  if (fresh.length > 0) {
    await tx.insert(referralLinks).values(
      fresh.map(({ id }) => ({
        id: newId(),
        workspaceId,
        campaignId,
        referrerId: id,
        code: input.newCode(),
        createdAt: now,
      })),
    );
  }
  return new Set(fresh.map(({ personId }) => personId));
}

/** The links that HubSpot is now known to hold. */
export async function recordWrittenLinks(
  tx: Tx,
  written: readonly { referrerId: string; link: string }[],
): Promise<void> {
  if (written.length === 0) return;
  const rows = sql.join(
    written.map(({ referrerId, link }) => sql`(${referrerId}::uuid, ${link}::text)`),
    sql`, `,
  );
  await tx.execute(sql`
    update referrers r set crm_link_written = v.link from (values ${rows}) as v (id, link)
    where r.id = v.id and r.crm_link_written is distinct from v.link`);
}
