import type { Tx } from '../db/client.ts';
import { reverseInForce } from '../db/queries/identity/ended-referrals.ts';
import {
  lockReferral,
  type Referral,
  recordEvent,
  settleIfOver,
  updateReferral,
} from '../db/queries/referrals.ts';
import { enterLedger, moveReward } from '../db/queries/rewards.ts';
import { invariant } from '../domain/invariant.ts';
import type { EndedByMerge } from '../domain/merge.ts';

/**
 * Ends a referral because of a merge, rewards and ledger included. Every move is a compare-and-set on the reward: what
 * an attempt to issue has claimed meanwhile is on its way, and is looked at again with its receipt (`rewarded.ts`).
 */
export async function endReferral(tx: Tx, end: EndedByMerge, at: string): Promise<Referral> {
  const { referralId, reason, becomes } = end;
  const referral = await lockReferral(tx, referralId);
  invariant(referral, 'a referral that a merge ends exists');
  for (const id of end.voided) {
    const from = ['pending', 'held', 'approved', 'needs_review'] as const;
    const voided = await moveReward(tx, id, { from, to: 'voided', reason });
    if (voided) await enterLedger(tx, voided, 'voided');
  }
  for (const id of end.clawedBack) {
    const clawedBack = await moveReward(tx, id, { from: ['issued'], to: 'clawed_back', reason });
    if (clawedBack) await enterLedger(tx, clawedBack, 'clawed_back');
  }
  if (becomes === 'rewarded') {
    if (referral.status !== becomes) await updateReferral(tx, referralId, { status: becomes });
    await recordEvent(tx, referral, { kind: 'kept-after-merge', facts: { reason }, at });
  } else {
    await reverseInForce(tx, referralId, at);
    await updateReferral(tx, referralId, { status: becomes, rejectedReason: reason });
    await recordEvent(tx, referral, { kind: becomes, facts: { reason }, at });
  }
  await settleIfOver(tx, referralId, at);
  return referral;
}
