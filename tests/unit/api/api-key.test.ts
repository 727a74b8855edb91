import { v7 as newId } from 'uuid';
import { describe, expect, test } from 'vitest';
import { hashesTo, newApiKey, readApiKey, sha256 } from '../../../api/api-key.ts';

describe('API keys', () => {
  test('a key names its row and carries 256 random bits, never the same twice', () => {
    const id = newId();
    const [one, two] = [newApiKey(id), newApiKey(id)];
    expect(one).toMatch(/^vf_key_[0-9a-z]{26}_[\w-]{43}$/);
    expect(one).not.toBe(two);
    expect(readApiKey(one)?.id).toBe(id);
  });

  test('a secret that holds underscores and hyphens is read whole', () => {
    const key = `${newApiKey(newId()).slice(0, -43)}${'_-'.repeat(21)}_`;
    expect(readApiKey(key)?.key).toBe(key);
  });

  test('what is not shaped like a key is none', () => {
    const key = newApiKey(newId());
    const others = [
      '',
      'vf_',
      key.slice(1),
      `${key}x`,
      key.replace('key_', 'cmp_'),
      key.toUpperCase(),
      `${key}\n`,
    ];
    expect(others.map(readApiKey)).toEqual(others.map(() => null));
  });

  test('a secret is compared by its hash, whatever the stored text is', () => {
    expect(hashesTo('secret', sha256('secret'))).toBe(true);
    expect(hashesTo('secret', sha256('Secret'))).toBe(false);
    expect(hashesTo('secret', '')).toBe(false);
    expect(hashesTo('secret', 'not hex')).toBe(false);
  });
});
