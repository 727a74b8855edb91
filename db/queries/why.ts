/** What the newest rows say about a referral, for its "why". */
import { and, desc, eq } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import { timelineEvents, verdicts } from '../schema/referrals.ts';
import type { Verdict } from './verdicts.ts';

export async function lastVerdict(tx: Tx, referralId: string): Promise<Verdict | null> {
  const [row] = await tx
    .select()
    .from(verdicts)
    .where(eq(verdicts.referralId, referralId))
    .orderBy(desc(verdicts.decisionSeq))
    .limit(1);
  return row ?? null;
}

/** The property that HubSpot refused when the referral was last parked; null where it named none. */
export async function refusedProperty(tx: Tx, referralId: string): Promise<string | null> {
  const [row] = await tx
    .select({ facts: timelineEvents.facts })
    .from(timelineEvents)
    .where(and(eq(timelineEvents.referralId, referralId), eq(timelineEvents.kind, 'parked')))
    .orderBy(desc(timelineEvents.at), desc(timelineEvents.id))
    .limit(1);
  const property = (row?.facts as { property?: unknown } | undefined)?.property;
  return typeof property === 'string' ? property : null;
}
