import type { WorkspaceDatabase } from '../db/client.ts';
import { loadReferralContext, type ReferralContext } from '../db/queries/referral-context.ts';
import { invariant } from '../domain/invariant.ts';

export type { ReferralContext } from '../db/queries/referral-context.ts';

export interface ReferralStep {
  readonly workspaceId: string;
  readonly referralId: string;
  /** The workflow's now: activities compare dates with this, never with their own clock. */
  readonly asOf: string;
}

export const readReferral = (
  db: WorkspaceDatabase,
  { workspaceId, referralId }: ReferralStep,
): Promise<ReferralContext> =>
  db.inWorkspace(workspaceId, async (tx) => {
    const context = await loadReferralContext(tx, referralId);
    invariant(context, 'the referral exists');
    return context;
  });
