import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

interface Figures {
  readonly seconds: number;
  readonly duplicates: number;
  readonly contactsCreated: number;
  readonly dealsCreated: number;
  readonly rewardsIssued: number;
}

/** The demo as a user runs it; its last line holds the figures. */
async function demo(...flags: string[]): Promise<Figures> {
  const file = new URL('../../stack/demo/main.ts', import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, [file, '--json', ...flags], {
    maxBuffer: 10_000_000,
  });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Figures;
}

test('the demo ends with the same figures when the worker is killed twice, and HubSpot received each create once', async () => {
  const { seconds: _calm, ...calm } = await demo();
  const { seconds: _killed, ...killed } = await demo('--kill');
  expect(killed).toEqual(calm);
  expect(calm).toMatchObject({ duplicates: 0, contactsCreated: 33, dealsCreated: 24, rewardsIssued: 15 });
}, 400_000);
