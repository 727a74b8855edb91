import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
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

function start(env: Record<string, string>): ChildProcess {
  child = spawn(process.execPath, [main], {
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
