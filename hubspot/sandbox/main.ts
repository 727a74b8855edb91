/** The sandbox as a process. It stands alone, so it reads its own part of the environment. */
import { z } from 'zod';
import { startSandbox } from './server.ts';

const list = z
  .string()
  .default('')
  .transform((value) =>
    value
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  );

const environment = z.object({
  SANDBOX_PORT: z.coerce.number().int().min(0).max(65_535).default(4242),
  SANDBOX_HOST: z.string().default('127.0.0.1'),
  SANDBOX_DATABASE: z.string().default(':memory:'),
  SANDBOX_REDIRECT_URLS: list,
  SANDBOX_WEBHOOK_URL: z.url().optional(),
  SANDBOX_WEBHOOK_PROPERTIES: list,
  SANDBOX_SEARCH_LAG_MS: z.coerce.number().int().min(0).default(0),
  HUBSPOT_CLIENT_ID: z.string().min(1),
  HUBSPOT_CLIENT_SECRET: z.string().min(1),
  HUBSPOT_APP_ID: z.string().regex(/^\d+$/),
});

/** Ends the process with one line per wrong variable, without its value. */
function readEnvironment(): z.output<typeof environment> {
  const given = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''));
  const result = environment.safeParse(given);
  if (result.success) return result.data;
  for (const { path, message } of result.error.issues)
    process.stderr.write(`${path.join('.')}: ${message}\n`);
  process.exit(1);
}

const env = readEnvironment();
const sandbox = await startSandbox({
  port: env.SANDBOX_PORT,
  host: env.SANDBOX_HOST,
  database: env.SANDBOX_DATABASE,
  app: {
    clientId: env.HUBSPOT_CLIENT_ID,
    clientSecret: env.HUBSPOT_CLIENT_SECRET,
    appId: env.HUBSPOT_APP_ID,
    redirectUrls: env.SANDBOX_REDIRECT_URLS,
    webhookUrl: env.SANDBOX_WEBHOOK_URL ?? null,
  },
  webhookProperties: env.SANDBOX_WEBHOOK_PROPERTIES,
  searchLagMs: env.SANDBOX_SEARCH_LAG_MS,
});
process.stdout.write(`HubSpot sandbox ready at ${sandbox.url}\n`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void sandbox.close().then(() => process.exit(0));
  });
}
