/** The worker process: configured by the environment, stopped by SIGTERM or Ctrl-C. */
import { Runtime } from '@temporalio/worker';
import { ConfigurationError, temporalEnvironment, workerConfig } from '../config/env.ts';
import { createLogger } from './logger.ts';
import { runtimeLogger } from './runtime-logger.ts';
import { startWorker } from './worker.ts';

async function main(): Promise<void> {
  const config = workerConfig();
  const log = createLogger(config.LOG_LEVEL, 'worker');
  // Our own handler ends the loops first; the runtime's would end the Temporal workers alone.
  Runtime.install({ shutdownSignals: [], logger: runtimeLogger(log) });
  const worker = await startWorker(config, temporalEnvironment(), log);
  log.info('worker ready');
  let stopping: Promise<void> | null = null;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      log.info({ signal }, 'worker stops');
      stopping ??= worker.stop();
    });
  }
  await worker.ended;
  await (stopping ?? worker.stop());
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigurationError ? error.message : (error as Error).stack}\n`);
  process.exit(1);
});
