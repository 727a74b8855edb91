import type { Tx } from '../../db/client.ts';
import { nameAmount } from '../../db/queries/operator-orders.ts';
import { enqueueNudges } from '../../db/queries/outbox.ts';
import { recordEvent } from '../../db/queries/referrals.ts';
import { enterLedger, loadReward, moveReward, type Reward } from '../../db/queries/rewards.ts';
import { isAfter } from '../../domain/time.ts';
import { referralWorkflow } from '../../workflows/contract.ts';
import { notFound, Problem } from '../problem.ts';

/** Orders of a person about one reward: each is a row, a line in the referral's story, and a nudge, all or nothing. */
interface Order {
  readonly rewardId: string;
  readonly at: string;
}

/** P4: a hold that is still running is kept; the reward is issued when it ends. */
export const approveReward = (tx: Tx, order: Order): Promise<Reward> =>
  carryOut(tx, order, 'reward-approved', (reward) =>
    moveReward(tx, reward.id, { from: ['pending', 'held'], to: 'approved' }),
  );

/** Before it is ordered at the provider; afterwards it is a debt, which only the reversal window makes. */
export const voidReward = (tx: Tx, order: Order & { readonly reason: string }): Promise<Reward> =>
  carryOut(tx, order, 'reward-voided', async (reward) => {
    const from = ['pending', 'held', 'approved', 'needs_review'] as const;
    const voided = await moveReward(tx, reward.id, { from, to: 'voided', reason: order.reason });
    if (voided) await enterLedger(tx, voided, 'voided');
    return voided;
  });

/** S84: a sale value that made no amount is named by a person; from then on it is an ordinary reward. */
export const settleReward = (
  tx: Tx,
  order: Order & { readonly amountMinor: number; readonly currency: string },
): Promise<Reward> =>
  carryOut(tx, order, 'reward-settled', async (reward) => {
    const held = reward.holdUntil !== null && isAfter(reward.holdUntil, order.at);
    const { amountMinor, currency } = order;
    const named = await nameAmount(tx, reward.id, { amountMinor, currency, to: held ? 'held' : 'approved' });
    if (named) await enterLedger(tx, named, 'accrued');
    return named;
  });

async function carryOut(
  tx: Tx,
  { rewardId, at }: Order,
  kind: string,
  change: (reward: Reward) => Promise<Reward | null>,
): Promise<Reward> {
  const reward = await loadReward(tx, rewardId);
  if (!reward) throw notFound('reward');
  const changed = await change(reward);
  if (!changed)
    throw new Problem(
      409,
      `This reward is ${reward.status.replace('_', ' ')}; that cannot be done with it any more.`,
    );
  const { workspaceId, campaignId, referralId, amountMinor, currency, reason } = changed;
  await recordEvent(
    tx,
    { id: referralId, workspaceId },
    { kind, facts: { rewardId, amountMinor, currency, reason }, at },
  );
  const address = referralWorkflow({ workspaceId, campaignId, referralId });
  await enqueueNudges(tx, [{ workspaceId, address, nudge: { kind: 'order' } }]);
  return changed;
}
