import { condition, proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { ReferrerActivities } from '../activities/referrer.ts';
import { type ReferrerInput, taskQueues, timeouts } from './contract.ts';
import { hearNudges } from './nudges.ts';

const { enterReferrer } = proxyActivities<ReferrerActivities>({
  taskQueue: taskQueues.hubspot,
  ...timeouts.hubspotActivity,
  summary: 'Enter the referrer into HubSpot and write the link back',
});

/** Person Referring: create the contact if it is new, write the referral link back; seconds, unless HubSpot is away. */
export async function referrerEntry({
  workspaceId,
  referrerId,
}: ReferrerInput): Promise<{ entered: boolean }> {
  const heard = hearNudges();
  for (;;) {
    heard.dirty = false;
    const entry = await enterReferrer({ workspaceId, referrerId });
    if (entry.kind === 'entered') return { entered: true };
    if (entry.kind === 'nothing-to-do') return { entered: false };
    setCurrentDetails(`Waiting: ${entry.reason}. A nudge or the next try moves it.`);
    await (entry.retryAfterMs === null
      ? condition(() => heard.dirty)
      : condition(() => heard.dirty, entry.retryAfterMs));
  }
}
