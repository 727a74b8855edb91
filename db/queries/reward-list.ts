import { and, asc, desc, eq, lt } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import { ledgerEntries, rewards } from '../schema/rewards.ts';
import type { Reward } from './rewards.ts';

export interface RewardFilter {
  readonly campaignId?: string | undefined;
  readonly referralId?: string | undefined;
  readonly status?: Reward['status'] | undefined;
  /** Only ids below this one. */
  readonly afterId?: string | undefined;
}

/** By id, downwards: the ids are hashes, so the order means nothing but holds still while one pages. */
export async function listRewards(tx: Tx, filter: RewardFilter, limit: number): Promise<Reward[]> {
  return tx
    .select()
    .from(rewards)
    .where(
      and(
        filter.campaignId ? eq(rewards.campaignId, filter.campaignId) : undefined,
        filter.referralId ? eq(rewards.referralId, filter.referralId) : undefined,
        filter.status ? eq(rewards.status, filter.status) : undefined,
        filter.afterId ? lt(rewards.id, filter.afterId) : undefined,
      ),
    )
    .orderBy(desc(rewards.id))
    .limit(limit);
}

/** What was entered for a reward, in order; the sum is what is owed. */
export async function ledgerOf(tx: Tx, rewardId: string) {
  return tx
    .select()
    .from(ledgerEntries)
    .where(eq(ledgerEntries.rewardId, rewardId))
    .orderBy(asc(ledgerEntries.at), asc(ledgerEntries.id));
}
