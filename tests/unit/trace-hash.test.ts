import { expect, test } from 'vitest';
import { traceHasher } from '../../db/trace-hash.ts';

const ring = (...bytes: number[]) => bytes.map((byte) => ({ id: `k${byte}`, key: Buffer.alloc(32, byte) }));
const ip = (workspaceId: string) => ({ kind: 'ip', workspaceId, address: '203.0.113.7' }) as const;

test('an address has one hash in a workspace, and another one in another workspace and under another key', () => {
  const [one, other] = [traceHasher(ring(1)), traceHasher(ring(2))];
  expect(one.hash(ip('a'))).toBe(one.hash(ip('a')));
  expect(new Set([one.hash(ip('a')), one.hash(ip('b')), other.hash(ip('a'))]).size).toBe(3);
  expect(one.hash(ip('a'))).toMatch(/^[\w-]{22}$/);
});

test('what was stored before a rotation is found while its key is in the ring', () => {
  const before = traceHasher(ring(1)).hash(ip('a'));
  const rotated = traceHasher(ring(2, 1));
  expect(rotated.hash(ip('a'))).not.toBe(before);
  expect(rotated.candidates(ip('a'))).toEqual([rotated.hash(ip('a')), before]);
});
