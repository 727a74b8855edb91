import type { Tx } from '../../db/client.ts';
import { settleAlreadyQualified } from '../../db/queries/operator-orders.ts';
import { enqueueNudges } from '../../db/queries/outbox.ts';
import { loadReferral, recordEvent } from '../../db/queries/referrals.ts';
import { referralWorkflow } from '../../workflows/contract.ts';
import { notFound, Problem } from '../problem.ts';

/** S68: one click of a person; the lifecycle reads it with its next decision. */
export async function decideAlreadyQualified(
  tx: Tx,
  referralId: string,
  { decision, at }: { readonly decision: 'accept' | 'reject'; readonly at: string },
): Promise<void> {
  const referral = await loadReferral(tx, referralId);
  if (!referral) throw notFound('referral');
  const answer = decision === 'accept' ? 'accepted' : 'rejected';
  if (!(await settleAlreadyQualified(tx, referralId, answer))) {
    throw new Problem(409, 'This referral does not wait for such a decision.');
  }
  await recordEvent(tx, referral, { kind: `already-qualified-${answer}`, facts: {}, at });
  const { workspaceId, campaignId } = referral;
  const address = referralWorkflow({ workspaceId, referralId, campaignId });
  await enqueueNudges(tx, [{ workspaceId, address, nudge: { kind: 'order' } }]);
}
