import { v7 as newId } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SliceOutcome } from '../../activities/contact-sync.ts';
import { nudgeWorkflow, startWorkflow } from '../../worker/temporal.ts';
import { contactSyncWorkflow } from '../../workflows/contract.ts';
import { eventually } from '../support/time.ts';
import { countActions, startWorkflowRun, type WorkflowRun } from '../support/workflow-run.ts';

let run: WorkflowRun;
beforeAll(async () => {
  run = await startWorkflowRun();
});
afterAll(() => run.stop());

const aSync = () =>
  contactSyncWorkflow({
    workspaceId: newId(),
    campaignId: newId(),
    syncRunId: newId(),
    connectionId: newId(),
  });

/** Slices that answer from a script; `next` is what `nextSyncRun` finds, once. */
function scripted(slices: SliceOutcome[], next: string[] = []) {
  const calls: string[] = [];
  return {
    calls,
    activities: {
      syncSlice: async ({ syncRunId }: { syncRunId: string }): Promise<SliceOutcome> => {
        calls.push(syncRunId);
        return slices.shift() ?? { kind: 'finished', state: 'completed', seen: 50_000 };
      },
      nextSyncRun: async () => {
        const syncRunId = next.shift();
        return syncRunId ? { syncRunId } : null;
      },
    },
  };
}

describe('contactSync', () => {
  test('S40: slices follow one another until the scope is read, at one action each', async () => {
    const start = aSync();
    const { activities, calls } = scripted([
      { kind: 'more', seen: 20_000 },
      { kind: 'more', seen: 40_000 },
    ]);
    await run.withWorkers(activities, async () => {
      await startWorkflow(run.client, start);
      expect(await run.client.workflow.getHandle(start.workflowId).result()).toEqual({
        syncRunId: start.input.args.syncRunId,
        state: 'completed',
        contactsSeen: 50_000,
      });
    });
    expect(calls).toHaveLength(3);
    expect((await countActions(run.client, start.workflowId)).actions).toBe(5);
  });

  test('a paused run goes on when it is nudged', async () => {
    const start = aSync();
    const { activities, calls } = scripted([{ kind: 'paused' }]);
    await run.withWorkers(activities, async () => {
      await startWorkflow(run.client, start);
      await eventually('the run is paused', async () => calls.length === 1);
      await nudgeWorkflow(run.client, start, { kind: 'order' });
      await run.client.workflow.getHandle(start.workflowId).result();
    });
    expect(calls).toHaveLength(2);
  });

  test('a run that was asked for while the last one closed is taken over', async () => {
    const start = aSync();
    const second = newId();
    const { activities, calls } = scripted([], [second]);
    await run.withWorkers(activities, async () => {
      await startWorkflow(run.client, start);
      await run.client.workflow.getHandle(start.workflowId).result();
    });
    expect(calls).toEqual([start.input.args.syncRunId, second]);
  });

  test('S41: a run that is asked for at the very moment at which the last one closes is never lost', async () => {
    const start = aSync();
    const asked: string[] = [];
    const served = new Set<string>();
    const activities = {
      syncSlice: async ({ syncRunId }: { syncRunId: string }): Promise<SliceOutcome> => {
        served.add(syncRunId);
        return { kind: 'finished', state: 'completed', seen: 1 };
      },
      nextSyncRun: async () => {
        const open = asked.find((syncRunId) => !served.has(syncRunId));
        return open ? { syncRunId: open } : null;
      },
    };
    await run.withWorkers(activities, async () => {
      for (let n = 0; n < 8; n += 1) {
        const syncRunId = newId();
        asked.push(syncRunId);
        const { args, attributes } = start.input;
        await startWorkflow(run.client, { ...start, input: { attributes, args: { ...args, syncRunId } } });
        await eventually('this run was served', async () => served.has(syncRunId));
      }
    });
    expect([...served]).toEqual(asked);
  });

  test('a campaign can be synced again after a run has ended', async () => {
    const start = aSync();
    const { activities, calls } = scripted([]);
    await run.withWorkers(activities, async () => {
      await startWorkflow(run.client, start);
      await run.client.workflow.getHandle(start.workflowId).result();
      expect(await startWorkflow(run.client, start)).toBe('delivered');
      await eventually('the second run has run', async () => calls.length === 2);
      await run.client.workflow.getHandle(start.workflowId).result();
    });
  });
});
