import type { Tx } from '../../db/client.ts';
import { moveCredit } from '../../db/queries/attribution.ts';
import { reflectCredit } from '../../db/queries/credit.ts';
import { forgetFindings } from '../../db/queries/fraud.ts';
import { type Referral, recordEvent } from '../../db/queries/referrals.ts';
import { toPublicId } from '../../domain/id.ts';
import type { SignUpStep } from './sign-up-step.ts';

/**
 * The later referrer takes the credit over, where the campaign has it so: before anything was earned, and not of a
 * referral that a person has called a fraud. Null when it stays. HubSpot is told who the referrer is.
 */
export async function takeOverCredit(
  tx: Tx,
  { campaign, attribution, deps, now: at }: SignUpStep,
  live: Referral,
): Promise<Referral | null> {
  const { referrerId, linkId } = attribution.touch;
  const moved = await moveCredit(tx, live, { referrerId, linkId });
  if (!moved) return null;
  await forgetFindings(tx, live.id);
  await recordEvent(tx, moved, {
    kind: 'credit-moved',
    facts: {
      from: toPublicId('referrer', live.referrerId),
      to: toPublicId('referrer', referrerId),
      via: attribution.via,
    },
    at,
  });
  await reflectCredit(tx, {
    referral: moved,
    formerReferrerId: live.referrerId,
    campaign,
    publicUrl: deps.config.PUBLIC_URL,
  });
  return moved;
}
