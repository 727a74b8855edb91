import type { Tx } from '../db/client.ts';
import { updateReferral } from '../db/queries/referrals.ts';
import { rewardsOf } from '../db/queries/rewards.ts';
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
