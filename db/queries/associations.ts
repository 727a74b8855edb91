/** Which referrals are linked in HubSpot with their referrer by our label. */
import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import { crmEntries, referrals } from '../schema/referrals.ts';
import type { Referral } from './referrals.ts';

/** More open referrals of one referrer than this are linked with their next look. */
const mostAtOnce = 1_000;

/** `contactId` is the referrer's contact; repeating it changes nothing. */
export async function markAssociated(
  tx: Tx,
  { entryId, contactId }: { readonly entryId: string; readonly contactId: string },
): Promise<void> {
  await tx.update(crmEntries).set({ associatedWith: contactId }).where(eq(crmEntries.id, entryId));
}

/** Unsettled referrals of a referrer that were never linked, whether or not they are in HubSpot by now. */
export async function unassociatedReferrals(
  tx: Tx,
  referrerId: string,
): Promise<Pick<Referral, 'id' | 'campaignId' | 'workspaceId'>[]> {
  return tx
    .select({ id: referrals.id, campaignId: referrals.campaignId, workspaceId: referrals.workspaceId })
    .from(referrals)
    .where(
      and(
        eq(referrals.referrerId, referrerId),
        isNull(referrals.settledAt),
        sql`not exists (select from crm_entries e where e.referral_id = ${referrals.id} and e.associated_with is not null)`,
      ),
    )
    .limit(mostAtOnce);
}
