import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { portalId } from './fixture.ts';

const main = fileURLToPath(new URL('../../../hubspot/sandbox/main.ts', import.meta.url));
const complete = {
  SANDBOX_PORT: '0',
  HUBSPOT_CLIENT_ID: 'c',
  HUBSPOT_CLIENT_SECRET: 's3cret-value',
  HUBSPOT_APP_ID: '42',
};

let child: ChildProcess | undefined;
afterEach(() => child?.kill('SIGKILL'));

function start(env: Record<string, string>, ...args: string[]): ChildProcess {
  child = spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return child;
}

async function firstLine(stream: NodeJS.ReadableStream | null | undefined): Promise<string> {
  if (!stream) return '';
  const [line] = (await once(createInterface({ input: stream }), 'line')) as [string];
  return line;
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  'the process says when it is ready, and ends cleanly on %s',
  async (signal) => {
    const sandbox = start(complete);
    const url = /^HubSpot sandbox ready at (\S+)$/.exec(await firstLine(sandbox.stdout))?.[1];
    const response = await fetch(`${url}/sandbox/portals`);
    expect(await response.json()).toMatchObject({ results: [{ portalId }] });
    sandbox.kill(signal);
    expect(await once(sandbox, 'exit')).toEqual([0, null]);
  },
);

test('a missing variable ends it at once with its name, and no value is printed', async () => {
  const sandbox = start({ ...complete, HUBSPOT_APP_ID: 'not-a-number', SANDBOX_WEBHOOK_URL: 'nonsense' });
  const chunks: Buffer[] = [];
  sandbox.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
  expect((await once(sandbox, 'close'))[0]).toBe(1);
  const text = Buffer.concat(chunks).toString();
  expect(text).toContain('HUBSPOT_APP_ID');
  expect(text).toContain('SANDBOX_WEBHOOK_URL');
  expect(text).not.toMatch(/s3cret-value|not-a-number|nonsense/);
});

/** What a process said before it ended, and how it ended. */
async function ended(sandbox: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  const told = { out: '', err: '' };
  sandbox.stdout?.on('data', (chunk: Buffer) => (told.out += chunk.toString()));
  sandbox.stderr?.on('data', (chunk: Buffer) => (told.err += chunk.toString()));
  const [code] = (await once(sandbox, 'close')) as [number | null];
  return { code, ...told };
}

/** Everything that it says once it is ready; the last line is about webhooks. */
async function greeting(sandbox: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of sandbox.stdout ?? []) {
    text += String(chunk);
    if (text.includes('webhooks to')) break;
  }
  return text;
}

test('design §4: a process that is killed loses nothing that it had answered', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
  const flags = ['--port', '0', '--database', join(folder, 'sandbox.sqlite')];
  const urlOf = async (sandbox: ChildProcess) => /ready at (\S+)/.exec(await greeting(sandbox))?.[1] ?? '';
  const first = start({}, ...flags);
  const url = await urlOf(first);
  const install = await fetch(`${url}/sandbox/portals/${portalId}/install`, { method: 'POST' });
  const { access_token: token } = (await install.json()) as { access_token: string };
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const path = '/crm/v3/objects/contacts';
  const body = JSON.stringify({ properties: { email: 'kept@example.test' } });
  const made = await fetch(url + path, { method: 'POST', headers, body });
  const { id } = (await made.json()) as { id: string };
  first.kill('SIGKILL');
  await once(first, 'exit');

  const again = await fetch(`${await urlOf(start({}, ...flags))}${path}/${id}`, { headers });
  expect(await again.json()).toMatchObject({ id, properties: { email: 'kept@example.test' } });
  await rm(folder, { recursive: true });
});

test('design §4: it starts with nothing set, and tells the app that may connect', async () => {
  const text = await greeting(start({}, '--port', '0', '--seed', '20'));
  expect(text).toMatch(/client secret {2}sandbox-client-secret\n {2}app id {9}1234567/);
  const url = /ready at (\S+)/.exec(text)?.[1];
  const response = await fetch(`${url}/sandbox/portals/${portalId}/contacts`);
  expect(((await response.json()) as { results: unknown[] }).results).toHaveLength(20);
});

test('flags win over the environment, and a secret that was given is not printed', async () => {
  const sandbox = start(
    { ...complete, SANDBOX_REDIRECT_URLS: 'http://localhost:1/environment' },
    '--app-id=77',
    '--redirect-url=http://localhost:2/a',
    '--redirect-url=http://localhost:2/b',
  );
  const text = await greeting(sandbox);
  expect(text).toContain('app id         77');
  expect(text).toContain('http://localhost:2/a, http://localhost:2/b');
  expect(text).not.toMatch(/environment|s3cret-value/);
});

test('a port that is taken is told in one line', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as AddressInfo;
  const { code, err } = await ended(start({}, '--port', String(port)));
  holder.close();
  expect([code, err]).toEqual([
    1,
    `Port ${port} on 127.0.0.1 is taken by another program; --port chooses another.\n`,
  ]);
});

test('a flag that does not exist is named, and the help names those that do', async () => {
  const wrong = await ended(start({}, '--prot', '1'));
  expect(wrong).toMatchObject({ code: 1, err: "Unknown option '--prot'. --help shows what there is.\n" });
  const helped = await ended(start({}, '--help'));
  expect(helped.code).toBe(0);
  for (const flag of ['--port', '--database', '--redirect-url', '--seed']) expect(helped.out).toContain(flag);
});
