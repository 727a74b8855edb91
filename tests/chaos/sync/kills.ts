import { setTimeout as delay } from 'node:timers/promises';
import type { Stack } from '../../../stack/stack.ts';
import type { Seeded } from '../../support/seeded.ts';

const parts = ['worker', 'postgres', 'temporal'] as const;

export interface Kill {
  readonly part: (typeof parts)[number];
  /** Contacts seen by the run when the part was killed. */
  readonly seen: number;
}

/** Kills come while the run is at work, at moments that the seed chooses, and leave parts down for a moment. */
const pauseMs = [300, 2_000] as const;
const downMs = [0, 1_500] as const;

/**
 * SIGKILLs one part at a time until `isOver`, at most `most` times; each is started again, so that in the end all run.
 * The pauses are the schedule itself: nothing is awaited by them.
 */
export async function killAtRandom(
  stack: Stack,
  { random, most, seen, isOver }: { random: Seeded; most: number; seen: () => number; isOver: () => boolean },
): Promise<Kill[]> {
  const kills: Kill[] = [];
  while (!isOver() && kills.length < most) {
    await delay(random.between(...pauseMs));
    if (isOver()) break;
    const part = random.one(parts);
    kills.push({ part, seen: seen() });
    await stack.kill(part, 'SIGKILL');
    await delay(random.between(...downMs));
    await stack.startPart(part);
  }
  return kills;
}
