/** How the product's own processes are started in an embedded stack: their commands and their environment. */
import { fileURLToPath } from 'node:url';
import { defaultWebhookProperties } from '../config/env.ts';
import { loopback, type StackPorts } from './addresses.ts';
import type { DatabaseUrls } from './database.ts';
import type { StackSettings } from './settings.ts';

export type RoleName = 'api' | 'worker' | 'sandbox';

/** What Node runs: a file and its arguments. */
export type RoleCommand = readonly [file: string, ...args: string[]];

const fileOf = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

export const checkout = fileOf('.');

export const roleCommands: Readonly<Record<RoleName, RoleCommand>> = {
  api: [fileOf('api/server.ts')],
  worker: [fileOf('worker/main.ts')],
  sandbox: [fileOf('hubspot/sandbox/main.ts')],
};

export type Variables = Readonly<Record<string, string>>;

interface Roles {
  readonly ports: StackPorts;
  readonly settings: StackSettings;
  /** Its profile names the embedded Temporal, so that a profile of the user's own is not read. */
  readonly temporalConfigFile: string;
  /** True: HubSpot is the sandbox beside us. False: it is what `extra` says. */
  readonly sandbox: boolean;
  /** Wins over everything but the addresses of the embedded parts. */
  readonly extra: Variables;
}

/** Every variable of `config/env.ts` and of Temporal's own configuration, but for the database's. */
export function roleVariables({ ports, settings, temporalConfigFile, sandbox, extra }: Roles): Variables {
  return {
    PUBLIC_URL: loopback(ports.app),
    ENCRYPTION_KEYS: settings.encryptionKeys,
    // Without webhooks of a real portal, half a minute is how soon a change is noticed.
    RECONCILE_SECONDS: '30',
    ...(sandbox ? sandboxVariables(ports, settings) : {}),
    ...extra,
    // The worker says in a line of level info that it is ready.
    LOG_LEVEL: extra['LOG_LEVEL'] === 'debug' ? 'debug' : 'info',
    HOST: '127.0.0.1',
    PORT: String(ports.app),
    TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}`,
    TEMPORAL_NAMESPACE: 'default',
    TEMPORAL_CONFIG_FILE: temporalConfigFile,
    TEMPORAL_UI_URL: loopback(ports.temporalUi),
  };
}

/** What a role logs in with. The owner of the tables is none of them: it is for the migration only. */
export const databaseVariables = ({ databaseUrl, systemUrl }: DatabaseUrls): Variables => ({
  DATABASE_URL: databaseUrl,
  SYSTEM_DATABASE_URL: systemUrl,
});

function sandboxVariables(ports: StackPorts, { sandboxApp }: StackSettings): Variables {
  return {
    HUBSPOT_CLIENT_ID: sandboxApp.clientId,
    HUBSPOT_CLIENT_SECRET: sandboxApp.clientSecret,
    HUBSPOT_APP_ID: sandboxApp.appId,
    HUBSPOT_API_URL: loopback(ports.sandbox),
    HUBSPOT_AUTH_URL: loopback(ports.sandbox),
    HUBSPOT_WEBHOOK_PROPERTIES: defaultWebhookProperties,
  };
}

/** What the sandbox process reads besides: where it keeps its state and whom it tells of changes. */
export function sandboxOwnVariables(
  variables: Variables,
  { port, database }: { readonly port: number; readonly database: string },
): Variables {
  const publicUrl = variables['PUBLIC_URL'] ?? '';
  const properties = variables['HUBSPOT_WEBHOOK_PROPERTIES'];
  return {
    SANDBOX_PORT: String(port),
    SANDBOX_DATABASE: database,
    SANDBOX_REDIRECT_URLS: `${publicUrl}/hubspot/callback`,
    SANDBOX_WEBHOOK_URL: `${publicUrl}/webhooks/hubspot`,
    ...(properties ? { SANDBOX_WEBHOOK_PROPERTIES: properties } : {}),
  };
}

/**
 * The surroundings of a role: ours, less whatever names another database, Temporal or HubSpot. A stack that a test
 * or a demo starts must never reach the real portal of whoever runs it.
 */
export function surroundings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const foreign =
    /^(HUBSPOT_|TEMPORAL_|VOUCHFLOW_|SANDBOX_|VITEST|PG[A-Z]+$|(MIGRATION_|SYSTEM_)?DATABASE_URL$)/;
  const own = /^(PUBLIC_URL|ENCRYPTION_KEYS|RECONCILE_SECONDS|LOG_LEVEL|HOST|PORT|SMTP_URL)$/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !foreign.test(name) && !own.test(name)));
}
