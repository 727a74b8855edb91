import { Context } from '@temporalio/activity';
import { bundleWorkflowCode, NativeConnection, Worker } from '@temporalio/worker';
import type { Logger } from 'pino';
import { type ConnectionDependencies, connectionActivities } from '../activities/connection.ts';
import { contactSyncActivities } from '../activities/contact-sync.ts';
import { referralActivities } from '../activities/referral.ts';
import { referrerActivities } from '../activities/referrer.ts';
import { taskQueues } from '../workflows/contract.ts';
import { classifyFailures } from './classify-failures.ts';
import { type TemporalEnvironment, temporalConnection } from './temporal.ts';

/** How the running activity reaches Temporal. */
export const activityContext = {
  attempt: () => Context.current().info.attempt,
  heartbeat: () => Context.current().heartbeat(),
  stopping: () => Context.current().cancellationSignal.aborted,
};

export interface RunningWorkers {
  /** Rejects when a worker fails; resolves after `stop`. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

interface WorkersOptions {
  readonly env: TemporalEnvironment;
  readonly deps: ConnectionDependencies;
  readonly log: Logger;
}

/** Longer than the longest attempt but a slice's, which ends itself when it is told to stop. */
const shutdownGraceTime = '20 s';

/** Bundles the workflows and polls the three task queues until stopped. */
export async function runWorkers({ env, deps, log }: WorkersOptions): Promise<RunningWorkers> {
  const { connectionOptions, namespace } = temporalConnection(env);
  const connection = await NativeConnection.connect(connectionOptions);
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: new URL('../workflows/index.ts', import.meta.url).pathname,
    logger: quietLogger(log),
  });
  const activities = {
    ...referralActivities(deps),
    ...referrerActivities(deps),
    ...contactSyncActivities(deps),
    ...connectionActivities(deps),
  };
  const shared = {
    connection,
    namespace,
    activities,
    shutdownGraceTime,
    shutdownForceTime: '30 s',
    interceptors: { activity: [() => ({ inbound: classifyFailures(log) })] },
  };
  const workers = await Promise.all([
    // A killed worker's sticky queue costs ten seconds by default.
    Worker.create({
      ...shared,
      taskQueue: taskQueues.main,
      workflowBundle,
      stickyQueueScheduleToStartTimeout: '2 s',
    }),
    Worker.create({ ...shared, taskQueue: taskQueues.hubspot, maxConcurrentActivityTaskExecutions: 8 }),
    Worker.create({ ...shared, taskQueue: taskQueues.slices, maxConcurrentActivityTaskExecutions: 2 }),
  ]);
  const ended = Promise.all(workers.map((worker) => worker.run())).then(() => connection.close());
  return {
    ended,
    stop: async () => {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await ended;
    },
  };
}

/** The bundler's progress is of no interest once it works; its warnings are. */
function quietLogger(log: Logger) {
  const ignore = () => undefined;
  const say = (message: string) => log.warn(message);
  return { log: ignore, trace: ignore, debug: ignore, info: ignore, warn: say, error: say };
}
