import { v7 as newId } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Standing } from '../../domain/standing.ts';
import { DAY_MS, toInstant } from '../../domain/time.ts';
import { nudgeWorkflow, startWorkflow } from '../../worker/temporal.ts';
import { referralWorkflow } from '../../workflows/contract.ts';
import { eventually, fastForward } from '../support/time.ts';
import { countActions, startWorkflowRun, type WorkflowRun } from '../support/workflow-run.ts';

let run: WorkflowRun;
beforeAll(async () => {
  run = await startWorkflowRun();
});
afterAll(() => run.stop());

const aStanding = (changes: Partial<Standing> = {}): Standing => ({
  settled: false,
  status: 'registered',
  entered: true,
  parked: null,
  dueRewardIds: [],
  issuable: [],
  deadline: null,
  waitingFor: 'qualification',
  ...changes,
});

const settled = aStanding({ settled: true, status: 'rewarded', waitingFor: 'nothing' });

/** Activities that answer from a script and remember the order in which they were called. */
function scripted(script: {
  enterCrm?: Standing[];
  decide?: Standing[];
  issueReward?: { standing: Standing; changed: boolean }[];
}) {
  const calls: { name: string; asOf: string }[] = [];
  const next =
    <T>(name: string, answers: T[] | undefined) =>
    async (step: { asOf: string }) => {
      calls.push({ name, asOf: step.asOf });
      const answer = answers?.shift();
      if (answer === undefined) throw new Error(`${name} was not expected`);
      return answer;
    };
  return {
    calls,
    activities: {
      enterCrm: next('enterCrm', script.enterCrm),
      decide: next('decide', script.decide),
      issueReward: next('issueReward', script.issueReward),
    },
  };
}

const aReferral = () => referralWorkflow({ workspaceId: newId(), referralId: newId(), campaignId: newId() });

describe('referralLifecycle', () => {
  test('S1: one nudge that qualifies leads to one issue; five actions and at most 32 events', async () => {
    const due = aStanding({
      status: 'qualified',
      waitingFor: 'issue',
      issuable: [{ id: 'reward-1', from: null }],
    });
    const { activities, calls } = scripted({
      enterCrm: [aStanding()],
      decide: [due],
      issueReward: [{ standing: settled, changed: false }],
    });
    const start = aReferral();
    await run.withWorkers(activities, async () => {
      await startWorkflow(run.client, start);
      await eventually('the referral is in HubSpot', async () => calls.length === 1);
      await nudgeWorkflow(run.client, start, { kind: 'crm' });
      const result = await run.client.workflow.getHandle(start.workflowId).result();
      expect(result).toEqual({ status: 'rewarded' });
    });
    expect(calls.map(({ name }) => name)).toEqual(['enterCrm', 'decide', 'issueReward']);
    const { actions, events } = await countActions(run.client, start.workflowId);
    expect(actions).toBe(5);
    expect(events).toBeLessThanOrEqual(32);
  });

  test('P3: a hold of thirty days passes on the real server, and the reward is then issued without another decision', async () => {
    const start = aReferral();
    const holdUntil = toInstant(Date.now() + 30 * DAY_MS);
    const held = aStanding({
      status: 'qualified',
      waitingFor: 'hold',
      issuable: [{ id: 'reward-1', from: holdUntil }],
      deadline: holdUntil,
    });
    const { activities, calls } = scripted({
      enterCrm: [held],
      issueReward: [{ standing: settled, changed: false }],
    });
    await run.withWorkers(activities, async () => {
      await startWorkflow(run.client, start);
      await eventually('the hold has begun', async () => calls.length === 1);
      await fastForward(run.client, start.workflowId, 29 * DAY_MS);
      expect(calls).toHaveLength(1);
      await fastForward(run.client, start.workflowId, 2 * DAY_MS);
      await run.client.workflow.getHandle(start.workflowId).result();
    });
    expect(calls.map(({ name }) => name)).toEqual(['enterCrm', 'issueReward']);
    expect(Date.parse(calls[1]?.asOf ?? '')).toBeGreaterThanOrEqual(Date.parse(holdUntil));
  });

  test('a nudge that arrives during a decision causes one more decision', async () => {
    const start = aReferral();
    const { activities, calls } = scripted({ enterCrm: [aStanding()], decide: [aStanding(), settled] });
    const gate = Promise.withResolvers<void>();
    const decide = async (step: { asOf: string }) => {
      const standing = await activities.decide(step);
      if (calls.length === 2) await gate.promise;
      return standing;
    };
    await run.withWorkers({ ...activities, decide }, async () => {
      await startWorkflow(run.client, start);
      await nudgeWorkflow(run.client, start, { kind: 'crm' });
      await eventually('the first decision is under way', async () => calls.length === 2);
      await nudgeWorkflow(run.client, start, { kind: 'crm' });
      gate.resolve();
      await run.client.workflow.getHandle(start.workflowId).result();
    });
    expect(calls.map(({ name }) => name)).toEqual(['enterCrm', 'decide', 'decide']);
  });

  test('a changed answer found while issuing goes back to a decision', async () => {
    const due = aStanding({
      status: 'qualified',
      waitingFor: 'hold',
      issuable: [{ id: 'reward-1', from: null }],
    });
    const start = aReferral();
    const { activities, calls } = scripted({
      enterCrm: [due],
      issueReward: [{ standing: due, changed: true }],
      decide: [settled],
    });
    await run.withWorkers(activities, async () => {
      await startWorkflow(run.client, start);
      await run.client.workflow.getHandle(start.workflowId).result();
    });
    expect(calls.map(({ name }) => name)).toEqual(['enterCrm', 'issueReward', 'decide']);
  });

  test('a parked referral enters HubSpot again when it is nudged', async () => {
    const parked = aStanding({ entered: false, parked: 'not-connected', waitingFor: 'operator' });
    const start = aReferral();
    const { activities, calls } = scripted({ enterCrm: [parked, settled] });
    await run.withWorkers(activities, async () => {
      await startWorkflow(run.client, start);
      await eventually('it is parked', async () => calls.length === 1);
      await nudgeWorkflow(run.client, start, { kind: 'connection' });
      await run.client.workflow.getHandle(start.workflowId).result();
    });
    expect(calls.map(({ name }) => name)).toEqual(['enterCrm', 'enterCrm']);
  });

  test('a referral that ended is never started again by a late nudge', async () => {
    const start = aReferral();
    const { activities } = scripted({ enterCrm: [settled] });
    await run.withWorkers(activities, async () => {
      await startWorkflow(run.client, start);
      await run.client.workflow.getHandle(start.workflowId).result();
      expect(await nudgeWorkflow(run.client, start, { kind: 'crm' })).toBe('closed');
    });
  });
});
