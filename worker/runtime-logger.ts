import type { Logger as TemporalLogger } from '@temporalio/worker';
import type { Logger } from 'pino';

/** The SDK's lines in our log, one level lower: its information is for debugging. Its fields stay out. */
export function runtimeLogger(log: Logger): TemporalLogger {
  const child = log.child({ sdk: true });
  const write = (level: 'trace' | 'debug' | 'warn' | 'error') => (message: string) => child[level](message);
  return {
    log: (_level, message) => child.debug(message),
    trace: write('trace'),
    debug: write('debug'),
    info: write('debug'),
    warn: write('warn'),
    error: write('error'),
  };
}
