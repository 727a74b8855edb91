import type { Tx } from '../../db/client.ts';
import {
  blame,
  decideFinding,
  type FraudFinding,
  fraudStand,
  giveBack,
  loadFinding,
  type ShownFinding,
} from '../../db/queries/fraud.ts';
import { enqueueNudges } from '../../db/queries/outbox.ts';
import { lockReferral, type Referral, recordEvent } from '../../db/queries/referrals.ts';
import { enterLedger, moveReward, rewardsOf } from '../../db/queries/rewards.ts';
import { fraudReason } from '../../domain/fraud.ts';
import { toPublicId } from '../../domain/id.ts';
import { invariant } from '../../domain/invariant.ts';
import { referralWorkflow } from '../../workflows/contract.ts';
import { notFound, Problem } from '../problem.ts';

interface Order {
  readonly findingId: string;
  readonly note: string;
  readonly decidedBy: string;
  readonly at: string;
}

/**
 * P7: what was found is no fraud. With the last open finding that holds, the rewards go back to what they would be, and
 * the lifecycle looks at them again, at HubSpot's answer of that moment.
 */
export const releaseFinding = (tx: Tx, order: Order): Promise<ShownFinding> =>
  decide(tx, order, 'released', async (referral) => {
    const { held, rejected } = await fraudStand(tx, referral.id);
    if (rejected !== null) return false;
    if (held !== null) {
      await blame(tx, referral.id, held);
      return false;
    }
    const returned = await giveBack(tx, referral.id);
    for (const { id: rewardId, status } of returned) {
      await recordEvent(tx, referral, {
        kind: 'reward-given-back',
        facts: { rewardId, status },
        at: order.at,
      });
    }
    return returned.length > 0;
  });

/**
 * P7: it is one. Whatever of the referral was not ordered yet is voided; what was ordered stays, and taking it back is
 * the operator's.
 */
export const rejectFinding = (tx: Tx, order: Order): Promise<ShownFinding> =>
  decide(tx, order, 'rejected', async (referral, { rule }) => {
    const reason = fraudReason(rule);
    const from = ['pending', 'held', 'approved', 'needs_review'] as const;
    let voided = false;
    for (const { id: rewardId, firstAttemptAt } of await rewardsOf(tx, referral.id)) {
      // An attempt whose outcome is unknown may have ordered it.
      if (firstAttemptAt !== null) continue;
      const reward = await moveReward(tx, rewardId, { from, to: 'voided', reason });
      if (!reward) continue;
      await enterLedger(tx, reward, 'voided');
      await recordEvent(tx, referral, { kind: 'reward-voided', facts: { rewardId, reason }, at: order.at });
      voided = true;
    }
    return voided;
  });

/**
 * The referral is locked before its finding and its rewards, as decisions and issues lock it: whoever comes second sees
 * what the first one did.
 */
async function decide(
  tx: Tx,
  { findingId, note, decidedBy, at }: Order,
  state: 'released' | 'rejected',
  settle: (referral: Referral, finding: FraudFinding) => Promise<boolean>,
): Promise<ShownFinding> {
  const known = await loadFinding(tx, findingId);
  const referral = known && (await lockReferral(tx, known.finding.referralId));
  if (!referral) throw notFound('fraud finding');
  const finding = await decideFinding(tx, findingId, { state, note, decidedBy, decidedAt: at });
  if (!finding) throw await alreadyDecided(tx, findingId);
  const { rule } = finding;
  const facts = { findingId: toPublicId('fraudFinding', findingId), rule, note };
  await recordEvent(tx, referral, { kind: `fraud-${state}`, facts, at });
  if (await settle(referral, finding)) {
    const { workspaceId, campaignId, id: referralId } = referral;
    const address = referralWorkflow({ workspaceId, campaignId, referralId });
    await enqueueNudges(tx, [{ workspaceId, address, nudge: { kind: 'order' } }]);
  }
  const decided = await loadFinding(tx, findingId);
  invariant(decided, 'a finding that was just decided is there');
  return decided;
}

/** A finding is gone when somebody else took the credit over meanwhile. */
async function alreadyDecided(tx: Tx, findingId: string): Promise<Problem> {
  const now = await loadFinding(tx, findingId);
  return now
    ? new Problem(409, `This finding was ${now.finding.state} already; that cannot be changed any more.`)
    : notFound('fraud finding');
}
