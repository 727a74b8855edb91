import { v7 as newId } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReferrerEntry } from '../../activities/referrer.ts';
import { nudgeWorkflow, startWorkflow } from '../../worker/temporal.ts';
import { referrerWorkflow } from '../../workflows/contract.ts';
import { eventually } from '../support/time.ts';
import { startWorkflowRun, type WorkflowRun } from '../support/workflow-run.ts';

let run: WorkflowRun;
beforeAll(async () => {
  run = await startWorkflowRun();
});
afterAll(() => run.stop());

function scripted(answers: ReferrerEntry[]) {
  const calls: string[] = [];
  const enterReferrer = async ({ referrerId }: { referrerId: string }): Promise<ReferrerEntry> => {
    calls.push(referrerId);
    return answers.shift() ?? { kind: 'entered' };
  };
  return { calls, activities: { enterReferrer } };
}

const aReferrer = () => referrerWorkflow({ workspaceId: newId(), referrerId: newId(), campaignId: newId() });

describe('referrerEntry', () => {
  test('S69: a referrer who joined enters HubSpot once', async () => {
    const start = aReferrer();
    const { activities, calls } = scripted([]);
    await run.withWorkers(activities, async () => {
      await startWorkflow(run.client, start);
      expect(await run.client.workflow.getHandle(start.workflowId).result()).toEqual({ entered: true });
    });
    expect(calls).toHaveLength(1);
  });

  test('a referrer who joins while HubSpot is disconnected waits for the nudge of the reconnect', async () => {
    const start = aReferrer();
    const { activities, calls } = scripted([{ kind: 'parked', reason: 'not-connected', retryAfterMs: null }]);
    await run.withWorkers(activities, async () => {
      await startWorkflow(run.client, start);
      await eventually('it is parked', async () => calls.length === 1);
      await nudgeWorkflow(run.client, start, { kind: 'connection' });
      await run.client.workflow.getHandle(start.workflowId).result();
    });
    expect(calls).toHaveLength(2);
  });
});
