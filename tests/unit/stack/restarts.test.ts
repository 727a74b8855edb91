import { expect, test } from 'vitest';
import { restartLimit } from '../../../stack/restarts.ts';

test('a part may be started again five times in a minute, each part for itself', () => {
  const limit = restartLimit({ restarts: 5, withinMs: 60_000 });
  const allowed = [0, 1, 2, 3, 4, 5].map((second) => limit.allow('worker', second * 1_000));
  expect(allowed).toEqual([true, true, true, true, true, false]);
  expect(limit.allow('api', 5_000)).toBe(true);
});

test('a part that dies once in a while is always started again', () => {
  const limit = restartLimit({ restarts: 5, withinMs: 60_000 });
  const allowed = Array.from({ length: 50 }, (_, n) => limit.allow('worker', n * 15_000));
  expect(allowed).not.toContain(false);
});
