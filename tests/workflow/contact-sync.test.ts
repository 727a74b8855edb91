import { v7 as newId } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CampaignSlice } from '../../activities/contact-sync.ts';
import { toInstant } from '../../domain/time.ts';
import { nudgeWorkflow, startWorkflow } from '../../worker/temporal.ts';
import { contactSyncWorkflow } from '../../workflows/contract.ts';
import { eventually, fastForward } from '../support/time.ts';
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

type Scripted = CampaignSlice extends infer Slice
  ? Slice extends CampaignSlice
    ? Omit<Slice, 'syncRunId'>
    : never
  : never;

const syncRunId = '019c0000-0000-7000-8000-000000000001';
const finished: Scripted = { kind: 'finished', state: 'completed', seen: 50_000 };
const idle = (nextAt: string | null = null): Scripted => ({ kind: 'idle', nextAt, seen: 3 });

/** Slices that answer from a script, and then that nothing is open; `calls` holds the instant of each. */
function scripted(slices: Scripted[]) {
  const calls: string[] = [];
  return {
    calls,
    activities: {
      syncSlice: async ({ asOf }: { asOf: string }): Promise<CampaignSlice> => {
        calls.push(asOf);
        return { ...(slices.shift() ?? finished), syncRunId };
      },
    },
  };
}

const resultOf = (workflowId: string) => run.client.workflow.getHandle(workflowId).result();

/** A task of the workflow is under way or was just done: it waits when nothing is pending any more. */
const waits = (workflowId: string) =>
  eventually('the workflow waits', async () => {
    const { raw } = await run.client.workflow.getHandle(workflowId).describe();
    return !raw.pendingWorkflowTask && (raw.pendingActivities ?? []).length === 0;
  });

describe('contactSync while ongoing', () => {
  test('S37: waits without a timer until it is nudged, at two actions for each nudge', async () => {
    const start = aSync();
    const { activities, calls } = scripted([idle(), idle()]);
    await run.withWorkers(activities, async () => {
      await startWorkflow(run.client, start);
      for (const slices of [1, 2]) {
        await eventually('a slice has run', async () => calls.length === slices);
        await waits(start.workflowId);
        await nudgeWorkflow(run.client, start, { kind: 'crm', objectId: '7' });
      }
      await resultOf(start.workflowId);
    });
    expect(calls).toHaveLength(3);
    // The start, its slice, and a signal with a slice for each nudge.
    expect((await countActions(run.client, start.workflowId)).actions).toBe(2 + 2 * 2);
  });

  test('S37: looks at its list when that is due, and a nudge in between keeps the one timer', async () => {
    const start = aSync();
    const dueAt = toInstant(Date.now() + 3_600_000);
    const { activities, calls } = scripted([idle(dueAt), idle(dueAt)]);
    await run.withWorkers(activities, async () => {
      await startWorkflow(run.client, start);
      await eventually('the first slice has run', async () => calls.length === 1);
      await waits(start.workflowId);
      await nudgeWorkflow(run.client, start, { kind: 'crm' });
      await eventually('the nudge was answered', async () => calls.length === 2);
      await waits(start.workflowId);
      await fastForward(run.client, start.workflowId, 3_700_000);
      await resultOf(start.workflowId);
    });
    expect(calls[2] && calls[2] >= dueAt).toBe(true);
    // Start, three slices, one signal, one timer.
    expect((await countActions(run.client, start.workflowId)).actions).toBe(6);
  });

  test('S39: a nudge that comes while a slice runs is followed by one more slice', async () => {
    const start = aSync();
    const gate = Promise.withResolvers<void>();
    const calls: string[] = [];
    const activities = {
      syncSlice: async ({ asOf }: { asOf: string }): Promise<CampaignSlice> => {
        calls.push(asOf);
        if (calls.length > 1) return { kind: 'finished', syncRunId, state: 'stopped', seen: 3 };
        await gate.promise;
        return { kind: 'idle', syncRunId, nextAt: null, seen: 3 };
      },
    };
    await run.withWorkers(activities, async () => {
      await startWorkflow(run.client, start);
      await eventually('the slice is under way', async () => calls.length === 1);
      await nudgeWorkflow(run.client, start, { kind: 'order' });
      gate.resolve();
      expect(await resultOf(start.workflowId)).toMatchObject({ state: 'stopped' });
    });
    expect(calls).toHaveLength(2);
  });

  test('design §3: an engineer who opens it reads what it waits for', async () => {
    const start = aSync();
    const dueAt = toInstant(Date.now() + 3_600_000);
    const { activities, calls } = scripted([idle(dueAt)]);
    await run.withWorkers(activities, async () => {
      await startWorkflow(run.client, start);
      await eventually('the slice has run', async () => calls.length === 1);
      await waits(start.workflowId);
      const details = await run.client.workflow
        .getHandle(start.workflowId)
        .query<{ currentDetails?: string } | string>('__temporal_workflow_metadata');
      expect(JSON.stringify(details)).toContain(`looks at the list again at **${dueAt}**`);
      await nudgeWorkflow(run.client, start, { kind: 'order' });
      await resultOf(start.workflowId);
    });
  });
});

describe('contactSync', () => {
  test('S40: slices follow one another until the scope is read, at one action each', async () => {
    const start = aSync();
    const { activities, calls } = scripted([
      { kind: 'more', seen: 20_000 },
      { kind: 'more', seen: 40_000 },
    ]);
    await run.withWorkers(activities, async () => {
      await startWorkflow(run.client, start);
      expect(await resultOf(start.workflowId)).toEqual({
        syncRunId,
        state: 'completed',
        contactsSeen: 50_000,
      });
    });
    expect(calls).toHaveLength(3);
    expect((await countActions(run.client, start.workflowId)).actions).toBe(4);
  });

  test.each([
    ['paused', { kind: 'paused' }],
    ['parked', { kind: 'parked', reason: 'not-connected', retryAfterMs: null }],
  ] as const)('a run that is %s goes on when it is nudged', async (_, outcome) => {
    const start = aSync();
    const { activities, calls } = scripted([outcome]);
    await run.withWorkers(activities, async () => {
      await startWorkflow(run.client, start);
      await eventually('the first slice has run', async () => calls.length === 1);
      await nudgeWorkflow(run.client, start, { kind: 'order' });
      await resultOf(start.workflowId);
    });
    expect(calls).toHaveLength(2);
  });

  test('a parked run tries again by itself when its time has come', async () => {
    const start = aSync();
    const { activities, calls } = scripted([
      { kind: 'parked', reason: 'hubspot-unavailable', retryAfterMs: 300_000 },
    ]);
    await run.withWorkers(activities, async () => {
      await startWorkflow(run.client, start);
      await eventually('the first slice has run', async () => calls.length === 1);
      await waits(start.workflowId);
      await fastForward(run.client, start.workflowId, 301_000);
      await resultOf(start.workflowId);
    });
    expect(Date.parse(calls[1] ?? '') - Date.parse(calls[0] ?? '')).toBeGreaterThanOrEqual(300_000);
  });

  test('S41: a run that is asked for at the very moment at which the last one closes is never lost', async () => {
    const start = aSync();
    const open: string[] = [];
    const served = new Set<string>();
    const activities = {
      syncSlice: async (): Promise<CampaignSlice> => {
        const next = open.shift();
        if (next === undefined) return { kind: 'finished', syncRunId, state: 'completed', seen: 1 };
        served.add(next);
        return open.length > 0
          ? { kind: 'more', syncRunId: next, seen: 1 }
          : { kind: 'finished', syncRunId: next, state: 'completed', seen: 1 };
      },
    };
    await run.withWorkers(activities, async () => {
      for (let n = 0; n < 8; n += 1) {
        const asked = newId();
        open.push(asked);
        await startWorkflow(run.client, start);
        await eventually('this run was served', async () => served.has(asked));
      }
      await resultOf(start.workflowId);
    });
    expect(served.size).toBe(8);
  });

  test('a campaign can be synced again after a run has ended', async () => {
    const start = aSync();
    const { activities, calls } = scripted([]);
    await run.withWorkers(activities, async () => {
      await startWorkflow(run.client, start);
      await resultOf(start.workflowId);
      expect(await startWorkflow(run.client, start)).toBe('delivered');
      await eventually('the second run has run', async () => calls.length === 2);
      await resultOf(start.workflowId);
    });
  });
});
