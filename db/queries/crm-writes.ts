import { sql } from 'drizzle-orm';
import type { Tx } from '../client.ts';
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

/** The one order in which rows are locked, so that a decision and the drain never wait for each other. */
export const inLockOrder = <Row extends Omit<WantedValue, 'value'>>(rows: readonly Row[]): Row[] =>
  rows.toSorted((a, b) => (rowKey(a) < rowKey(b) ? -1 : 1));

const rowKey = ({ objectType, objectId, property }: Omit<WantedValue, 'value'>) =>
  `${objectType}/${objectId}/${property}`;
