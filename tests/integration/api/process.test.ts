import { spawn } from 'node:child_process';
import { once } from 'node:events';
import getPort from 'get-port';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase, testDatabase } from '../../support/stack.ts';

let urls: TestDatabase;
let env: Record<string, string>;
beforeAll(async () => {
  urls = await createTestDatabase();
  env = {
    PATH: process.env['PATH'] ?? '',
    DATABASE_URL: urls.databaseUrl,
    SYSTEM_DATABASE_URL: urls.systemUrl,
    PUBLIC_URL: 'http://vouchflow.test',
    ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
    HUBSPOT_CLIENT_ID: 'client',
    HUBSPOT_CLIENT_SECRET: 'canary-client-secret',
    HUBSPOT_APP_ID: '1',
  };
});
afterAll(() => urls.drop());

function run(file: string, args: readonly string[], variables: Record<string, string>) {
  const child = spawn(process.execPath, [file, ...args], {
    env: variables,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (output.stdout += chunk));
  child.stderr.on('data', (chunk) => (output.stderr += chunk));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...output }));
  return { child, ended, output };
}

describe('npm run api', () => {
  test('listens until SIGTERM, then closes and ends with 0; a bootstrapped key works', async () => {
    const port = await getPort({ host: '127.0.0.1' });
    const made = await run('api/bootstrap.ts', ['--workspace', 'Process', '--json'], env).ended;
    expect([made.code, made.stderr]).toEqual([0, '']);
    const { apiKey, workspaceId } = JSON.parse(made.stdout) as Record<string, string>;
    expect(workspaceId).toMatch(/^ws_/);

    const api = run('api/server.ts', [], { ...env, PORT: String(port) });
    const listening = new Promise<void>((resolve) => {
      api.child.stdout.on('data', () => api.output.stdout.includes('Server listening') && resolve());
    });
    await Promise.race([listening, api.ended.then(({ stderr }) => Promise.reject(new Error(stderr)))]);
    const url = `http://127.0.0.1:${port}`;
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const asked = await fetch(`${url}/api/v1/campaigns`, { headers: { authorization: `Bearer ${apiKey}` } });
    expect(await asked.json()).toEqual({ items: [], next: null });
    api.child.kill('SIGTERM');
    const { code, stdout, stderr } = await api.ended;
    expect(code).toBe(0);
    expect(stdout + stderr).not.toContain(apiKey);
    expect(stdout + stderr).not.toContain('canary-client-secret');
  });

  test('an incomplete configuration ends with 1 and one readable line per variable, without values', async () => {
    const { PUBLIC_URL: _left, ...incomplete } = env;
    const { code, stderr } = await run('api/server.ts', [], { ...incomplete, HUBSPOT_APP_ID: 'canary-id' })
      .ended;
    expect(code).toBe(1);
    expect(stderr).toContain('PUBLIC_URL is missing');
    expect(stderr).toContain('HUBSPOT_APP_ID must be the numeric id');
    expect(stderr).not.toContain('canary');
  });

  test('a login that walks through row-level security is refused', async () => {
    const superuser = new URL((await testDatabase()).superuserUrl);
    superuser.pathname = new URL(urls.databaseUrl).pathname;
    const { code, stderr } = await run('api/server.ts', [], {
      ...env,
      PORT: '0',
      DATABASE_URL: superuser.href,
    }).ended;
    expect(code).toBe(1);
    expect(stderr).toContain('vf_app');
    expect(stderr).not.toContain(superuser.password);
  });
});

describe('npm run bootstrap', () => {
  test('prints the key once in plain words, and says what is missing', async () => {
    const made = await run('api/bootstrap.ts', ['--workspace', 'Plain'], env).ended;
    expect(made.stdout).toMatch(/vf_key_[0-9a-z]{26}_[\w-]{43}/);
    const nameless = await run('api/bootstrap.ts', [], env).ended;
    expect([nameless.code, nameless.stderr]).toEqual([1, expect.stringContaining('--workspace')]);
  });
});
