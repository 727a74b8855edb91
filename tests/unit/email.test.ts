import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { emailKey } from '../../domain/email.ts';

test.each([
  ['ada@example.com', 'ada@example.com'],
  ['  Ada.Lovelace@Example.COM\n', 'ada.lovelace@example.com'],
  ["o'brien+tag@sub.example.co.uk", "o'brien+tag@sub.example.co.uk"],
  ['ÉVA@exämple.de', 'éva@exämple.de'],
  ['a@b.cd', 'a@b.cd'],
])('%j is one person under %s', (text, key) => expect(emailKey(text)).toBe(key));

test.each([
  ['nothing', ''],
  ['no at sign', 'ada.example.com'],
  ['two at signs', 'ada@example.com@example.org'],
  ['nobody', '@example.com'],
  ['nowhere', 'ada@'],
  ['a host without a dot', 'ada@localhost'],
  ['an empty label', 'ada@example..com'],
  ['a dot at the end', 'ada@example.com.'],
  ['a dot before the at sign', 'ada.@example.com'],
  ['a dot at the start', '.ada@example.com'],
  ['a hyphen at an edge', 'ada@-example.com'],
  ['a space inside', 'ada lovelace@example.com'],
  ['a line break inside', 'ada@example.com\nbcc:x@example.com'],
  ['a name around it', 'Ada <ada@example.com>'],
  ['two addresses', 'ada@example.com,eva@example.com'],
  ['an invisible character', 'ada\u200B@example.com'],
  ['a null character', 'ada\u0000@example.com'],
  ['too long a name', `${'a'.repeat(65)}@example.com`],
  ['too long a whole', `ada@${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(65)}.com`],
])('%s cannot be an address', (_why, text) => expect(emailKey(text)).toBeNull());

test('a key is its own key', () => {
  fc.assert(
    fc.property(fc.emailAddress(), (address) => {
      const key = emailKey(address);
      fc.pre(key !== null);
      expect(emailKey(key ?? '')).toBe(key);
    }),
  );
});

test('addresses as people have them are taken', () => {
  fc.assert(
    fc.property(fc.emailAddress({ size: 'small' }), (address) => {
      expect(emailKey(address)).toBe(address.toLowerCase());
    }),
  );
});

test('a long hostile text is answered at once', () => {
  expect(emailKey(`${'a.'.repeat(50_000)}@${'b.'.repeat(50_000)}`)).toBeNull();
});
