import { Worker } from '@temporalio/worker';
import { describe, expect, test } from 'vitest';
import * as workflows from '../../workflows/index.ts';
import { recordedHistories } from '../support/histories.ts';
import { workflowBundle } from '../support/workflow-run.ts';

const histories = recordedHistories();

describe('replay of recorded histories on today’s code', () => {
  test.each(Object.keys(workflows))('%s has a recorded history', (workflowType) => {
    expect(histories.map((each) => each.workflowType)).toContain(workflowType);
  });

  test.each(histories)('$name', async ({ history }) => {
    const replay = Worker.runReplayHistory({ workflowBundle: await workflowBundle() }, history);
    await expect(replay).resolves.toBeUndefined();
  });

  test('the bundle holds neither zod nor a Node module', async () => {
    const { code } = await workflowBundle();
    expect(code).not.toMatch(/node_modules\/zod\//);
    expect(code).not.toMatch(/require\("node:/);
  });
});
