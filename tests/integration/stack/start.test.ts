import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { identityOf } from '../../../stack/processes.ts';
import { writeState } from '../../../stack/state-file.ts';
import { testFolder } from '../../support/stack.ts';

/** `npm start` as a user's shell runs it, with nothing but this environment. */
async function start(env: Readonly<Record<string, string>>) {
  const file = fileURLToPath(new URL('../../../stack/start.ts', import.meta.url));
  const child = spawn(process.execPath, [file], { env: { PATH: process.env['PATH'], ...env } });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += String(chunk);
  });
  const [code] = await once(child, 'close');
  return { code: Number(code), lines: errors.trimEnd().split('\n') };
}

async function takePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  onTestFinished(() => servers.forEach((server) => server.close()));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  return servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address ? address.port : 0;
  });
}

test('npm start with every port taken: a line for each, exit code 1, and nothing is started', async () => {
  const dataDir = await testFolder('start');
  const [app, postgres, temporal, ui, sandbox] = (await takePorts(5)).map(String);
  const { code, lines } = await start({
    VOUCHFLOW_DATA: dataDir,
    VOUCHFLOW_PORT: app ?? '',
    VOUCHFLOW_POSTGRES_PORT: postgres ?? '',
    VOUCHFLOW_TEMPORAL_PORT: temporal ?? '',
    VOUCHFLOW_TEMPORAL_UI_PORT: ui ?? '',
    VOUCHFLOW_SANDBOX_PORT: sandbox ?? '',
  });
  expect(code).toBe(1);
  expect(
    lines.map((line) => /^Port (\d+) is taken.*set (VOUCHFLOW_[A-Z_]+) to use/.exec(line)?.slice(1)),
  ).toEqual([
    [app, 'VOUCHFLOW_PORT'],
    [postgres, 'VOUCHFLOW_POSTGRES_PORT'],
    [temporal, 'VOUCHFLOW_TEMPORAL_PORT'],
    [ui, 'VOUCHFLOW_TEMPORAL_UI_PORT'],
    [sandbox, 'VOUCHFLOW_SANDBOX_PORT'],
  ]);
  expect(existsSync(join(dataDir, 'stack.json'))).toBe(false);
  expect(existsSync(join(dataDir, 'postgres'))).toBe(false);
});

test('npm start beside a running one shows where that one is', async () => {
  const dataDir = await testFolder('start');
  const supervisor = identityOf(process.pid);
  if (!supervisor) throw new Error('this process is not found');
  const addresses = { Vouchflow: 'http://127.0.0.1:3999' };
  writeState(join(dataDir, 'stack.json'), { supervisor, parts: {}, addresses });
  const { code, lines } = await start({ VOUCHFLOW_DATA: dataDir });
  expect(code).toBe(1);
  expect(lines.join('\n')).toMatch(/already running[\s\S]*Vouchflow {3}http:\/\/127\.0\.0\.1:3999/);
});
