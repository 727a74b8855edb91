import { sql } from 'drizzle-orm';
import type { Tx } from '../../client.ts';
import { listOf } from './list-of.ts';

/**
 * What was still to be written to contacts that are aliases now is not sent to them. What was once sent is remembered
 * for the live contact, whose values are sent again: HubSpot kept those of one of the merged contacts.
 */
export async function moveWrites(
  tx: Tx,
  connectionId: string,
  { from, to }: { readonly from: readonly string[]; readonly to: string },
): Promise<void> {
  if (from.length === 0) return;
  await tx.execute(sql`
    with old as (
      delete from crm_writes
      where connection_id = ${connectionId} and object_type = 'contact' and object_id in ${listOf(from)}
      returning property, sent_values
    ), sent as (
      select property, array_agg(value) as values from old, unnest(sent_values) as value group by property
    )
    update crm_writes w set sent_version = least(w.sent_version, w.version - 1),
      sent_values = (w.sent_values || coalesce((select s.values from sent s where s.property = w.property), '{}'))[1:5]
    where w.connection_id = ${connectionId} and w.object_type = 'contact' and w.object_id = ${to}`);
}
