/** A whole installation as its users have it, in processes of its own and on a durable PostgreSQL. */
import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import postgres, { type Sql } from 'postgres';
import { companyProperties } from '../stack/demo/campaigns.ts';
import { type ApiClient, apiClient, connectPortal } from '../stack/demo/http.ts';
import { type SandboxPortal, sandboxPortal } from '../stack/demo/sandbox-portal.ts';
import { type Stack, startStack } from '../stack/stack.ts';

export interface Installation {
  readonly stack: Stack;
  readonly api: ApiClient;
  readonly apiKey: string;
  readonly portal: SandboxPortal;
  /** As the superuser, for seeding rows and for looking at them. */
  readonly sql: Sql;
  stop(): Promise<void>;
}

/** With a workspace that is connected to the sandbox's first portal; commits reach the disk. */
export async function startInstallation({ worker }: { readonly worker: boolean }): Promise<Installation> {
  const stack = await startStack({
    dataDir: mkdtempSync(join(tmpdir(), 'vouchflow-bench-')),
    throwAway: true,
    ports: 'free',
    durable: true,
    sandbox: true,
    api: true,
    worker,
    extraEnv: { RECONCILE_SECONDS: '3600', PUBLIC_RATE_LIMIT: '1000000' },
  });
  try {
    const bootstrap = fileURLToPath(new URL('../api/bootstrap.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [bootstrap, '--workspace', 'Bench', '--json'],
      { env: { ...process.env, ...stack.env } },
    );
    const { apiKey } = JSON.parse(stdout) as { apiKey: string };
    const api = apiClient(`${stack.urls.app}/api/v1`, apiKey);
    const portal = sandboxPortal(stack.urls.sandbox);
    await portal.makeProperties(companyProperties);
    await connectPortal(api, portal.portalId);
    const url = new URL(stack.superuserUrl);
    url.pathname = new URL(stack.databases.systemUrl).pathname;
    const sql = postgres(url.href, { max: 2, onnotice: () => undefined });
    return {
      stack,
      api,
      apiKey,
      portal,
      sql,
      stop: async () => {
        await sql.end();
        await stack.stop();
      },
    };
  } catch (error) {
    await stack.stop();
    throw error;
  }
}
