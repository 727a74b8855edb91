import { desc, eq, lt } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import { people } from '../schema/people.ts';
import { referrals, timelineEvents } from '../schema/referrals.ts';

/** What happened to all referrals of the workspace, newest first. */
export async function listActivity(
  tx: Tx,
  { beforeId, limit }: { readonly beforeId: string | undefined; readonly limit: number },
) {
  return tx
    .select({ event: timelineEvents, campaignId: referrals.campaignId, person: people })
    .from(timelineEvents)
    .innerJoin(referrals, eq(referrals.id, timelineEvents.referralId))
    .innerJoin(people, eq(people.id, referrals.personId))
    .where(beforeId ? lt(timelineEvents.id, beforeId) : undefined)
    .orderBy(desc(timelineEvents.id))
    .limit(limit);
}
