import type { FastifyRequest } from 'fastify';
import { describe, expect, test } from 'vitest';
import { etagOf, ifMatch, refuseStale } from '../../../api/etag.ts';

const asking = (header?: string) => ({ headers: { 'if-match': header } }) as unknown as FastifyRequest;

describe('ETag and If-Match', () => {
  test('a version is its own tag, and is read back from it', () => {
    expect(etagOf({ version: 3 })).toBe('"3"');
    expect([ifMatch(asking('"3"')), ifMatch(asking('W/"3"'))]).toEqual([3, 3]);
  });

  test('without a tag, or with a star, any version may be edited', () => {
    expect([ifMatch(asking()), ifMatch(asking('*'))]).toEqual([null, null]);
    expect(() => refuseStale({ version: 9 }, null)).not.toThrow();
  });

  test('a tag that is none of ours is refused, and so is one of another version', () => {
    for (const header of ['3', '"a"', '"1", "2"', ''])
      expect(() => ifMatch(asking(header))).toThrow(/If-Match/);
    expect(() => refuseStale({ version: 4 }, 3)).toThrow(/Version 3/);
  });
});
