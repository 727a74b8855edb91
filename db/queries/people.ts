import { and, desc, eq, getTableColumns, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { v7 as newId } from 'uuid';
import type { Tx } from '../client.ts';
import { people, personCrmIds } from '../schema/people.ts';

export interface PersonInput {
  readonly email: string;
  readonly emailKey: string;
  readonly firstName?: string | null;
  readonly lastName?: string | null;
  readonly phone?: string | null;
  readonly language?: string | null;
}

export type Person = typeof people.$inferSelect;

/**
 * One live person per address and workspace, whatever runs at once; what we know already is kept, blanks are filled. The
 * address of somebody who was merged is the address of whom they turned out to be.
 */
export async function upsertPerson(tx: Tx, workspaceId: string, input: PersonInput): Promise<Person> {
  const [upserted] = await tx
    .insert(people)
    .values({ id: newId(), workspaceId, ...input, createdAt: new Date().toISOString() })
    .onConflictDoUpdate({
      target: [people.workspaceId, people.emailKey],
      targetWhere: sql`merged_into is null and erased_at is null`,
      set: {
        firstName: sql`coalesce(${people.firstName}, excluded.first_name)`,
        lastName: sql`coalesce(${people.lastName}, excluded.last_name)`,
        phone: sql`coalesce(${people.phone}, excluded.phone)`,
        language: sql`coalesce(${people.language}, excluded.language)`,
      },
    })
    // A row that was there has a transaction that updated it: this one.
    .returning({ ...getTableColumns(people), isNew: sql<boolean>`xmax = 0` });
  if (!upserted) throw new Error('An upsert of a person returned no row');
  const { isNew, ...person } = upserted;
  // Asked after the insert, which has waited for a merge of this very person that was under way.
  const survivor = isNew ? await survivorByEmail(tx, workspaceId, input.emailKey) : null;
  if (!survivor) return person;
  await tx.delete(people).where(eq(people.id, person.id));
  return survivor;
}

/** Who a merged person with this address turned out to be. */
async function survivorByEmail(tx: Tx, workspaceId: string, emailKey: string): Promise<Person | null> {
  const merged = alias(people, 'merged');
  const [row] = await tx
    .select(getTableColumns(people))
    .from(merged)
    .innerJoin(people, eq(people.id, merged.mergedInto))
    .where(
      and(
        eq(merged.workspaceId, workspaceId),
        eq(merged.emailKey, emailKey),
        isNotNull(merged.mergedInto),
        isNull(people.erasingAt),
        isNull(people.erasedAt),
      ),
    )
    .orderBy(desc(merged.createdAt))
    .limit(1);
  return row ?? null;
}

export async function loadPerson(tx: Tx, personId: string): Promise<Person | null> {
  const [person] = await tx.select().from(people).where(eq(people.id, personId));
  return person ?? null;
}

/**
 * The person's contact at a connection under the id that HubSpot has for it today: no alias of a merge, and none that
 * is gone. Null: HubSpot has nobody whom one could write to, or we know of none.
 */
export const contactIdOf = (tx: Tx, personId: string, connectionId: string): Promise<string | null> =>
  newestId(tx, personId, connectionId, isNull(personCrmIds.goneAt));

/** The same, or else the one that HubSpot had last: to be read again, since it may have been restored. */
export const lastContactIdOf = async (
  tx: Tx,
  personId: string,
  connectionId: string,
): Promise<string | null> =>
  (await contactIdOf(tx, personId, connectionId)) ?? (await newestId(tx, personId, connectionId));

async function newestId(tx: Tx, personId: string, connectionId: string, which?: SQL): Promise<string | null> {
  const [row] = await tx
    .select({ crmId: personCrmIds.crmId })
    .from(personCrmIds)
    .where(
      and(
        eq(personCrmIds.personId, personId),
        eq(personCrmIds.connectionId, connectionId),
        isNull(personCrmIds.aliasOf),
        which,
      ),
    )
    .orderBy(sql`${personCrmIds.createdAt} desc, ${personCrmIds.crmId}::numeric desc`)
    .limit(1);
  return row?.crmId ?? null;
}

/**
 * Remembers that HubSpot has this person as this contact. False when the id means somebody else already: it keeps its
 * meaning, and the two are to be followed (`activities/identity.ts`).
 */
export async function rememberContactId(
  tx: Tx,
  row: { workspaceId: string; connectionId: string; personId: string; crmId: string },
): Promise<boolean> {
  // Waits for a merge of this person that is under way: whoever read them before it means whom they have become.
  const [living] = await tx
    .select({ id: sql<string>`coalesce(${people.mergedInto}, ${people.id})` })
    .from(people)
    .where(eq(people.id, row.personId))
    .for('key share');
  const personId = living?.id ?? row.personId;
  const remembered = await tx
    .insert(personCrmIds)
    .values({ ...row, personId, objectType: 'contact', createdAt: new Date().toISOString() })
    .onConflictDoUpdate({
      target: [personCrmIds.connectionId, personCrmIds.objectType, personCrmIds.crmId],
      set: { goneAt: null },
      setWhere: eq(personCrmIds.personId, personId),
    })
    .returning({ crmId: personCrmIds.crmId });
  return remembered.length > 0;
}
