import { type AnyColumn, type SQL, sql } from 'drizzle-orm';
import type { Presence } from '../../../domain/identity.ts';

/**
 * Whether HubSpot has the contact of a person at a connection, as last noticed; for the columns of a list. A person who
 * was merged is where the survivor is.
 */
export const presenceOf = (
  personId: AnyColumn,
  connectionId: AnyColumn,
): SQL<Presence> => sql<Presence>`coalesce((
  select case bool_or(k.gone_at is null) when true then 'present' when false then 'gone' end
  from person_crm_ids k
  where k.person_id = (select coalesce(p.merged_into, p.id) from people p where p.id = ${personId})
    and k.connection_id = ${connectionId} and k.object_type = 'contact' and k.alias_of is null
), 'unknown')`;
