import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const folder = new URL('../../domain/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));
const source = (name: string) => readFileSync(new URL(name, folder), 'utf8');

test.each(files)(
  'house style: domain/%s imports nothing but domain/, so that workflows can hold it',
  (name) => {
    const imported = [...source(name).matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(
      ([, path]) => path ?? '',
    );
    expect(imported.filter((path) => !/^\.\/[a-z-]+\.ts$/.test(path))).toEqual([]);
  },
);

test.each(files)('house style: domain/%s reads no clock, no chance and no surroundings', (name) => {
  expect(source(name)).not.toMatch(
    /Date\.now|new Date\(\)|Math\.random|\bprocess\.|\bcrypto\b|\bIntl\.|toLocale/,
  );
});
