import { and, eq, inArray, sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import { type LedgerKind, ledgerAmount } from '../../domain/reward.ts';
import type { Tx } from '../client.ts';
import { ledgerEntries, manualOrders, qualifications, rewards } from '../schema/rewards.ts';

export type Reward = typeof rewards.$inferSelect;
export type Qualification = typeof qualifications.$inferSelect;

export async function insertQualification(tx: Tx, row: typeof qualifications.$inferInsert): Promise<void> {
  await tx.insert(qualifications).values(row);
}

/** The qualification in force, or the last reversed one: what a further occurrence must come after. */
export async function lastQualification(tx: Tx, referralId: string): Promise<Qualification | null> {
  const [row] = await tx
    .select()
    .from(qualifications)
    .where(eq(qualifications.referralId, referralId))
    .orderBy(sql`${qualifications.occurrence} desc`)
    .limit(1);
  return row ?? null;
}

export async function reverseQualification(
  tx: Tx,
  qualificationId: string,
  reversedAt: string,
): Promise<void> {
  await tx.update(qualifications).set({ reversedAt }).where(eq(qualifications.id, qualificationId));
}

/** The reward and its `accrued` entry; a reward whose amount a person must settle accrues when it is settled. */
export async function insertReward(tx: Tx, row: typeof rewards.$inferInsert): Promise<void> {
  await tx.insert(rewards).values(row);
  if (row.amountMinor != null && row.currency != null) {
    await enterLedger(
      tx,
      { id: row.id, workspaceId: row.workspaceId, amountMinor: row.amountMinor, currency: row.currency },
      'accrued',
    );
  }
}

export async function rewardsOf(tx: Tx, referralId: string): Promise<Reward[]> {
  return tx
    .select()
    .from(rewards)
    .where(eq(rewards.referralId, referralId))
    .orderBy(rewards.createdAt, rewards.id);
}

export async function loadReward(tx: Tx, rewardId: string): Promise<Reward | null> {
  const [row] = await tx.select().from(rewards).where(eq(rewards.id, rewardId));
  return row ?? null;
}

/**
 * Compare-and-set along the reward's state table: whoever comes second finds another status and gets false. Issue,
 * void, claw-back and erasure all go through here.
 */
export async function moveReward(
  tx: Tx,
  rewardId: string,
  move: { readonly from: readonly Reward['status'][]; readonly to: Reward['status'] } & Partial<
    Pick<Reward, 'reason' | 'amountMinor' | 'currency' | 'firstAttemptAt' | 'issuedAt' | 'providerReference'>
  >,
): Promise<Reward | null> {
  const { from, to, ...changes } = move;
  const [row] = await tx
    .update(rewards)
    .set({ status: to, ...changes })
    .where(and(eq(rewards.id, rewardId), inArray(rewards.status, [...from])))
    .returning();
  return row ?? null;
}

/** One entry per reward and kind, whatever is repeated; a reward without an amount has nothing to enter. */
export async function enterLedger(
  tx: Tx,
  reward: {
    readonly id: string;
    readonly workspaceId: string;
    readonly amountMinor: number | null;
    readonly currency: string | null;
  },
  kind: LedgerKind,
): Promise<void> {
  if (reward.amountMinor === null || reward.currency === null) return;
  await tx
    .insert(ledgerEntries)
    .values({
      id: newId(),
      workspaceId: reward.workspaceId,
      rewardId: reward.id,
      kind,
      amountMinor: ledgerAmount(kind, reward.amountMinor),
      currency: reward.currency,
      at: new Date().toISOString(),
    })
    .onConflictDoNothing();
}

/** The `manual` provider's own log: a repeated order is the first one. */
export async function placeManualOrder(
  tx: Tx,
  order: {
    rewardId: string;
    workspaceId: string;
    payeePersonId: string;
    amountMinor: number;
    currency: string;
  },
): Promise<{ reference: string }> {
  await tx
    .insert(manualOrders)
    .values({ id: newId(), ...order, createdAt: new Date().toISOString() })
    .onConflictDoNothing({ target: manualOrders.rewardId });
  const placed = await findManualOrder(tx, order.rewardId);
  if (!placed) throw new Error('A manual order that was just placed is not found');
  return placed;
}

export async function findManualOrder(tx: Tx, rewardId: string): Promise<{ reference: string } | null> {
  const [row] = await tx
    .select({ reference: manualOrders.id })
    .from(manualOrders)
    .where(eq(manualOrders.rewardId, rewardId));
  return row ?? null;
}
