/**
 * Makes the TypeScript client from the API's own OpenAPI document: typed calls, and a TanStack Query hook for each.
 * Nothing is asked of a network or a database. `npm run generate:client`; `--out FOLDER` writes elsewhere.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generate } from 'orval';
import { buildApp } from '../api/app.ts';
import { apiConfig } from '../config/env.ts';
import { connectDatabase } from '../db/client.ts';
import { secretBox } from '../db/secret-box.ts';
import type { HubSpotGateway } from '../hubspot/open-hubspot.ts';

/** What the app needs to be built and never uses while it only describes itself. */
const config = apiConfig({
  DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
  SYSTEM_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
  PUBLIC_URL: 'http://127.0.0.1:3000',
  ENCRYPTION_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`,
  HUBSPOT_CLIENT_ID: 'none',
  HUBSPOT_CLIENT_SECRET: 'none',
  HUBSPOT_APP_ID: '1',
  LOG_LEVEL: 'silent',
});

async function openApiDocument(): Promise<object> {
  const database = connectDatabase({
    databaseUrl: config.DATABASE_URL,
    systemUrl: config.SYSTEM_DATABASE_URL,
  });
  const app = await buildApp({
    config,
    database,
    hubspot: {} as HubSpotGateway,
    secretBox: secretBox(config.ENCRYPTION_KEYS),
    now: () => new Date(0).toISOString(),
  });
  await app.ready();
  const document = app.swagger();
  await app.close();
  await database.close();
  return document;
}

export async function generateClient(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const document = join(folder, 'openapi.json');
  writeFileSync(document, `${JSON.stringify(await openApiDocument(), null, 2)}\n`);
  await generate({
    input: { target: document },
    output: {
      target: join(folder, 'vouchflow.ts'),
      client: 'react-query',
      httpClient: 'fetch',
      mode: 'single',
      override: {
        mutator: { path: join(import.meta.dirname, 'request.ts'), name: 'request' },
        fetch: { includeHttpResponseReturnType: false },
        query: { signal: true },
      },
    },
  });
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { out: { type: 'string', default: import.meta.dirname } } });
  await generateClient(values.out);
}
