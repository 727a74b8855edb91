import { and, asc, eq, gt, isNull, or, sql } from 'drizzle-orm';
import type { Tx } from '../../client.ts';
import { contactSweeps } from '../../schema/identity.ts';
import { personCrmIds } from '../../schema/people.ts';

export type Sweep = typeof contactSweeps.$inferSelect;

export async function loadSweep(tx: Tx, connectionId: string): Promise<Sweep | null> {
  const [row] = await tx.select().from(contactSweeps).where(eq(contactSweeps.connectionId, connectionId));
  return row ?? null;
}

/** Only onwards: of two that look at the same stretch the later one stores nothing. */
export async function storeSweep(tx: Tx, sweep: Sweep, seen: Sweep | null): Promise<void> {
  await tx
    .insert(contactSweeps)
    .values(sweep)
    .onConflictDoUpdate({
      target: contactSweeps.connectionId,
      set: { startedAt: sweep.startedAt, afterCrmId: sweep.afterCrmId, nextAt: sweep.nextAt },
      setWhere:
        seen === null
          ? sql`false`
          : sql`${eq(contactSweeps.nextAt, seen.nextAt)} and ${sameCursor(seen.afterCrmId)}`,
    });
}

const sameCursor = (afterCrmId: string | null) =>
  afterCrmId === null ? isNull(contactSweeps.afterCrmId) : eq(contactSweeps.afterCrmId, afterCrmId);

/**
 * Contacts that HubSpot should have, after an id as text: live ones, and those that went so lately that they may still
 * be restored.
 */
export async function contactsToSweep(
  tx: Tx,
  connectionId: string,
  { afterCrmId, goneSince, limit }: { afterCrmId: string; goneSince: string; limit: number },
): Promise<string[]> {
  const rows = await tx
    .select({ crmId: personCrmIds.crmId })
    .from(personCrmIds)
    .where(
      and(
        eq(personCrmIds.connectionId, connectionId),
        eq(personCrmIds.objectType, 'contact'),
        isNull(personCrmIds.aliasOf),
        or(isNull(personCrmIds.goneAt), gt(personCrmIds.goneAt, goneSince)),
        gt(personCrmIds.crmId, afterCrmId),
      ),
    )
    .orderBy(asc(personCrmIds.crmId))
    .limit(limit);
  return rows.map(({ crmId }) => crmId);
}
