import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';

export interface Loop {
  /** Looks again at once, without waiting for the interval. */
  wake(): void;
  /** Resolves when the step under way has ended. */
  stop(): Promise<void>;
}

interface LoopOptions {
  readonly name: string;
  /** The longest time between two looks. */
  readonly everyMs: number;
  readonly log: Logger;
  /** Does one bounded piece of work; true when there may be more at once. */
  readonly step: () => Promise<boolean>;
}

const longestPauseMs = 10_000;

/**
 * Repeats a step until stopped. A step that throws means that a server is away: the loop says so once, pauses longer
 * and longer up to ten seconds, and goes on; no row is blamed for it.
 */
export function startLoop({ name, everyMs, log, step }: LoopOptions): Loop {
  const stopping = new AbortController();
  let wakeUp = new AbortController();
  let failures = 0;

  const pauseUntil = (signal: AbortSignal, ms: number) =>
    delay(ms, undefined, { signal }).catch(() => undefined);
  const pause = (ms: number) => {
    wakeUp = new AbortController();
    return pauseUntil(AbortSignal.any([wakeUp.signal, stopping.signal]), ms);
  };

  const run = async () => {
    let woken = false;
    const noteWake = () => {
      woken = true;
      wakeUp.abort();
    };
    loop.wake = noteWake;
    while (!stopping.signal.aborted) {
      woken = false;
      try {
        const more = await step();
        if (failures > 0) log.info({ loop: name }, 'loop goes on');
        failures = 0;
        if (!more && !woken) await pause(everyMs);
      } catch (error) {
        failures += 1;
        if (failures === 1) log.warn({ loop: name, failure: (error as Error).name }, 'loop pauses');
        // A storm of wake-ups does not shorten it: whoever is away stays away.
        await pauseUntil(stopping.signal, Math.min(longestPauseMs, 250 * 2 ** Math.min(failures, 6)));
      }
    }
  };

  const loop: Loop = {
    wake: () => undefined,
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
  const ended = run();
  return loop;
}
