import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import {
  hasSeenTheEnd,
  nothingSeen,
  progressStream,
  seenUntil,
} from '../../../api/commands/progress-stream.ts';
import type { SyncState } from '../../../api/commands/sync-state.ts';

const state = (seen: number, finishedAt: string | null = null): SyncState => ({
  run: {
    id: 'syn_1',
    campaignId: 'cmp_1',
    kind: 'sync',
    ofRunId: null,
    onlyReason: null,
    wanted: 'running',
    state: finishedAt === null ? 'running' : 'completed',
    parkedReason: null,
    total: null,
    seen,
    enrolled: 0,
    linked: 0,
    unchanged: 0,
    skipped: {},
    outcomes: null,
    undo: null,
    perSecond: null,
    secondsLeft: null,
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt,
  },
  ongoing: null,
});
const over = (seen: number) => state(seen, '2026-01-01T00:01:00.000Z');

describe('the stream of a sync’s progress', () => {
  test('a reader who comes late gets the newest state, and what came before costs no memory', async () => {
    const stream = progressStream(nothingSeen);
    for (let seen = 1; seen <= 10_000; seen += 1) stream.tell(state(seen));
    expect(stream.readable.readableLength).toBeLessThan(100);
    stream.tell(over(10_001));
    const events = (await text(stream.readable)).match(/^data: .*$/gm) ?? [];
    expect(events).toHaveLength(1);
    expect(events[0]).toContain('"seen":10001');
  });

  test('a state that is told twice is one event', async () => {
    const stream = progressStream(nothingSeen);
    const all = text(stream.readable);
    await new Promise(setImmediate);
    stream.tell(state(1));
    stream.tell(state(1));
    stream.tell(over(1));
    expect((await all).match(/^event: run$/gm)).toHaveLength(2);
  });

  test('a beat is a comment, and none follows the end', async () => {
    const stream = progressStream(nothingSeen);
    const all = text(stream.readable);
    await new Promise(setImmediate);
    stream.beat();
    stream.end();
    stream.beat();
    stream.tell(state(1));
    stream.end();
    expect(await all).toBe('retry: 2000\n\n:\n\n');
  });

  test('the id of the last event tells what is known: another process understands it, garbage is nothing', async () => {
    const stream = progressStream(nothingSeen);
    stream.tell(over(3));
    const id = /^id: (.*)$/m.exec(await text(stream.readable))?.[1];
    expect(hasSeenTheEnd(seenUntil(id), over(3))).toBe(true);
    expect(hasSeenTheEnd(seenUntil(id), over(4))).toBe(false);
    expect(hasSeenTheEnd(seenUntil(id), state(3))).toBe(false);
    for (const garbage of [undefined, '', 'x', '-', '-.-.-', `${id} `])
      expect(seenUntil(garbage)).toEqual(nothingSeen);
  });
});
