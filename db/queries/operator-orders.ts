import { and, eq, isNull } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import { referrals } from '../schema/referrals.ts';
import { rewards } from '../schema/rewards.ts';
import type { Reward } from './rewards.ts';

/** False when nobody is asked: not pending, answered already, or settled. */
export async function settleAlreadyQualified(
  tx: Tx,
  referralId: string,
  answer: 'accepted' | 'rejected',
): Promise<boolean> {
  const rows = await tx
    .update(referrals)
    .set({ alreadyQualified: answer })
    .where(
      and(
        eq(referrals.id, referralId),
        eq(referrals.alreadyQualified, 'pending'),
        isNull(referrals.settledAt),
      ),
    )
    .returning({ id: referrals.id });
  return rows.length > 0;
}

/** The amount of a reward that waits for one; null when it has one or does not wait. */
export async function nameAmount(
  tx: Tx,
  rewardId: string,
  {
    amountMinor,
    currency,
    to,
  }: { readonly amountMinor: number; readonly currency: string; readonly to: 'held' | 'approved' },
): Promise<Reward | null> {
  const [row] = await tx
    .update(rewards)
    .set({ amountMinor, currency, status: to, reason: null })
    .where(and(eq(rewards.id, rewardId), eq(rewards.status, 'needs_review'), isNull(rewards.amountMinor)))
    .returning();
  return row ?? null;
}
