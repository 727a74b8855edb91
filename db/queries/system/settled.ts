import { eq } from 'drizzle-orm';
import type { SystemDatabase } from '../../client.ts';
import { referrals } from '../../schema/referrals.ts';

/** Whether the row behind a workflow that ended is finished as well; only referrals end for good. */
export async function isSettled(
  db: SystemDatabase,
  start: { readonly workflowType: string; readonly input: { readonly args: unknown } },
): Promise<boolean> {
  if (start.workflowType !== 'referralLifecycle') return true;
  const { referralId } = start.input.args as { referralId: string };
  const [row] = await db
    .select({ settledAt: referrals.settledAt })
    .from(referrals)
    .where(eq(referrals.id, referralId));
  return row === undefined || row.settledAt !== null;
}
