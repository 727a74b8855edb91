import { v7 as newId } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReconcileOutcome } from '../../activities/connection.ts';
import { toInstant } from '../../domain/time.ts';
import { nudgeWorkflow, startWorkflow } from '../../worker/temporal.ts';
import { connectionWorkflow } from '../../workflows/contract.ts';
import { eventually, fastForward } from '../support/time.ts';
import { startWorkflowRun, type WorkflowRun } from '../support/workflow-run.ts';

let run: WorkflowRun;
beforeAll(async () => {
  run = await startWorkflowRun();
});
afterAll(() => run.stop());

const minuteMs = 60_000;

function scripted({ passes, nextEpoch = null }: { passes: number; nextEpoch?: number | null }) {
  const calls: string[] = [];
  let left = passes;
  return {
    calls,
    activities: {
      reconcile: async ({ epoch, asOf }: { epoch: number; asOf: string }): Promise<ReconcileOutcome> => {
        calls.push(`reconcile ${epoch}`);
        left -= 1;
        if (left < 0) return { kind: 'closed' };
        return { kind: 'read', nextAt: toInstant(Date.parse(asOf) + 5 * minuteMs), summary: 'Nothing new.' };
      },
      revokeAndUninstall: async () => {
        calls.push('revoke');
      },
      nextConnectionEpoch: async () => {
        const epoch = nextEpoch;
        nextEpoch = null;
        return epoch;
      },
    },
  };
}

const aConnection = () => connectionWorkflow({ workspaceId: newId(), connectionId: newId(), epoch: 1 });

describe('connectionLifecycle', () => {
  test('E2: it reads every five minutes, and at once when it is nudged', async () => {
    const start = aConnection();
    const { activities, calls } = scripted({ passes: 3 });
    await run.withWorkers(activities, async () => {
      await startWorkflow(run.client, start);
      await eventually('the first pass is done', async () => calls.length === 1);
      await fastForward(run.client, start.workflowId, 6 * minuteMs);
      await eventually('the timer has brought a second pass', async () => calls.length === 2);
      await nudgeWorkflow(run.client, start, { kind: 'order' });
      await eventually('the nudge has brought a third pass', async () => calls.length === 3);
      await nudgeWorkflow(run.client, start, { kind: 'order' });
      await run.client.workflow.getHandle(start.workflowId).result();
    });
    expect(calls).toEqual(['reconcile 1', 'reconcile 1', 'reconcile 1', 'reconcile 1', 'revoke']);
  });

  test('S85: after a disconnect it hands the grant back and ends', async () => {
    const start = aConnection();
    const { activities, calls } = scripted({ passes: 0 });
    await run.withWorkers(activities, async () => {
      await startWorkflow(run.client, start);
      await run.client.workflow.getHandle(start.workflowId).result();
    });
    expect(calls).toEqual(['reconcile 1', 'revoke']);
  });

  test('S88: a reconnect while it was closing goes on under the new epoch', async () => {
    const start = aConnection();
    const { activities, calls } = scripted({ passes: 0, nextEpoch: 3 });
    await run.withWorkers(activities, async () => {
      await startWorkflow(run.client, start);
      await run.client.workflow.getHandle(start.workflowId).result();
    });
    expect(calls).toEqual(['reconcile 1', 'revoke', 'reconcile 3', 'revoke']);
  });
});
