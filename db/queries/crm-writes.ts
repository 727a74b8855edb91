import { sql } from 'drizzle-orm';
import { driverOf, type Tx } from '../client.ts';
import { crmWrites } from '../schema/messages.ts';

export interface WantedValue {
  readonly objectType: 'contact' | 'deal';
  readonly objectId: string;
  readonly property: string;
  readonly value: string;
}

/** Wakes the drain as soon as the transaction commits. */
export const drainChannel = 'vf_drain';

/** What HubSpot shall hold, written with the fact it follows from; the drain sends the newest version of each value. */
export async function wantValues(
  tx: Tx,
  owner: { readonly workspaceId: string; readonly connectionId: string },
  values: readonly WantedValue[],
): Promise<void> {
  if (values.length === 0) return;
  const now = new Date().toISOString();
  await tx
    .insert(crmWrites)
    .values(inLockOrder(values).map((value) => ({ ...owner, ...value, nextAttemptAt: now })))
    .onConflictDoUpdate({
      target: [crmWrites.connectionId, crmWrites.objectType, crmWrites.objectId, crmWrites.property],
      set: {
        value: sql`excluded.value`,
        version: sql`${crmWrites.version} + 1`,
        nextAttemptAt: sql`excluded.next_attempt_at`,
        failures: 0,
        refusedReason: null,
      },
      setWhere: sql`${crmWrites.value} <> excluded.value`,
    });
  await tx.execute(sql`select pg_notify(${drainChannel}, ${owner.connectionId})`);
}

/**
 * These values were written into contacts by somebody else than the drain: rows that say otherwise take them over as
 * sent, whatever was still to be sent. Resolves with those rows; who knows what shall be there wants it again. A send
 * that is under way marks an older version, so that it is sent once more.
 */
export async function overtakeWrites(
  tx: Tx,
  connectionId: string,
  written: readonly { readonly crmId: string; readonly property: string; readonly value: string }[],
): Promise<{ readonly crmId: string; readonly property: string }[]> {
  if (written.length === 0) return [];
  return driverOf(tx)<{ crmId: string; property: string }[]>`
    with told as materialized (
      select * from json_to_recordset(${JSON.stringify(written)}::text::json) as told ("crmId" text, property text, value text)
      order by "crmId", property
    ), overtaken as materialized (
      select w.object_id, w.property, told.value from told
      cross join lateral (
        select object_id, property from crm_writes
        where connection_id = ${connectionId} and object_type = 'contact' and object_id = told."crmId"
          and property = told.property and value <> told.value limit 1 for update) w
    )
    update crm_writes w set value = o.value, version = w.version + 1, sent_version = w.version + 1,
      sent_values = (array_prepend(o.value, w.sent_values))[1:5], failures = 0, refused_reason = null
    from overtaken o
    where w.connection_id = ${connectionId} and w.object_type = 'contact'
      and w.object_id = o.object_id and w.property = o.property
    returning w.object_id as "crmId", w.property`;
}

/** The one order in which rows are locked, so that a decision and the drain never wait for each other. */
export const inLockOrder = <Row extends Omit<WantedValue, 'value'>>(rows: readonly Row[]): Row[] =>
  rows.toSorted((a, b) => (rowKey(a) < rowKey(b) ? -1 : 1));

const rowKey = ({ objectType, objectId, property }: Omit<WantedValue, 'value'>) =>
  `${objectType}/${objectId}/${property}`;
