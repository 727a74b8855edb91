/**
 * The one configuration schema and the only reader of `process.env`. Each role takes the part that it needs,
 * once, at start; a bad variable ends the start with one readable line per variable, and no value is printed.
 */
import { z } from 'zod';
import { disposableDomains } from './disposable-domains.ts';

const url = (protocols: readonly string[]) =>
  z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
    error: `must be a URL starting with ${protocols.join(' or ')}//`,
  });
const http = url(['http:', 'https:']);
const withoutTrailingSlash = (value: string) => value.replace(/\/+$/, '');
const integer = (range: { min: number; max: number }) =>
  z.coerce.number({ error: 'must be a whole number' }).int().min(range.min).max(range.max);

const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);

/** `id:base64` pairs of 32-byte keys; the first one encrypts, all of them decrypt. */
const encryptionKeys = z.string().transform((value, context) => {
  const keys = value.split(',').map((pair) => {
    const [id = '', encoded = ''] = pair.trim().split(':');
    return { id, key: Buffer.from(encoded, 'base64') };
  });
  if (new Set(keys.map(({ id }) => id)).size < keys.length) {
    context.addIssue({
      code: 'custom',
      message: 'must not name two keys alike: a sealed value names its key',
    });
    return z.NEVER;
  }
  if (keys.every(({ id, key }) => /^[\w-]{1,32}$/.test(id) && key.length === 32)) return keys;
  context.addIssue({
    code: 'custom',
    message: 'must be id:key pairs separated by commas, each key 32 bytes in base64',
  });
  return z.NEVER;
});

/** What an app's webhooks are subscribed to unless the installation says otherwise; anything else is polled. */
export const defaultWebhookProperties = 'lifecyclestage,hs_lead_status,email,dealstage,amount,pipeline';

/** Read once, at start, so that a list that is not there ends the start and not a sign-up. */
const domainList = z.string().transform((file, context) => {
  try {
    return disposableDomains(file);
  } catch {
    context.addIssue({
      code: 'custom',
      message: 'must be the path of a readable file with one domain a line',
    });
    return z.NEVER;
  }
});

const shared = {
  DATABASE_URL: url(['postgres:', 'postgresql:']).describe('logs in as vf_app, under row-level security'),
  SYSTEM_DATABASE_URL: url(['postgres:', 'postgresql:']).describe(
    'logs in as vf_system: ingest, relay and loops',
  ),
  PUBLIC_URL: http
    .transform(withoutTrailingSlash)
    .describe('where browsers and HubSpot reach this installation'),
  ENCRYPTION_KEYS: encryptionKeys.describe('key ring for HubSpot tokens, newest first'),
  HUBSPOT_CLIENT_ID: z.string().min(1),
  HUBSPOT_CLIENT_SECRET: z.string().min(1),
  HUBSPOT_APP_ID: z.string().regex(/^\d+$/, 'must be the numeric id of your HubSpot app'),
  HUBSPOT_API_URL: http.default('https://api.hubapi.com').transform(withoutTrailingSlash),
  HUBSPOT_AUTH_URL: http.default('https://app.hubspot.com').transform(withoutTrailingSlash),
  HUBSPOT_API_VERSION: z
    .string()
    .regex(/^(v3|\d{4}-\d{2})$/, 'must be v3 or a dated version such as 2026-09')
    .default('v3'),
  HUBSPOT_WEBHOOK_PROPERTIES: z
    .string()
    .default(defaultWebhookProperties)
    .transform((value) =>
      value
        .split(',')
        .map((name) => name.trim())
        .filter(Boolean),
    ),
  DISPOSABLE_EMAIL_DOMAINS: domainList
    .optional()
    .transform((domains) => domains ?? disposableDomains())
    .describe('a file with one domain a line, instead of the list that comes with the product'),
  TEMPORAL_UI_URL: http.optional().transform((value) => value && withoutTrailingSlash(value)),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
} as const;

const apiSchema = z.object({
  ...shared,
  HUBSPOT_PRIVATE_TOKEN: z
    .string()
    .regex(/^\S{8,500}$/, 'must be the access token of a private app or a service key')
    .optional()
    .describe('one HubSpot account without OAuth: POST /api/v1/hubspot/connect-private'),
  HOST: z.string().default('127.0.0.1'),
  PORT: integer({ min: 0, max: 65_535 }).default(3000),
  PUBLIC_RATE_LIMIT: integer({ min: 1, max: 1_000_000 })
    .default(60)
    .describe('requests a minute and address to each public form, per process'),
  TRUSTED_PROXIES: list
    .default([])
    .describe('addresses or ranges of the proxies whose X-Forwarded-For is believed'),
});

const workerSchema = z.object({
  ...shared,
  RECONCILE_SECONDS: integer({ min: 1, max: 86_400 }).default(300),
  TRACE_RETENTION_DAYS: integer({ min: 1, max: 400 })
    .default(90)
    .describe('how long the hashes of addresses and browsers of sign-ups are kept'),
});

const migrationSchema = z.object({
  MIGRATION_DATABASE_URL: url(['postgres:', 'postgresql:']).describe('logs in as vf_owner'),
  DATABASE_URL: shared.DATABASE_URL,
  SYSTEM_DATABASE_URL: shared.SYSTEM_DATABASE_URL,
});

const keyRotationSchema = z.object({
  SYSTEM_DATABASE_URL: shared.SYSTEM_DATABASE_URL,
  ENCRYPTION_KEYS: shared.ENCRYPTION_KEYS,
});

export type ApiConfig = z.output<typeof apiSchema>;
export type WorkerConfig = z.output<typeof workerSchema>;
export type MigrationConfig = z.output<typeof migrationSchema>;
export type KeyRotationConfig = z.output<typeof keyRotationSchema>;

export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

type Environment = Readonly<Record<string, string | undefined>>;

export const apiConfig = (env: Environment = process.env): ApiConfig => parse(apiSchema, env);
export const workerConfig = (env: Environment = process.env): WorkerConfig => parse(workerSchema, env);
export const migrationConfig = (env: Environment = process.env): MigrationConfig =>
  parse(migrationSchema, env);
export const keyRotationConfig = (env: Environment = process.env): KeyRotationConfig =>
  parse(keyRotationSchema, env);

/** Temporal's own variables, for `@temporalio/envconfig`. */
export const temporalEnvironment = (env: Environment = process.env): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('TEMPORAL_')));

function parse<S extends z.ZodType>(schema: S, env: Environment): z.output<S> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const lines = result.error.issues.map(({ path, message }) => {
    const name = path.map(String).join('.');
    return `  ${name} ${given[name] === undefined ? 'is missing' : message}`;
  });
  throw new ConfigurationError(
    `The configuration is not complete:\n${lines.join('\n')}\nSee .env.example for every variable.`,
  );
}
