import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { fromPublicId, toPublicId } from '../domain/id.ts';

/** `vf_` + public id of the key's row + `_` + 256 random bits: found by its id, proved by its hash. */
const pattern = /^vf_([a-z]+_[0-9a-z]{26})_[A-Za-z0-9_-]{43}$/;

export const newApiKey = (id: string): string =>
  `vf_${toPublicId('apiKey', id)}_${randomBytes(32).toString('base64url')}`;

/** High entropy needs no slow hash. */
export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** The row's id that a presented key names; null when it is not shaped like a key of ours. */
export function readApiKey(key: string): { readonly id: string; readonly key: string } | null {
  const publicId = pattern.exec(key)?.[1];
  const id = publicId && fromPublicId('apiKey', publicId);
  return id ? { id, key } : null;
}

/** Compares in constant time. */
export function hashesTo(secret: string, expectedHex: string): boolean {
  const [given, expected] = [Buffer.from(sha256(secret), 'hex'), Buffer.from(expectedHex, 'hex')];
  return given.length === expected.length && timingSafeEqual(given, expected);
}
