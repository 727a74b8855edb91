import { expect, test } from 'vitest';
import { canChangeSync, describeSkip, skipReasons } from '../../domain/sync.ts';

test('S40: every contact that got no link has a reason in words', () => {
  for (const reason of skipReasons) expect(describeSkip(reason)).toMatch(/^[A-Z].+\.$/);
});

test('S39: a paused run goes on or is stopped, and a stopped one stays so', () => {
  expect(canChangeSync('paused', 'running')).toBe(true);
  expect(canChangeSync('paused', 'completed')).toBe(false);
  expect(canChangeSync('stopped', 'running')).toBe(false);
});
