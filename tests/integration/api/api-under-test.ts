/** The API over real PostgreSQL, asked by `inject`; with the HubSpot sandbox where a test needs HubSpot. */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { buildApp } from '../../../api/app.ts';
import { createWorkspaceWithKey } from '../../../api/workspace.ts';
import { apiConfig } from '../../../config/env.ts';
import { connectDatabase, type Database } from '../../../db/client.ts';
import { connectionFence, type ReconnectNeeded, tokenStore } from '../../../db/queries/system/fence.ts';
import { pacer } from '../../../db/queries/system/pacer.ts';
import { secretBox } from '../../../db/secret-box.ts';
import { hubspotGateway } from '../../../hubspot/open-hubspot.ts';
import { createTestDatabase } from '../../support/stack.ts';

export const publicUrl = 'http://vouchflow.test';
export const hubspotApp = { clientId: 'api-client', clientSecret: 'api-secret', appId: '7070' } as const;

export interface Answer<T = Record<string, never>> {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: T;
  readonly text: string;
}

export interface Operator {
  readonly workspaceId: string;
  readonly apiKey: string;
  /** Calls a path below `/api/v1` with this workspace's key. */
  call<T = Answerable>(
    method: Method,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<T>>;
}

/** Loose on purpose: tests look at one or two fields of an answer. */
export type Answerable = Record<string, unknown> & {
  readonly id: string;
  readonly detail: string;
  readonly errors: readonly { readonly field: string; readonly message: string }[];
  readonly items: readonly Record<string, unknown>[];
  readonly next: string | null;
};

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface ApiUnderTest {
  readonly app: FastifyInstance;
  readonly database: Database;
  readonly logLines: readonly string[];
  /** What the token store told of connections that only a person can bring back. */
  readonly reconnects: readonly ReconnectNeeded[];
  operator(name?: string): Promise<Operator>;
  send<T = Answerable>(options: InjectOptions): Promise<Answer<T>>;
  stop(): Promise<void>;
}

interface Options {
  /** The sandbox's address; without one, HubSpot is a closed port. */
  readonly hubspotUrl?: string;
  readonly poolSize?: number;
  readonly publicRateLimit?: number;
  /** Becomes HUBSPOT_PRIVATE_TOKEN. */
  readonly privateToken?: string;
  /** The API's clock; the real one unless told. */
  readonly now?: () => string;
}

export async function startApi({
  hubspotUrl = 'http://127.0.0.1:9',
  poolSize,
  publicRateLimit = 100_000,
  privateToken,
  now = () => new Date().toISOString(),
}: Options = {}): Promise<ApiUnderTest> {
  const urls = await createTestDatabase();
  const config = apiConfig({
    DATABASE_URL: urls.databaseUrl,
    SYSTEM_DATABASE_URL: urls.systemUrl,
    PUBLIC_URL: publicUrl,
    ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    HUBSPOT_CLIENT_ID: hubspotApp.clientId,
    HUBSPOT_CLIENT_SECRET: hubspotApp.clientSecret,
    HUBSPOT_APP_ID: hubspotApp.appId,
    HUBSPOT_PRIVATE_TOKEN: privateToken,
    HUBSPOT_API_URL: hubspotUrl,
    HUBSPOT_AUTH_URL: hubspotUrl,
    TEMPORAL_UI_URL: 'http://temporal.test',
    LOG_LEVEL: 'debug',
    PUBLIC_RATE_LIMIT: String(publicRateLimit),
  });
  const database = connectDatabase({
    databaseUrl: urls.databaseUrl,
    systemUrl: urls.systemUrl,
    ...(poolSize && { poolSize }),
  });
  const box = secretBox(config.ENCRYPTION_KEYS);
  const reconnects: ReconnectNeeded[] = [];
  const { system } = database;
  const hubspot = hubspotGateway(
    { apiUrl: hubspotUrl, authUrl: hubspotUrl, version: 'v3', ...hubspotApp },
    {
      fence: connectionFence(system, box),
      tokens: tokenStore(system, box, (event) => void reconnects.push(event)),
      pacer: pacer(system),
    },
  );
  const logLines: string[] = [];
  const app = await buildApp({
    config,
    database,
    hubspot,
    secretBox: box,
    now,
    logDestination: { write: (line) => void logLines.push(line) },
  });
  await app.ready();

  const send = async <T>(options: InjectOptions): Promise<Answer<T>> => {
    const { statusCode, headers, payload } = await app.inject(options);
    const isJson = payload !== '' && /json/.test(headers['content-type'] ?? '');
    return { status: statusCode, headers, text: payload, body: (isJson ? JSON.parse(payload) : {}) as T };
  };
  return {
    app,
    database,
    logLines,
    reconnects,
    send,
    async operator(name = 'Test') {
      const { workspaceId, apiKey } = await createWorkspaceWithKey(database, { name });
      return {
        workspaceId,
        apiKey,
        call: (method, path, body, headers = {}) =>
          send({
            method,
            url: `/api/v1${path}`,
            headers: { authorization: `Bearer ${apiKey}`, ...headers },
            ...(body !== undefined && { payload: body as object }),
          }),
      };
    },
    async stop() {
      await app.close();
      await database.close();
      await urls.drop();
    },
  };
}
