import { and, eq } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import { referrals } from '../schema/referrals.ts';
import type { Referral } from './referrals.ts';

/** The earlier refusal of the same person in the same campaign: one is enough to see. */
export async function rejectedSelfReferral(
  tx: Tx,
  { campaignId, personId }: { readonly campaignId: string; readonly personId: string },
): Promise<Referral | null> {
  const [row] = await tx
    .select()
    .from(referrals)
    .where(
      and(
        eq(referrals.campaignId, campaignId),
        eq(referrals.personId, personId),
        eq(referrals.status, 'rejected'),
        eq(referrals.rejectedReason, 'self-referral'),
      ),
    )
    .limit(1);
  return row ?? null;
}
