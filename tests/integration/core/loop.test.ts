import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startLoop } from '../../../worker/loops/loop.ts';
import { eventually } from '../../support/time.ts';
import { log } from './core-under-test.ts';

/** A loop that is asleep between two looks, and how often it has looked. */
function aLoop(step: () => Promise<boolean>) {
  let looks = 0;
  const loop = startLoop({
    name: 'test',
    everyMs: 60_000,
    log,
    step: () => {
      looks += 1;
      return step();
    },
  });
  return { loop, looks: () => looks };
}

const aFewTurns = async () => {
  for (let n = 0; n < 20; n += 1) await turn();
};

test('a wake-up makes it look at once, and one that comes during a look is not lost', async () => {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  let first = true;
  const { loop, looks } = aLoop(async () => {
    if (!first) return false;
    first = false;
    return promise;
  });
  loop.wake();
  resolve(false);
  await eventually('the second look', async () => looks() === 2);
  loop.wake();
  await eventually('the third look', async () => looks() === 3);
  await aFewTurns();
  expect(looks()).toBe(3);
  await loop.stop();
});

test('while a server is away, a storm of wake-ups does not become a storm of tries', async () => {
  const { loop, looks } = aLoop(async () => {
    throw new Error('away');
  });
  await aFewTurns();
  for (let n = 0; n < 100; n += 1) {
    loop.wake();
    await turn();
  }
  expect(looks()).toBe(1);
  await loop.stop();
});
