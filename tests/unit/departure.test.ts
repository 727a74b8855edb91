import { describe, expect, test } from 'vitest';
import { departureAfter, leftBefore } from '../../domain/departure.ts';
import type { DealStageRule } from '../../domain/qualification-rule.ts';

const rule: DealStageRule = {
  kind: 'deal-stage',
  pipelineId: 'default',
  initialStageId: 'open',
  qualifyingStageIds: ['won', 'paid'],
};
const qualifiedAt = '2026-03-01T10:00:00.000Z';
const asOf = '2026-04-01T10:00:00.000Z';
const day = (n: number) => `2026-03-${String(n).padStart(2, '0')}T10:00:00.000Z`;

/** A deal with these stages, oldest first. */
const facts = (...stages: readonly (readonly [value: string, at: string])[]) => ({
  asOf,
  record: {
    id: '1',
    exists: true,
    value: stages.at(-1)?.[0] ?? null,
    history: stages.map(([value, at]) => ({ value, at })).toReversed(),
  },
});
const departure = (...stages: readonly (readonly [value: string, at: string])[]) =>
  departureAfter(rule, facts(...stages), qualifiedAt);

describe('P3, E7: when a qualifying value was left', () => {
  test('it stands while nothing else came after it, and while it moves between qualifying ones', () => {
    expect(departure(['open', day(1)], ['won', qualifiedAt])).toBeNull();
    expect(departure(['won', qualifiedAt], ['paid', day(9)])).toBeNull();
  });

  test('history tells the first time, although the value is back by now', () => {
    const at = day(5);
    expect(departure(['won', qualifiedAt], ['open', at], ['won', day(6)], ['open', day(9)])).toEqual({
      at,
      value: 'open',
      dated: true,
    });
  });

  test('what came before the qualification is no departure from it', () => {
    expect(departure(['open', '2026-02-01T10:00:00.000Z'], ['won', qualifiedAt])).toBeNull();
  });

  test('without history, or for a record that is gone, it is noticed now and dated by nobody', () => {
    const undated = { at: asOf, dated: false };
    const record = { id: '1', exists: true, value: 'open', history: [] };
    expect(departureAfter(rule, { asOf, record }, qualifiedAt)).toEqual({ ...undated, value: 'open' });
    expect(departureAfter(rule, { asOf, record: { ...record, value: 'won' } }, qualifiedAt)).toBeNull();
    const gone = { asOf, record: { ...record, exists: false } };
    expect(departureAfter(rule, gone, qualifiedAt)).toEqual({ ...undated, value: null });
  });

  test('a manual qualification is never left', () => {
    expect(departureAfter({ kind: 'manual' }, facts(['open', day(5)]), qualifiedAt)).toBeNull();
  });
});

describe('P3: a hold', () => {
  const left = { at: day(10), value: 'open', dated: true };
  test.each([
    ['ends later: it was left in time', day(11), left, true],
    ['ended at that very instant: it was left in time', day(10), left, true],
    ['had ended: what it held is earned', day(9), left, false],
    ['has no end, as for a person who has not approved yet', null, left, true],
    ['had ended, but nobody can date the departure', day(9), { ...left, dated: false }, true],
    ['was never left', day(11), null, false],
  ])('%s', (_, end, from, expected) => {
    expect(leftBefore(from, end)).toBe(expected);
  });
});
