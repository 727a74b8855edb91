import { desc, eq } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import { verdicts } from '../schema/referrals.ts';

export type Verdict = typeof verdicts.$inferSelect;

/** One per decision number: the unique index refuses a second one. */
export async function insertVerdict(tx: Tx, row: typeof verdicts.$inferInsert): Promise<void> {
  await tx.insert(verdicts).values(row);
}

/** Newest first. */
export async function verdictsOf(tx: Tx, referralId: string): Promise<Verdict[]> {
  return tx
    .select()
    .from(verdicts)
    .where(eq(verdicts.referralId, referralId))
    .orderBy(desc(verdicts.decisionSeq));
}
