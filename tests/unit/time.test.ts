import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { addMs, DAY_MS, earliest, formatDay, isAfter, isBefore, toInstant, toMs } from '../../domain/time.ts';

const instant = fc
  .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
  .map((date) => date.toISOString());

test('milliseconds and instants are two writings of one thing', () => {
  fc.assert(
    fc.property(instant, (one) => {
      expect(toInstant(toMs(one))).toBe(one);
    }),
  );
});

test('instants are compared by the moment they name, not by their text', () => {
  const [here, there] = ['2026-05-01T12:00:00+02:00', '2026-05-01T10:00:00.000Z'];
  expect([isAfter(here, there), isBefore(here, there)]).toEqual([false, false]);
  expect(isAfter('2026-05-01T10:00:00.001Z', there)).toBe(true);
});

test('a day later is after, and a day earlier before', () => {
  fc.assert(
    fc.property(instant, (one) => {
      expect([isAfter(addMs(one, DAY_MS), one), isBefore(addMs(one, -DAY_MS), one)]).toEqual([true, true]);
    }),
  );
});

test('the earliest of those that are set, whatever their order; null when none is', () => {
  expect(earliest([null, '2026-05-02T00:00:00Z', undefined, '2026-05-01T23:59:59.999Z'])).toBe(
    '2026-05-01T23:59:59.999Z',
  );
  expect(earliest([null, undefined])).toBeNull();
  expect(earliest([])).toBeNull();
});

test('a day for people is the day in UTC', () => {
  expect(formatDay('2026-05-03T23:59:59Z')).toBe('3 May 2026');
  expect(formatDay('2026-12-31T23:30:00-01:00')).toBe('1 January 2027');
});

test.each(['', 'yesterday', '2026-13-01T00:00:00Z'])('%j is no instant, which is a mistake of ours', (text) =>
  expect(() => toMs(text)).toThrow('ISO 8601'),
);
