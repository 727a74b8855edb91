import type { Tx } from '../../db/client.ts';
import { recordRejection } from '../../db/queries/attribution.ts';
import { insertReferral, type Referral, recordEvent } from '../../db/queries/referrals.ts';
import { rejectedSelfReferral } from '../../db/queries/self-referrals.ts';
import { toPublicId } from '../../domain/id.ts';
import { rejectionOf } from './attribute-sign-up.ts';
import { lookForFraud, referralRow, type SignUpStep } from './sign-up-step.ts';
import { takeOverCredit } from './take-over-credit.ts';

/** The person is the referrer. Stored as rejected once, however often it is tried; each try is a rejection of its own. */
export async function referThemselves(
  tx: Tx,
  step: SignUpStep,
): Promise<{ readonly kind: 'self-referral'; readonly referral: Referral }> {
  const { campaign, attribution, person, via, now } = step;
  const known = await rejectedSelfReferral(tx, { campaignId: campaign.id, personId: person.id });
  const referral = known ?? (await storeSelfReferral(tx, step));
  await recordRejection(tx, {
    ...rejectionOf(campaign, { via, now }, attribution.touch),
    reason: attribution.via === 'code' ? 'own-code' : 'self-referral',
    personId: person.id,
    referralId: referral.id,
  });
  return { kind: 'self-referral', referral };
}

async function storeSelfReferral(tx: Tx, step: SignUpStep): Promise<Referral> {
  const at = step.now;
  const rejected = { status: 'rejected', rejectedReason: 'self-referral', settledAt: at } as const;
  const { referral } = await insertReferral(tx, { ...referralRow(step), ...rejected });
  const referrerId = toPublicId('referrer', referral.referrerId);
  await recordEvent(tx, referral, { kind: 'signed-up', facts: { referrerId }, at });
  await recordEvent(tx, referral, { kind: 'rejected', facts: { reason: 'self-referral' }, at });
  return referral;
}

/**
 * The person has a live referral. A second form of the same referrer's link is the same sign-up; through another one it
 * is a lost credit, or a moved one where the campaign has it so.
 */
export async function referAgain(
  tx: Tx,
  step: SignUpStep,
  live: Referral,
): Promise<{ readonly kind: 'already-referred' | 'credit-moved'; readonly referral: Referral }> {
  const { campaign, attribution, person, via, now } = step;
  if (live.referrerId === attribution.touch.referrerId) return { kind: 'already-referred', referral: live };
  if (campaign.creditKept === 'last-referrer') {
    const moved = await takeOverCredit(tx, step, live);
    if (moved) {
      await lookForFraud(tx, step, moved);
      return { kind: 'credit-moved', referral: moved };
    }
  }
  await recordRejection(tx, {
    ...rejectionOf(campaign, { via, now }, attribution.touch),
    reason: 'already-referred',
    personId: person.id,
    referralId: live.id,
  });
  return { kind: 'already-referred', referral: live };
}
