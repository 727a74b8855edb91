/** The API process: configuration in, HTTP out. `npm run api`. */
import type { FastifyInstance } from 'fastify';
import { apiConfig, ConfigurationError } from '../config/env.ts';
import { connectDatabase, refusePrivilegedRole } from '../db/client.ts';
import { connectionFence, reconnectNeeded, tokenStore } from '../db/queries/system/fence.ts';
import { pacer } from '../db/queries/system/pacer.ts';
import { secretBox } from '../db/secret-box.ts';
import { hubspotGateway } from '../hubspot/open-hubspot.ts';
import { buildApp } from './app.ts';

/** Requests under way get this long to end. */
const closeWithinMs = 10_000;

async function main(): Promise<void> {
  const config = apiConfig();
  const database = connectDatabase({
    databaseUrl: config.DATABASE_URL,
    systemUrl: config.SYSTEM_DATABASE_URL,
  });
  await refusePrivilegedRole(database);
  const box = secretBox(config.ENCRYPTION_KEYS);
  const hubspot = hubspotGateway(
    {
      apiUrl: config.HUBSPOT_API_URL,
      authUrl: config.HUBSPOT_AUTH_URL,
      version: config.HUBSPOT_API_VERSION,
      clientId: config.HUBSPOT_CLIENT_ID,
      clientSecret: config.HUBSPOT_CLIENT_SECRET,
      appId: config.HUBSPOT_APP_ID,
    },
    {
      fence: connectionFence(database.system, box),
      tokens: tokenStore(database.system, box, (event) => app.log.error(event, reconnectNeeded)),
      pacer: pacer(database.system),
    },
  );
  const app: FastifyInstance = await buildApp({
    config,
    database,
    hubspot,
    secretBox: box,
    now: () => new Date().toISOString(),
  });
  const close = async (signal: NodeJS.Signals) => {
    app.log.info({ signal }, 'closing');
    setTimeout(() => process.exit(1), closeWithinMs).unref();
    await app.close();
    await database.close();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, (received) => void close(received));
  await app.listen({ host: config.HOST, port: config.PORT });
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof ConfigurationError ? error.message : describe(error)}\n`);
  process.exit(1);
}

/** The message of a start that failed; a database URL in it would hold a password. */
function describe(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return `The API could not start: ${text.replace(/:\/\/[^@\s]*@/g, '://***@')}`;
}
