import { and, eq, sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import type { Tx } from '../client.ts';
import { certificates, reconcileCursors } from '../schema/connections.ts';

interface CursorKey {
  readonly connectionId: string;
  readonly objectType: 'contact' | 'deal';
  readonly pass: 'fast' | 'trailing';
}

/** Up to where this pass has read; null before its first window. */
export async function loadCursor(
  tx: Tx,
  { connectionId, objectType, pass }: CursorKey,
): Promise<string | null> {
  const [row] = await tx
    .select({ readUntil: reconcileCursors.readUntil })
    .from(reconcileCursors)
    .where(
      and(
        eq(reconcileCursors.connectionId, connectionId),
        eq(reconcileCursors.objectType, objectType),
        eq(reconcileCursors.pass, pass),
      ),
    );
  return row?.readUntil ?? null;
}

/** A cursor never goes back. */
export async function storeCursor(
  tx: Tx,
  row: CursorKey & { workspaceId: string; readUntil: string },
): Promise<void> {
  await tx
    .insert(reconcileCursors)
    .values(row)
    .onConflictDoUpdate({
      target: [reconcileCursors.connectionId, reconcileCursors.objectType, reconcileCursors.pass],
      set: { readUntil: sql`greatest(${reconcileCursors.readUntil}, excluded.read_until)` },
    });
}

export async function storeCertificate(
  tx: Tx,
  row: Omit<typeof certificates.$inferInsert, 'id' | 'createdAt'>,
): Promise<void> {
  await tx.insert(certificates).values({ id: newId(), ...row, createdAt: new Date().toISOString() });
}

export interface Holder {
  readonly referralId: string;
  readonly campaignId: string;
  readonly crmId: string;
  /** The record's modified instant at our last committed read of it for this referral. */
  readonly readModifiedAt: string | null;
}

/** Unsettled referrals that hold any of these records. */
export async function referralsHolding(
  tx: Tx,
  connectionId: string,
  objectType: 'contact' | 'deal',
  crmIds: readonly string[],
): Promise<Holder[]> {
  if (crmIds.length === 0) return [];
  const ids = sql.join(
    crmIds.map((id) => sql`${id}`),
    sql`, `,
  );
  const rows = await tx.execute<{
    referral_id: string;
    campaign_id: string;
    crm_id: string;
    read_modified_at: string | null;
  }>(sql`
    with held as (
      select f.id, f.campaign_id, p.crm_id from person_crm_ids p
      join referrals f on f.person_id = p.person_id
      where ${objectType} = 'contact' and p.connection_id = ${connectionId} and p.object_type = 'contact' and p.crm_id in (${ids}) and f.settled_at is null
      union
      select f.id, f.campaign_id, d.crm_id from deals d join referrals f on f.id = d.referral_id
      where ${objectType} = 'deal' and d.connection_id = ${connectionId} and d.crm_id in (${ids}) and f.settled_at is null
    )
    select h.id as referral_id, h.campaign_id, h.crm_id, max(e.read_modified_at) as read_modified_at
    from held h left join crm_entries e on e.referral_id = h.id and e.object_type = ${objectType}
    group by h.id, h.campaign_id, h.crm_id`);
  return rows.map((row) => ({
    referralId: row.referral_id,
    campaignId: row.campaign_id,
    crmId: row.crm_id,
    readModifiedAt: row.read_modified_at,
  }));
}
