import { and, eq, isNull, lte, sql } from 'drizzle-orm';
import type { SystemDatabase, Tx } from '../../client.ts';
import { connections } from '../../schema/connections.ts';
import { crmWrites } from '../../schema/messages.ts';
import { inLockOrder } from '../crm-writes.ts';

export type CrmWrite = typeof crmWrites.$inferSelect;

/** Active connections that have values to send now. */
export async function connectionsToDrain(
  db: SystemDatabase,
): Promise<{ connectionId: string; epoch: number }[]> {
  return db
    .selectDistinct({ connectionId: connections.id, epoch: connections.epoch })
    .from(crmWrites)
    .innerJoin(connections, eq(connections.id, crmWrites.connectionId))
    .where(and(eq(connections.status, 'active'), openWrites));
}

const openWrites = and(
  sql`${crmWrites.sentVersion} < ${crmWrites.version}`,
  isNull(crmWrites.refusedReason),
  lte(crmWrites.nextAttemptAt, sql`now()`),
);

/** One drain per connection over all processes; the lock ends with the transaction, also when the process dies. */
export async function takeDrainLock(tx: Tx, connectionId: string): Promise<boolean> {
  const [row] = await tx.execute<{ taken: boolean }>(
    sql`select pg_try_advisory_xact_lock(hashtextextended(${connectionId}, 2)) as taken`,
  );
  return row?.taken ?? false;
}

/** Wanted values of at most `records` records of one object type, oldest first. */
export async function dueWrites(
  tx: Tx,
  connectionId: string,
  objectType: CrmWrite['objectType'],
  records: number,
): Promise<CrmWrite[]> {
  return tx
    .select()
    .from(crmWrites)
    .where(
      and(
        eq(crmWrites.connectionId, connectionId),
        eq(crmWrites.objectType, objectType),
        openWrites,
        sql`${crmWrites.objectId} in (
          select object_id from crm_writes
          where connection_id = ${connectionId} and object_type = ${objectType}
            and sent_version < version and refused_reason is null and next_attempt_at <= now()
          group by object_id order by min(next_attempt_at) limit ${records})`,
      ),
    );
}

/** These versions are in HubSpot; a newer one that came meanwhile stays open. */
export async function markSent(tx: Tx, writes: readonly CrmWrite[]): Promise<void> {
  for (const write of inLockOrder(writes)) {
    await tx
      .update(crmWrites)
      .set({
        sentVersion: write.version,
        sentValues: [write.value, ...write.sentValues].slice(0, 5),
        failures: 0,
      })
      .where(sameRow(write));
  }
}

/** HubSpot will never take this value as it is; it stays for a person to see until a new value is wanted. */
export async function markRefused(tx: Tx, writes: readonly CrmWrite[], reason: string): Promise<void> {
  for (const write of inLockOrder(writes)) {
    await tx
      .update(crmWrites)
      .set({ refusedReason: reason })
      .where(and(sameRow(write), eq(crmWrites.version, write.version)));
  }
}

const sameRow = (write: CrmWrite) =>
  and(
    eq(crmWrites.connectionId, write.connectionId),
    eq(crmWrites.objectType, write.objectType),
    eq(crmWrites.objectId, write.objectId),
    eq(crmWrites.property, write.property),
  );
