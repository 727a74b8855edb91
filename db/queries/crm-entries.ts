import { and, eq } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import type { Tx } from '../client.ts';
import { crmEntries, deals } from '../schema/referrals.ts';

export type CrmEntry = typeof crmEntries.$inferSelect;

type EntryOwner = { readonly referralId: string } | { readonly referrerId: string };

const ownedBy = (owner: EntryOwner) =>
  'referralId' in owner
    ? eq(crmEntries.referralId, owner.referralId)
    : eq(crmEntries.referrerId, owner.referrerId);

export async function loadEntry(
  tx: Tx,
  owner: EntryOwner,
  objectType: 'contact' | 'deal',
): Promise<CrmEntry | null> {
  const [row] = await tx
    .select()
    .from(crmEntries)
    .where(and(ownedBy(owner), eq(crmEntries.objectType, objectType)));
  return row ?? null;
}

/**
 * Says that a create is about to be sent, before it is. Safe to repeat: the first attempt's instant stays, since a
 * record made by any of our attempts must be recognised as ours.
 */
export async function beginEntry(
  tx: Tx,
  input: { workspaceId: string; connectionId: string; owner: EntryOwner; objectType: 'contact' | 'deal' },
): Promise<CrmEntry> {
  const { owner, ...row } = input;
  await tx
    .insert(crmEntries)
    .values({ id: newId(), ...row, ...owner, attemptedAt: new Date().toISOString() })
    .onConflictDoNothing();
  const entry = await loadEntry(tx, owner, input.objectType);
  if (!entry) throw new Error('An entry that was just begun is not found');
  return entry;
}

/**
 * Records where the create ended. Claims the id as created only when no other entry has (the partial unique index
 * decides); a lost claim is recorded as found.
 */
export async function completeEntry(
  tx: Tx,
  entry: CrmEntry,
  result: {
    readonly crmId: string;
    readonly outcome: 'created' | 'found';
    readonly readModifiedAt: string;
    readonly lifecycleStage?: string | null;
  },
): Promise<'created' | 'found'> {
  if (entry.outcome !== null && entry.crmId === result.crmId) return entry.outcome;
  const enteredAt = new Date().toISOString();
  if (result.outcome === 'created') {
    const claimed = await tx
      .transaction(async (inner) =>
        inner
          .update(crmEntries)
          .set({ ...result, enteredAt })
          .where(eq(crmEntries.id, entry.id))
          .returning({ id: crmEntries.id }),
      )
      .catch((error: unknown) => {
        if (isUniqueViolation(error)) return null;
        throw error;
      });
    if (claimed) return 'created';
  }
  await tx
    .update(crmEntries)
    .set({ ...result, outcome: 'found', enteredAt })
    .where(eq(crmEntries.id, entry.id));
  return 'found';
}

/** PostgreSQL's code for a unique violation, on the error or on the one it wraps. */
export function isUniqueViolation(error: unknown): boolean {
  const code = (value: unknown) => (value as { code?: unknown } | null)?.code;
  return code(error) === '23505' || code((error as { cause?: unknown } | null)?.cause) === '23505';
}

/** Remembers how new the record was at our last committed read: reconcile nudges only for what is newer. */
export async function markRead(tx: Tx, entryId: string, readModifiedAt: string): Promise<void> {
  await tx.update(crmEntries).set({ readModifiedAt }).where(eq(crmEntries.id, entryId));
}

/** An id a deal of this referral has or had; the newest is the live one. */
export async function rememberDealId(
  tx: Tx,
  row: { workspaceId: string; connectionId: string; referralId: string; crmId: string },
): Promise<void> {
  await tx.update(deals).set({ current: false }).where(eq(deals.referralId, row.referralId));
  await tx
    .insert(deals)
    .values({ ...row, current: true, createdAt: new Date().toISOString() })
    .onConflictDoUpdate({ target: [deals.connectionId, deals.crmId], set: { current: true } });
}

export async function dealIdOf(tx: Tx, referralId: string): Promise<string | null> {
  const [row] = await tx
    .select({ crmId: deals.crmId })
    .from(deals)
    .where(and(eq(deals.referralId, referralId), eq(deals.current, true)));
  return row?.crmId ?? null;
}
