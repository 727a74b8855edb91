/**
 * The whole product in one process, over real PostgreSQL, real Temporal and the HubSpot sandbox over HTTP: for tests
 * that look into it. Tests that kill processes start the stack instead.
 */
import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import getPort from 'get-port';
import { pino } from 'pino';
import { buildApp } from '../../api/app.ts';
import { createWorkspaceWithKey } from '../../api/workspace.ts';
import { apiConfig, workerConfig } from '../../config/env.ts';
import { connectDatabase, type Database } from '../../db/client.ts';
import { connectionFence, tokenStore } from '../../db/queries/system/fence.ts';
import { pacer } from '../../db/queries/system/pacer.ts';
import { secretBox } from '../../db/secret-box.ts';
import { hubspotGateway } from '../../hubspot/open-hubspot.ts';
import { type Sandbox, startSandbox } from '../../hubspot/sandbox/server.ts';
import { type RunningWorker, startWorker } from '../../worker/worker.ts';
import { type ApiClient, apiClient, connectPortal } from '../../stack/demo/http.ts';
import { createTestDatabase, testTemporal, type TestDatabase, type TestTemporal } from './stack.ts';

export interface World {
  readonly url: string;
  readonly sandbox: Sandbox;
  readonly database: Database;
  readonly databaseUrls: TestDatabase;
  readonly temporal: Client;
  readonly workspaceId: string;
  /** Calls the API as the workspace's operator. */
  readonly api: ApiClient;
  /** Calls the sandbox's control API. */
  readonly control: ApiClient;
  readonly portalId: string;
  /** Every log line of API and worker, for tests that search them. */
  readonly logLines: readonly string[];
  startWorker(): Promise<RunningWorker>;
  stopWorker(): Promise<void>;
  /** A new, empty Temporal in place of the old one, on the same address. */
  stopTemporal(): Promise<void>;
  startTemporal(): Promise<void>;
  stop(): Promise<void>;
}

interface WorldOptions {
  readonly worker?: boolean;
  readonly connected?: boolean;
  readonly reconcileSeconds?: number;
}

export const testPortalId = '4242001';

export async function startWorld({ worker = true, connected = true, reconcileSeconds = 3_600 }: WorldOptions = {}): Promise<World> {
  const [urls, port, firstTemporal] = [await createTestDatabase(), await getPort({ host: '127.0.0.1' }), await testTemporal()];
  const url = `http://127.0.0.1:${port}`;
  const app = { clientId: 'world-client', clientSecret: randomBytes(16).toString('hex'), appId: '7070' };
  const sandbox = await startSandbox({
    database: ':memory:',
    app: { ...app, redirectUrls: [`${url}/hubspot/callback`], webhookUrl: `${url}/webhooks/hubspot` },
  });
  const env = {
    DATABASE_URL: urls.databaseUrl,
    SYSTEM_DATABASE_URL: urls.systemUrl,
    PUBLIC_URL: url,
    ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    HUBSPOT_CLIENT_ID: app.clientId,
    HUBSPOT_CLIENT_SECRET: app.clientSecret,
    HUBSPOT_APP_ID: app.appId,
    HUBSPOT_API_URL: sandbox.url,
    HUBSPOT_AUTH_URL: sandbox.url,
    LOG_LEVEL: 'debug',
    PORT: String(port),
    RECONCILE_SECONDS: String(reconcileSeconds),
  };
  const config = apiConfig(env);
  const database = connectDatabase({ databaseUrl: urls.databaseUrl, systemUrl: urls.systemUrl });
  const box = secretBox(config.ENCRYPTION_KEYS);
  const { system } = database;
  const logLines: string[] = [];
  const destination = { write: (line: string) => void logLines.push(line) };
  const log = pino({ level: 'debug' }, destination);
  const hubspot = hubspotGateway(
    { apiUrl: sandbox.url, authUrl: sandbox.url, version: 'v3', ...app },
    { fence: connectionFence(system, box), tokens: tokenStore(system, box), pacer: pacer(system) },
  );
  const server = await buildApp({
    config,
    database,
    hubspot,
    secretBox: box,
    now: () => new Date().toISOString(),
    publicRateLimit: 100_000,
    logDestination: destination,
  });
  await server.listen({ host: '127.0.0.1', port });
  const { workspaceId, apiKey } = await createWorkspaceWithKey(database, { name: 'World' });
  const api = apiClient(`${url}/api/v1`, apiKey);
  const control = apiClient(`${sandbox.url}/sandbox`);
  if (connected) await connectPortal(api, testPortalId);

  let temporalServer: TestTemporal | null = firstTemporal;
  const { address, namespace } = firstTemporal;
  const temporalPort = Number(address.split(':').at(-1));
  const temporal = new Client({ connection: Connection.lazy({ address }), namespace });
  let running: RunningWorker | null = null;
  const world: World = {
    url,
    sandbox,
    database,
    databaseUrls: urls,
    temporal,
    workspaceId,
    api,
    control,
    portalId: testPortalId,
    logLines,
    async startWorker() {
      running = await startWorker(workerConfig(env), { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace }, log);
      return running;
    },
    async stopWorker() {
      await running?.stop();
      running = null;
    },
    async stopTemporal() {
      await temporalServer?.stop();
      temporalServer = null;
    },
    async startTemporal() {
      temporalServer = await testTemporal({ port: temporalPort });
    },
    async stop() {
      await world.stopWorker();
      await server.close();
      await temporal.connection.close();
      await database.close();
      await sandbox.close();
      await world.stopTemporal();
      await urls.drop();
    },
  };
  if (worker) await world.startWorker();
  return world;
}
