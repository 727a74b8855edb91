import type { Tx } from '../db/client.ts';
import { loadReferral, type Referral, updateReferral } from '../db/queries/referrals.ts';
import { enterLedger, moveReward, rewardsOf } from '../db/queries/rewards.ts';
import { isOpen } from '../domain/reward.ts';
import { addMs, DAY_MS } from '../domain/time.ts';
import type { ReferralContext } from './referral-context.ts';

/**
 * A referral is `rewarded` once its last live reward is issued, whoever closed the others; the reversal window runs
 * from the last issue. Asked with the referral locked, after each change of a reward; repeating it changes nothing.
 */
export async function rewardIfIssued(
  tx: Tx,
  { referral, campaign }: Pick<ReferralContext, 'referral' | 'campaign'>,
): Promise<void> {
  const today = await loadReferral(tx, referral.id);
  if (today && (today.status === 'rejected' || today.status === 'reversed')) {
    if (campaign.reversalDays !== null) await takeBack(tx, today);
    return;
  }
  const rewards = await rewardsOf(tx, referral.id);
  if (rewards.some(({ status }) => isOpen(status))) return;
  const lastIssue = rewards
    .flatMap(({ status, issuedAt }) => (status === 'issued' && issuedAt !== null ? [issuedAt] : []))
    .sort()
    .at(-1);
  if (lastIssue === undefined) return;
  const { reversalDays } = campaign;
  const reversibleUntil = reversalDays === null ? null : addMs(lastIssue, reversalDays * DAY_MS);
  await updateReferral(tx, referral.id, { status: 'rewarded', reversibleUntil });
}

/**
 * A referral that was rejected or reversed while the provider was asked: what it has issued is a debt, where the
 * campaign takes back at all.
 */
async function takeBack(tx: Tx, { id, rejectedReason }: Referral): Promise<void> {
  for (const { id: rewardId } of await rewardsOf(tx, id)) {
    const reason = rejectedReason ?? 'left-qualifying-value';
    const clawedBack = await moveReward(tx, rewardId, { from: ['issued'], to: 'clawed_back', reason });
    if (clawedBack) await enterLedger(tx, clawedBack, 'clawed_back');
  }
}
