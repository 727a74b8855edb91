/** Which person each contact of a page is; see `enrolments.ts`. */
import { v7 as newId } from 'uuid';
import { driverOf, type Tx } from '../client.ts';
import type { EnrolmentInput } from './enrolments.ts';

/** A contact and the person that it is. */
export interface Owner {
  readonly crmId: string;
  readonly personId: string;
  readonly erasing: boolean;
  /** Found by the contact's id, not by its address. */
  readonly known: boolean;
}

/**
 * The person of each contact: by the contact's id where we know it, else by address; new people are made, in the order
 * of their addresses, which is everybody's order of locks. What we know already is kept, blanks are filled.
 */
export async function meetPeople(
  tx: Tx,
  { workspaceId, connectionId, contacts }: EnrolmentInput,
): Promise<readonly Owner[]> {
  const page = JSON.stringify(contacts.map((contact) => ({ id: newId(), ...contact })));
  const rows = await driverOf(tx)<
    { crmId: string | null; emailKey: string | null; personId: string; erasing: boolean }[]
  >`
    with contact as materialized (
      select told.*, k.person_id, p.erasing_at is not null or p.erased_at is not null as erasing,
        (p.first_name is null and told."firstName" is not null) or (p.last_name is null and told."lastName" is not null)
          or (p.phone is null and told.phone is not null) or (p.language is null and told.language is not null) as blank
      from json_to_recordset(${page}::text::json) as told (id uuid, "crmId" text, email text, "emailKey" text,
        "firstName" text, "lastName" text, phone text, language text)
      left join lateral (
        select person_id from person_crm_ids
        where connection_id = ${connectionId} and object_type = 'contact' and crm_id = told."crmId" limit 1) k on true
      left join lateral (select * from people where id = k.person_id limit 1) p on true
    ), filled as (
      update people p set first_name = coalesce(p.first_name, c."firstName"),
        last_name = coalesce(p.last_name, c."lastName"), phone = coalesce(p.phone, c.phone),
        language = coalesce(p.language, c.language)
      from contact c
      where p.id = c.person_id and c.blank and not c.erasing
        and p.id = any (array (select person_id from contact where blank and not erasing))
    ), met as (
      insert into people as p (id, workspace_id, email, email_key, first_name, last_name, phone, language, created_at)
      select c.id, ${workspaceId}, c.email, c."emailKey", c."firstName", c."lastName", c.phone, c.language, now()
      from contact c
      where c.person_id is null
      order by c."emailKey"
      on conflict (workspace_id, email_key) where merged_into is null and erased_at is null do update set
        first_name = case when p.erasing_at is null then coalesce(p.first_name, excluded.first_name) else p.first_name end,
        last_name = case when p.erasing_at is null then coalesce(p.last_name, excluded.last_name) else p.last_name end,
        phone = case when p.erasing_at is null then coalesce(p.phone, excluded.phone) else p.phone end,
        language = case when p.erasing_at is null then coalesce(p.language, excluded.language) else p.language end
      returning p.id, p.email_key, p.erasing_at is not null as erasing
    )
    select "crmId", null as "emailKey", person_id as "personId", erasing from contact where person_id is not null
    union all
    select null, email_key, id, erasing from met`;
  const byContact = new Map(rows.map((row) => [row.crmId, row]));
  const byAddress = new Map(rows.map((row) => [row.emailKey, row]));
  return contacts.flatMap(({ crmId, emailKey }) => {
    const known = byContact.get(crmId);
    const row = known ?? byAddress.get(emailKey);
    return row ? { crmId, personId: row.personId, erasing: row.erasing, known: known !== undefined } : [];
  });
}

/**
 * Contacts become people's contacts. A person who is another live contact of this portal already keeps that one: the
 * new contact shares an address. A statement of its own, since it must see what the last one waited for.
 */
export async function rememberContacts(
  tx: Tx,
  { workspaceId, connectionId }: EnrolmentInput,
  owners: readonly Owner[],
): Promise<void> {
  const fresh = owners.filter(({ known }) => !known);
  if (fresh.length === 0) return;
  await driverOf(tx)`
    insert into person_crm_ids (connection_id, object_type, crm_id, workspace_id, person_id, created_at)
    select ${connectionId}, 'contact', o."crmId", ${workspaceId}, o."personId", now()
    from json_to_recordset(${JSON.stringify(fresh)}::text::json) as o ("crmId" text, "personId" uuid)
    where (
      select crm_id from person_crm_ids k
      where k.person_id = o."personId" and k.connection_id = ${connectionId} and k.alias_of is null and k.gone_at is null
      limit 1) is null
    on conflict do nothing`;
}
