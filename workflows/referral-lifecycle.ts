import { continueAsNew, proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { ReferralActivities } from '../activities/referral.ts';
import { describeStanding, dueReward, type Standing } from '../domain/standing.ts';
import { toInstant } from '../domain/time.ts';
import { Alarm } from './alarm.ts';
import { type ReferralInput, taskQueues, timeouts } from './contract.ts';
import { hearNudges } from './nudges.ts';
import { shouldStartAnew } from './start-anew.ts';

const hubspot = (summary: string) =>
  proxyActivities<ReferralActivities>({
    taskQueue: taskQueues.hubspot,
    ...timeouts.hubspotActivity,
    summary,
  });
const { enterCrm } = hubspot('Enter HubSpot');
const { decide } = hubspot('Read HubSpot and decide');
const { issueReward } = hubspot('Issue the reward');

/**
 * One referral from sign-up until it is settled: enter HubSpot → wait → decide → hold → issue → reversal window. The
 * row in PostgreSQL says what has happened; this workflow only follows what the row waits for next. A nudge is a hint
 * without content: whatever arrives while a decision is under way causes one more decision.
 */
export async function referralLifecycle(input: ReferralInput): Promise<{ status: Standing['status'] }> {
  const heard = hearNudges(input.dirty);
  const { workspaceId, referralId } = input;
  const step = () => ({ workspaceId, referralId, asOf: toInstant(Date.now()) });
  const alarm = new Alarm();

  let standing = await enterCrm(step());
  while (!standing.settled) {
    setCurrentDetails(describeStanding(standing));
    if (dueReward(standing, step().asOf) === null) {
      await alarm.wait({
        until: () => heard.dirty,
        at: standing.deadline,
        summary: `Until the next deadline: ${standing.waitingFor}`,
      });
    }
    if (shouldStartAnew(heard.count))
      await continueAsNew<typeof referralLifecycle>({ ...input, dirty: true });
    const rewardId = dueReward(standing, step().asOf);
    if (rewardId !== null && !heard.dirty) {
      const issued = await issueReward({ ...step(), rewardId });
      standing = issued.standing;
      heard.dirty ||= issued.changed;
    } else {
      heard.dirty = false;
      standing = await (standing.entered ? decide(step()) : enterCrm(step()));
    }
  }
  setCurrentDetails(describeStanding(standing));
  return { status: standing.status };
}
