import { and, eq, sql } from 'drizzle-orm';
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

/** One live person per address and workspace, whatever runs at once; what we know already is kept, blanks are filled. */
export async function upsertPerson(tx: Tx, workspaceId: string, input: PersonInput): Promise<Person> {
  const [person] = await tx
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
    .returning();
  if (!person) throw new Error('An upsert of a person returned no row');
  return person;
}

export async function loadPerson(tx: Tx, personId: string): Promise<Person | null> {
  const [person] = await tx.select().from(people).where(eq(people.id, personId));
  return person ?? null;
}

/** The person's contact id at a connection: the newest one is the live record, older ones are aliases. */
export async function contactIdOf(tx: Tx, personId: string, connectionId: string): Promise<string | null> {
  const [row] = await tx
    .select({ crmId: personCrmIds.crmId })
    .from(personCrmIds)
    .where(and(eq(personCrmIds.personId, personId), eq(personCrmIds.connectionId, connectionId)))
    .orderBy(sql`${personCrmIds.createdAt} desc, ${personCrmIds.crmId}::bigint desc`)
    .limit(1);
  return row?.crmId ?? null;
}

/** Remembers that this contact is this person; an id that already means somebody keeps its meaning. */
export async function rememberContactId(
  tx: Tx,
  row: { workspaceId: string; connectionId: string; personId: string; crmId: string },
): Promise<void> {
  await tx
    .insert(personCrmIds)
    .values({ ...row, objectType: 'contact', createdAt: new Date().toISOString() })
    .onConflictDoNothing();
}
