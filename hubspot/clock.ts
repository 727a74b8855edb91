import { setTimeout as delay } from 'node:timers/promises';

/** Time as the gateway sees it; tests hand in their own. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

export const systemClock: Clock = {
  now: Date.now,
  sleep: (ms) => delay(ms),
};
