import { describe, expect, test } from 'vitest';
import { isPersonsEdit } from '../../domain/crm-edit.ts';
import { isTooLong, longestValues } from '../../domain/person-bounds.ts';
import { storableText } from '../../domain/storable-text.ts';
import { differing, isSameValue } from '../../domain/value-change.ts';

describe('what differs between a record and what it shall hold', () => {
  test('S21: only what differs is changed, with the value before', () => {
    const held = { link: 'old', count: '3', empty: '', nothing: null };
    expect(differing(held, { link: 'new', count: '3', empty: '', nothing: '', absent: 'x' })).toEqual({
      link: { before: 'old', after: 'new' },
      absent: { before: null, after: 'x' },
    });
  });

  test('S21: a value that is to be emptied is a change to nothing', () => {
    expect(differing({ earned: '5 USD' }, { earned: '' })).toEqual({
      earned: { before: '5 USD', after: null },
    });
  });

  test.each([
    ['5', '5.0'],
    ['-0.5', '-0.50'],
    ['2026-11-24', '2026-11-24T00:00:00.000Z'],
    ['2026-11-24T10:00:00Z', '2026-11-24T10:00:00.000Z'],
    ['1795478400000', '2026-11-24'],
  ])('facts §2: %s and %s are one value to HubSpot', (one, other) => {
    expect(isSameValue(one, other)).toBe(true);
    expect(isSameValue(other, one)).toBe(true);
  });

  test.each([
    ['5', '6'],
    ['007', '7'],
    ['', '0'],
    ['9007199254740993', '9007199254740992'],
    ['2026-11-24', '2026-11-25'],
    ['Ada', 'ada'],
  ])('%s and %s are two', (one, other) => {
    expect(isSameValue(one, other)).toBe(false);
  });
});

describe("a person's edit", () => {
  test.each([
    ['another value', 'mine', ['ours'], true],
    ['nothing', null, ['ours'], true],
    ['an older value of ours', 'older', ['ours', 'older'], false],
    ['ours in another spelling', '3.0', ['3'], false],
    ['what was there before we ever wrote', 'theirs', [], false],
  ])('S21: %s', (_, held, sent, edit) => {
    expect(isPersonsEdit(held, sent)).toBe(edit);
  });
});

test('S21: the bounds of a person are inclusive', () => {
  expect(isTooLong('language', 'x'.repeat(longestValues.language))).toBe(false);
  expect(isTooLong('language', 'x'.repeat(longestValues.language + 1))).toBe(true);
  expect(isTooLong('language', null)).toBe(false);
});

test('facts §4: text keeps all that PostgreSQL can keep', () => {
  expect(storableText('a\u0000b \ud800 😀')).toBe('ab \ufffd 😀');
  expect(storableText(null)).toBeNull();
});
