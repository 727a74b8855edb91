import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { generateClient } from '../../client/generate.ts';

const committed = join(import.meta.dirname, '../../client');
const folder = mkdtempSync(join(tmpdir(), 'vouchflow-client-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The fresh one lies elsewhere, and so has another way to the file beside the committed one. */
const readClient = (path: string) =>
  readFileSync(path, 'utf8').replace(/from '[^']*request\.ts'/, "from './request.ts'");

test('P14: the committed client is the one that the API’s own document makes; else run `npm run generate:client`', async () => {
  await generateClient(folder);
  for (const file of ['openapi.json', 'vouchflow.ts']) {
    // Compared as a whole, so that a failure does not print ten thousand lines.
    const isSame = readClient(join(folder, file)) === readClient(join(committed, file));
    expect({ file, isSame }).toEqual({ file, isSame: true });
  }
}, 30_000);
