import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { expect, test } from 'vitest';
import { apiConfig, migrationConfig, workerConfig } from '../../../config/env.ts';
import { AlreadyRunningError, type Stack, type StackOptions, startStack } from '../../../stack/stack.ts';
import {
  type PartName,
  partNames,
  readState,
  runningParts,
  type StackState,
} from '../../../stack/state-file.ts';
import { testFolder } from '../../support/stack.ts';
import { broken, commands } from './stand-ins/commands.ts';

const options = (dataDir: string, more: Partial<StackOptions> = {}): StackOptions => ({
  dataDir,
  ports: 'free',
  durable: false,
  sandbox: true,
  api: true,
  worker: true,
  commands,
  ...more,
});

const stateOf = (dataDir: string): StackState => {
  const state = readState(join(dataDir, 'stack.json'));
  if (!state) throw new Error(`no stack.json in ${dataDir}`);
  return state;
};

/** Polls, for what another process does in its own time. */
async function eventually(condition: () => boolean): Promise<void> {
  const until = performance.now() + 45_000;
  while (!condition()) {
    if (performance.now() > until) throw new Error('it did not come true in time');
    await delay(30);
  }
}

test('design §9: every part runs, and the roles get a whole configuration', async () => {
  const dataDir = await testFolder('stack');
  const stack = await startStack(options(dataDir, { extraEnv: { RECONCILE_SECONDS: '7', PORT: '1' } }));
  expect(runningParts(stateOf(dataDir))).toEqual(partNames);
  expect(apiConfig(stack.env)).toMatchObject({
    PUBLIC_URL: stack.urls.app,
    HUBSPOT_API_URL: stack.urls.sandbox,
  });
  expect(workerConfig(stack.env).RECONCILE_SECONDS).toBe(7);
  expect(migrationConfig(stack.env).MIGRATION_DATABASE_URL).toBe(stack.databases.migrationUrl);
  expect((await fetch(`${stack.urls.app}/readyz`)).status).toBe(200);

  await stack.stop();
  expect(existsSync(join(dataDir, 'stack.json'))).toBe(false);
});

test('design §9: parts are stopped in the order api, worker, sandbox, Temporal, PostgreSQL', async () => {
  const dataDir = await testFolder('stack');
  const stack = await startStack(options(dataDir));
  const { parts } = stateOf(dataDir);
  await stack.stop();
  expect(runningParts({ ...stateless, parts })).toEqual([]);
  const moment = (part: PartName, word: string) =>
    Number(new RegExp(`${word} (\\d+)`).exec(stack.logTail(part))?.[1]);
  expect(moment('api', 'stopped')).toBeLessThanOrEqual(moment('worker', 'stopping'));
  expect(moment('worker', 'stopped')).toBeLessThanOrEqual(moment('sandbox', 'stopping'));
  // PostgreSQL's own log has the day and time of its shutdown.
  const shutdown = /^(\S+ \S+) UTC .*received fast shutdown request/m.exec(
    readFileSync(stack.logFile('postgres'), 'utf8'),
  );
  expect(Date.parse(`${shutdown?.[1]?.replace(' ', 'T')}Z`)).toBeGreaterThanOrEqual(
    moment('sandbox', 'stopping'),
  );
});

const stateless: StackState = { supervisor: { pid: 0, startedAt: '' }, parts: {}, addresses: {} };

test('a part that is killed can be started again, on the same address; one that dies by itself is told', async () => {
  const told = Promise.withResolvers<PartName>();
  const dataDir = await testFolder('stack');
  const stack = await startStack(options(dataDir, { onUnexpectedEnd: (_stack, part) => told.resolve(part) }));
  try {
    await stack.kill('postgres');
    expect(stack.identity('postgres')).toBeNull();
    await stack.startPart('postgres');
    await stack.restart('api');
    expect((await fetch(`${stack.urls.app}/readyz`)).status).toBe(200);

    process.kill(stack.identity('worker')?.pid ?? 0, 'SIGKILL');
    expect(await told.promise).toBe('worker');
    await stack.startPart('worker');
    expect(runningParts(stateOf(dataDir))).toEqual(partNames);
  } finally {
    await stack.stop();
  }
});

test('a second start on the same data folder is refused with the addresses of the first', async () => {
  const dataDir = await testFolder('stack');
  const stack = await startStack(options(dataDir));
  const second = await startStack(options(dataDir)).catch((error: unknown) => error);
  await stack.stop();
  expect(second).toBeInstanceOf(AlreadyRunningError);
  expect(second).toMatchObject({ addresses: { Vouchflow: stack.urls.app } });
});

test('a part that does not start ends the start with its own words, and nothing is left running', async () => {
  const dataDir = await testFolder('stack');
  let parts: StackState['parts'] = {};
  const failing = startStack(options(dataDir, { commands: { ...commands, api: broken } }));
  void eventually(() => {
    parts = readState(join(dataDir, 'stack.json'))?.parts ?? parts;
    return parts.postgres !== undefined && parts.temporal !== undefined;
  });
  await expect(failing).rejects.toThrow(/api ended while starting:\n.*PUBLIC_URL is missing/s);
  expect(parts.postgres).toBeDefined();
  expect(runningParts({ ...stateless, parts })).toEqual([]);
});

test('an aborted start leaves nothing running', async () => {
  const dataDir = await testFolder('stack');
  const abort = new AbortController();
  const starting = startStack(options(dataDir, { signal: abort.signal }));
  await eventually(() => readState(join(dataDir, 'stack.json'))?.parts.temporal !== undefined);
  const { parts } = stateOf(dataDir);
  abort.abort(new Error('Ctrl-C'));
  await expect(starting).rejects.toThrow('Ctrl-C');
  expect(runningParts({ ...stateless, parts })).toEqual([]);
});

async function supervisor(dataDir: string, throwAway: 'yes' | 'no'): Promise<ChildProcess> {
  const file = fileURLToPath(new URL('./stand-ins/supervisor.ts', import.meta.url));
  const child = spawn(process.execPath, [file, dataDir, throwAway], { stdio: ['ignore', 'pipe', 'inherit'] });
  expect(String(await once(child.stdout, 'data'))).toContain('ready');
  return child;
}

test('design §9: what a killed supervisor left running is stopped by the next start, and its data are kept', async () => {
  const dataDir = await testFolder('stack');
  const child = await supervisor(dataDir, 'no');
  const left = stateOf(dataDir);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(runningParts(left)).toEqual(partNames);

  const said: string[] = [];
  const stack: Stack = await startStack(options(dataDir, { say: (line) => said.push(line) }));
  expect(said).toEqual([
    'Stopped what an earlier start left running: api, worker, sandbox, temporal, postgres.',
  ]);
  expect(runningParts(left)).toEqual([]);
  const sql = postgres(stack.databases.systemUrl, { max: 1 });
  expect(await sql`select count(*)::int as n from workspaces`).toMatchObject([{ n: 0 }]);
  await sql.end();
  await stack.stop();
});

test('a throw-away stack goes with its supervisor, folder and all', async () => {
  const dataDir = await testFolder('stack');
  const child = await supervisor(dataDir, 'yes');
  const left = stateOf(dataDir);
  child.kill('SIGKILL');
  await eventually(() => !existsSync(dataDir));
  expect(runningParts(left)).toEqual([]);
});
