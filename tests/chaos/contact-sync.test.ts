import { expect, test } from 'vitest';
import { disturbSync } from './sync/disturbed-sync.ts';

test('S41: a sync whose worker, PostgreSQL and Temporal are killed ends as one that nobody disturbed', async () => {
  const { kills, disturbed, undisturbed, violations, limited } = await disturbSync({
    seed: 1,
    contacts: 2_000,
  });
  expect(kills.length).toBeGreaterThan(1);
  expect(disturbed).toEqual(undisturbed);
  expect(undisturbed.linked.length).toBeGreaterThan(1_500);
  expect(violations).toEqual([]);
  expect(limited).toBe(0);
}, 300_000);
