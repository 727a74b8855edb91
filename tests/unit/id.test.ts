import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromPublicId, type IdKind, idPrefixes, toPublicId } from '../../domain/id.ts';

const kinds = Object.keys(idPrefixes) as IdKind[];
const kind = fc.constantFrom(...kinds);
const uuid = fc.uuid({ version: [4, 7] });

test('every public id leads back to its row', () => {
  fc.assert(
    fc.property(kind, uuid, (one, id) => {
      expect(fromPublicId(one, toPublicId(one, id))).toBe(id);
    }),
  );
});

test.each([
  ['00000000-0000-0000-0000-000000000000', `ref_${'0'.repeat(26)}`],
  ['ffffffff-ffff-ffff-ffff-ffffffffffff', `ref_7${'z'.repeat(25)}`],
  ['01995a00-1234-7abc-8def-0123456789ab', 'ref_01k5d004hmfay8vvr14d2pf2db'],
])('%s is shown as %s', (id, shown) => expect(toPublicId('referral', id)).toBe(shown));

test('public ids sort like the rows behind them', () => {
  fc.assert(
    fc.property(uuid, uuid, (a, b) => {
      expect(order(toPublicId('link', a), toPublicId('link', b))).toBe(order(a, b));
    }),
  );
});

test('no two kinds share a prefix, so an id is of one kind only', () => {
  expect(new Set(Object.values(idPrefixes)).size).toBe(kinds.length);
  fc.assert(
    fc.property(uuid, kind, kind, (id, one, other) => {
      expect(fromPublicId(other, toPublicId(one, id))).toBe(one === other ? id : null);
    }),
  );
});

describe('a text that is no public id is none', () => {
  const good = toPublicId('referral', '01995a00-1234-7abc-8def-0123456789ab');

  test.each([
    ['nothing', ''],
    ['the prefix alone', 'ref_'],
    ['upper case, which would be a second text for one id', good.toUpperCase()],
    ['a digit too few', good.slice(0, -1)],
    ['a digit too many', `${good}0`],
    ['space around it', ` ${good}`],
    ['more than 128 bits', `ref_8${good.slice(5)}`],
    ['a letter that the alphabet leaves out', `${good.slice(0, -1)}u`],
    ['a bare UUID', '01995a00-1234-7abc-8def-0123456789ab'],
    ['a line break at the end', `${good}\n`],
  ])('%s', (_why, text) => expect(fromPublicId('referral', text)).toBeNull());

  test('whatever else', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(fromPublicId('referral', text)).toBeNull();
      }),
    );
  });
});

test.each(['01995A00-1234-7ABC-8DEF-0123456789AB', '01995a0012347abc8def0123456789ab', 'ref_x'])(
  'making a public id of %j stops loudly',
  (id) => expect(() => toPublicId('referral', id)).toThrow('lower-case UUID'),
);

const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
