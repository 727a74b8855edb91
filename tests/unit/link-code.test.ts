import { expect, test } from 'vitest';
import { newLinkCode } from '../../domain/link-code.ts';

test('P9: a link code uses every place it is given, and no letter that reads like a digit', () => {
  const picked: number[] = [];
  const codes = Array.from({ length: 31 }, (_, at) =>
    newLinkCode((below) => {
      picked.push(below);
      return at;
    }),
  );
  expect(new Set(picked)).toEqual(new Set([31]));
  expect(new Set(codes).size).toBe(31);
  expect(codes.join('')).toMatch(/^([a-z2-9]{10}){31}$/);
  expect(codes.join('')).not.toMatch(/[ilo01]/);
});
