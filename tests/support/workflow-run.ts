/** Workflows on a real Temporal server with activities replaced by a plain object. */
import { Client, Connection } from '@temporalio/client';
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
  type WorkflowBundle,
} from '@temporalio/worker';
import { ensureSearchAttributes } from '../../worker/temporal.ts';
import { taskQueues } from '../../workflows/contract.ts';
import { recordHistories } from './histories.ts';
import { testTemporal } from './stack.ts';

type Activities = Record<string, (...args: never[]) => Promise<unknown>>;

export interface WorkflowRun {
  readonly client: Client;
  /** Runs `work` while workers poll all queues with these activities. */
  withWorkers<T>(activities: Activities, work: () => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

// Its lines about workers that start and stop would bury the tests'.
Runtime.install({ logger: new DefaultLogger('ERROR') });

let bundle: Promise<WorkflowBundle> | null = null;

/** Today's workflow bundle; made once per process. */
export const workflowBundle = (): Promise<WorkflowBundle> => {
  bundle ??= bundleWorkflowCode({
    workflowsPath: new URL('../../workflows/index.ts', import.meta.url).pathname,
    logger: new DefaultLogger('WARN'),
  });
  return bundle;
};

export async function startWorkflowRun(): Promise<WorkflowRun> {
  const temporal = await testTemporal();
  const [connection, native] = await Promise.all([
    Connection.connect({ address: temporal.address }),
    NativeConnection.connect({ address: temporal.address }),
  ]);
  const { namespace } = temporal;
  const client = new Client({ connection, namespace, identity: 'test' });
  await ensureSearchAttributes(client);
  return {
    client,
    async withWorkers(activities, work) {
      const shared = { connection: native, namespace, activities, identity: 'test' };
      const workers = await Promise.all([
        Worker.create({ ...shared, taskQueue: taskQueues.main, workflowBundle: await workflowBundle() }),
        Worker.create({ ...shared, taskQueue: taskQueues.hubspot }),
        Worker.create({ ...shared, taskQueue: taskQueues.slices }),
      ]);
      const running = workers.map((worker) => worker.run());
      try {
        return await work();
      } finally {
        for (const worker of workers) worker.shutdown();
        await Promise.all(running);
      }
    },
    async stop() {
      if (process.env['RECORD_HISTORIES']) await recordHistories(client);
      await connection.close();
      await native.close();
      await temporal.stop();
    },
  };
}

/** What Temporal Cloud would bill for a run: the cost that a workflow's shape decides. */
export async function countActions(
  client: Client,
  workflowId: string,
): Promise<{ actions: number; events: number }> {
  const { events = [] } = await client.workflow.getHandle(workflowId).fetchHistory();
  const billed = events?.reduce((sum, event, index) => {
    const scheduled = event.activityTaskScheduledEventAttributes ? 1 : 0;
    const retries = (event.activityTaskStartedEventAttributes?.attempt ?? 1) - 1;
    const own = event.workflowExecutionStartedEventAttributes || event.timerStartedEventAttributes ? 1 : 0;
    // Right behind the start it came with it, and both together are one action.
    const signal = event.workflowExecutionSignaledEventAttributes && index !== 1 ? 1 : 0;
    return sum + scheduled + retries + own + signal;
  }, 0);
  return { actions: billed ?? 0, events: events?.length ?? 0 };
}
