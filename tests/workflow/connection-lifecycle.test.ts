import { v7 as newId } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LookOutcome } from '../../activities/connection-look.ts';
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

type Look = { epoch: number; asOf: string };

/** Each look is written down; `passes` of the reconcile reader end with a closed connection. */
function scripted({
  passes,
  nextEpoch = null,
  moreHints = 0,
  everyMs = 5 * minuteMs,
}: {
  passes: number;
  everyMs?: number;
  nextEpoch?: number | null;
  moreHints?: number;
}) {
  const calls: string[] = [];
  let left = passes;
  const read = (asOf: string, afterMs: number | null, summary: string): LookOutcome => ({
    kind: 'read',
    nextAt: afterMs === null ? null : toInstant(Date.parse(asOf) + afterMs),
    summary,
  });
  return {
    calls,
    activities: {
      followHints: async ({ epoch, asOf }: Look): Promise<LookOutcome> => {
        calls.push(`hints ${epoch}`);
        moreHints -= 1;
        return read(asOf, moreHints >= 0 ? 0 : null, 'Followed.');
      },
      reconcile: async ({ epoch, asOf }: Look): Promise<LookOutcome> => {
        calls.push(`reconcile ${epoch}`);
        left -= 1;
        return left < 0 ? { kind: 'closed' } : read(asOf, everyMs, 'Nothing new.');
      },
      sweepContacts: async ({ epoch, asOf }: Look): Promise<LookOutcome> => {
        calls.push(`sweep ${epoch}`);
        return read(asOf, 24 * 60 * minuteMs, 'Looked.');
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
  test('E2: it reads every five minutes, and looks at everything at once when somebody asks', async () => {
    const start = aConnection();
    const { activities, calls } = scripted({ passes: 3 });
    await run.withWorkers(activities, async () => {
      await startWorkflow(run.client, start);
      await eventually('the first looks are done', async () => calls.length === 3);
      await fastForward(run.client, start.workflowId, 6 * minuteMs);
      await eventually('the timer has brought a second pass', async () => calls.length === 4);
      await nudgeWorkflow(run.client, start, { kind: 'order' });
      await eventually('the nudge has brought all looks', async () => calls.length === 7);
      await nudgeWorkflow(run.client, start, { kind: 'order' });
      await run.client.workflow.getHandle(start.workflowId).result();
    });
    const everything = ['hints 1', 'reconcile 1', 'sweep 1'];
    expect(calls).toEqual([...everything, 'reconcile 1', ...everything, 'hints 1', 'reconcile 1', 'revoke']);
  });

  test('E12: a notice about a known contact costs one look at the hinted contacts, and another while there are more', async () => {
    const start = aConnection();
    const { activities, calls } = scripted({ passes: 1 });
    const more = scripted({ passes: 1, moreHints: 2 });
    await run.withWorkers(activities, async () => {
      await startWorkflow(run.client, start);
      await eventually('the first looks are done', async () => calls.length === 3);
      await nudgeWorkflow(run.client, start, { kind: 'crm', objectId: '7' });
      await eventually('the hints are followed', async () => calls.length === 4);
      await nudgeWorkflow(run.client, start, { kind: 'connection' });
      await run.client.workflow.getHandle(start.workflowId).result();
    });
    expect(calls.slice(3)).toEqual(['hints 1', 'hints 1', 'reconcile 1', 'revoke']);
    const busy = aConnection();
    await run.withWorkers(more.activities, async () => {
      await startWorkflow(run.client, busy);
      await eventually(
        'no hint is left',
        async () => more.calls.filter((call) => call === 'hints 1').length >= 3,
      );
      await nudgeWorkflow(run.client, busy, { kind: 'connection' });
      await run.client.workflow.getHandle(busy.workflowId).result();
    });
    expect(more.calls.filter((call) => call === 'reconcile 1')).toHaveLength(2);
  });

  test('reliability A2 #13: every known contact is looked at once a day', async () => {
    const start = aConnection();
    const { activities, calls } = scripted({ passes: 10, everyMs: 10 * 60 * minuteMs });
    await run.withWorkers(activities, async () => {
      await startWorkflow(run.client, start);
      await eventually('the first looks are done', async () => calls.length === 3);
      await fastForward(run.client, start.workflowId, 25 * 60 * minuteMs);
      await eventually(
        'a day has passed',
        async () => calls.filter((call) => call === 'sweep 1').length === 2,
      );
      await run.client.workflow.getHandle(start.workflowId).terminate();
    });
    expect(calls.filter((call) => call === 'hints 1')).toHaveLength(1);
  });

  test('S85: after a disconnect it hands the grant back and ends', async () => {
    const start = aConnection();
    const { activities, calls } = scripted({ passes: 0 });
    await run.withWorkers(activities, async () => {
      await startWorkflow(run.client, start);
      await run.client.workflow.getHandle(start.workflowId).result();
    });
    expect(calls).toEqual(['hints 1', 'reconcile 1', 'revoke']);
  });

  test('S88: a reconnect while it was closing goes on under the new epoch', async () => {
    const start = aConnection();
    const { activities, calls } = scripted({ passes: 0, nextEpoch: 3 });
    await run.withWorkers(activities, async () => {
      await startWorkflow(run.client, start);
      await run.client.workflow.getHandle(start.workflowId).result();
    });
    expect(calls).toEqual(['hints 1', 'reconcile 1', 'revoke', 'hints 3', 'reconcile 3', 'revoke']);
  });
});
