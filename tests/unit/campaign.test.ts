import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { acceptsSignUps, acceptsSync, campaignStatuses, normalizeSlug } from '../../domain/campaign.ts';

test('S8: links for contacts can be made while a campaign is a draft or published', () => {
  expect(campaignStatuses.filter(acceptsSync)).toEqual(['draft', 'published']);
});

test('P18: people can join and sign up only while it is published', () => {
  expect(campaignStatuses.filter(acceptsSignUps)).toEqual(['published']);
});

test.each([
  ['Spring Sale', 'spring-sale'],
  ['  Été 2026! ', 'ete-2026'],
  ['Ünïcode & Co', 'unicode-co'],
  ['a---b__c', 'a-b-c'],
  ['ﬁne', 'fine'],
  [`${'x'.repeat(59)} long`, 'x'.repeat(59)],
])('P9: %j becomes %s in an address', (name, slug) => expect(normalizeSlug(name)).toBe(slug));

test.each(['', '!!!', '日本'])('%j leaves nothing to write into an address', (name) =>
  expect(normalizeSlug(name)).toBeNull(),
);

test('a slug is safe in an address and is its own slug', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (name) => {
      const slug = normalizeSlug(name);
      fc.pre(slug !== null);
      expect(slug).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(normalizeSlug(slug ?? '')).toBe(slug);
    }),
  );
});
