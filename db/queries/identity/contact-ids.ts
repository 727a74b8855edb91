/** The contact ids that people have had in HubSpot, as merges, deletions and new addresses move them. */
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import type { EnteredContact, KnownContact } from '../../../domain/identity.ts';
import type { Tx } from '../../client.ts';
import { personCrmIds } from '../../schema/people.ts';
import { listOf } from './list-of.ts';

/** What is known of these contact ids; at most a page of them at once. */
export async function knownContacts(
  tx: Tx,
  connectionId: string,
  crmIds: readonly string[],
): Promise<{ readonly known: readonly KnownContact[]; readonly entered: readonly EnteredContact[] }> {
  if (crmIds.length === 0) return { known: [], entered: [] };
  const known = await tx.execute<{
    crm_id: string;
    person_id: string;
    email_key: string | null;
    merged: boolean;
    erasing: boolean;
    alias_of: string | null;
    gone: boolean;
    email_held_by: string | null;
    held_key: string | null;
  }>(sql`
    select k.crm_id, k.person_id, p.email_key, p.merged_into is not null as merged, p.erasing_at is not null or p.erased_at is not null as erasing,
      k.alias_of, k.gone_at is not null as gone, k.email_held_by, h.email_key as held_key
    from person_crm_ids k
    join people p on p.id = k.person_id
    left join people h on h.id = k.email_held_by and h.merged_into is null and h.erased_at is null
    where k.connection_id = ${connectionId} and k.object_type = 'contact' and k.crm_id in ${listOf(crmIds)}`);
  if (known.length === 0) return { known: [], entered: [] };
  return {
    known: known.map((row) => ({
      crmId: row.crm_id,
      personId: row.person_id,
      emailKey: row.email_key,
      merged: row.merged,
      erasing: row.erasing,
      aliasOf: row.alias_of,
      gone: row.gone,
      emailHeldBy: row.email_held_by,
      heldKey: row.held_key,
    })),
    entered: await enteredContacts(tx, connectionId, crmIds),
  };
}

/** People whose entry into HubSpot ended at one of these ids: HubSpot itself said that the address is this contact's. */
async function enteredContacts(
  tx: Tx,
  connectionId: string,
  crmIds: readonly string[],
): Promise<readonly EnteredContact[]> {
  const rows = await tx.execute<{ crm_id: string; person_id: string }>(sql`
    select distinct e.crm_id, p.id as person_id
    from crm_entries e
    left join referrals f on f.id = e.referral_id
    left join referrers r on r.id = e.referrer_id and r.merged_into is null
    join people p on p.id = coalesce(f.person_id, r.person_id)
    where e.connection_id = ${connectionId} and e.object_type = 'contact' and e.crm_id in ${listOf(crmIds)}
      and p.merged_into is null and p.erasing_at is null and p.erased_at is null`);
  return rows.map((row) => ({ crmId: row.crm_id, personId: row.person_id }));
}

interface Place {
  readonly workspaceId: string;
  readonly connectionId: string;
}

/** The id that HubSpot has for this person from now on. False when it means somebody else meanwhile. */
export async function setLiveId(
  tx: Tx,
  place: Place,
  { personId, crmId }: { readonly personId: string; readonly crmId: string },
): Promise<boolean> {
  const set = await tx
    .insert(personCrmIds)
    .values({ ...place, personId, crmId, objectType: 'contact', createdAt: new Date().toISOString() })
    .onConflictDoUpdate({
      target: [personCrmIds.connectionId, personCrmIds.objectType, personCrmIds.crmId],
      set: { aliasOf: null, goneAt: null },
      setWhere: eq(personCrmIds.personId, personId),
    })
    .returning({ crmId: personCrmIds.crmId });
  return set.length > 0;
}

/** Old ids that HubSpot leads to the live one. Those we never heard of are remembered too: a late notice may name them. */
export async function setAliases(
  tx: Tx,
  place: Place,
  {
    personId,
    aliasOf,
    crmIds,
  }: { readonly personId: string; readonly aliasOf: string; readonly crmIds: readonly string[] },
): Promise<void> {
  if (crmIds.length === 0) return;
  const createdAt = new Date().toISOString();
  await tx
    .insert(personCrmIds)
    .values(
      crmIds.toSorted().map((crmId) => ({
        ...place,
        personId,
        crmId,
        objectType: 'contact' as const,
        aliasOf,
        createdAt,
      })),
    )
    .onConflictDoUpdate({
      target: [personCrmIds.connectionId, personCrmIds.objectType, personCrmIds.crmId],
      set: { aliasOf, goneAt: null, emailHeldBy: null },
      setWhere: eq(personCrmIds.personId, personId),
    });
}

/** True when it was there until now. */
export async function markGone(tx: Tx, connectionId: string, crmId: string, at: string): Promise<boolean> {
  const gone = await tx
    .update(personCrmIds)
    .set({ goneAt: at })
    .where(and(contactAt(connectionId, crmId), isNull(personCrmIds.goneAt)))
    .returning({ crmId: personCrmIds.crmId });
  return gone.length > 0;
}

const contactAt = (connectionId: string, crmId: string): SQL | undefined =>
  and(
    eq(personCrmIds.connectionId, connectionId),
    eq(personCrmIds.objectType, 'contact'),
    eq(personCrmIds.crmId, crmId),
  );
