/**
 * Brings the database to today's shape: the two roles that the product logs in as, the migrations, row-level
 * security. Safe to repeat, and safe when two processes start it at once (an advisory lock). `npm run migrate`.
 */
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator';
import postgres, { type Sql } from 'postgres';
import { ConfigurationError, migrationConfig } from '../config/env.ts';
import { secureTables } from './security.ts';

interface DatabaseUrls {
  /** Logs in as `vf_owner`, which may create roles. */
  readonly migrationUrl: string;
  readonly databaseUrl: string;
  readonly systemUrl: string;
}

const migrationLock = 7_265_001;

export async function migrate({ migrationUrl, databaseUrl, systemUrl }: DatabaseUrls): Promise<void> {
  const sql = postgres(migrationUrl, { max: 1, fetch_types: false, onnotice: () => undefined });
  try {
    await sql`select pg_advisory_lock(${migrationLock})`;
    await ensureRole(sql, databaseUrl);
    await ensureRole(sql, systemUrl);
    await runMigrations(drizzle(sql), {
      migrationsFolder: new URL('./migrations', import.meta.url).pathname,
    });
    await sql`select vf_ensure_click_partitions()`;
    await secureTables(sql);
  } finally {
    await sql.end();
  }
}

/** Makes the role of a connection URL with that URL's password; an existing one gets the password of the URL. */
async function ensureRole(sql: Sql, url: string): Promise<void> {
  const { username, password } = new URL(url);
  const [{ statement } = { statement: '' }] = await sql<{ statement: string }[]>`
    select format(
      case when exists (select 1 from pg_roles where rolname = ${username}::text)
        then 'alter role %I with login password %L'
        else 'create role %I with login nosuperuser nobypassrls nocreatedb nocreaterole password %L' end,
      ${username}::text, ${decodeURIComponent(password)}::text) as statement`;
  await sql.unsafe(statement);
}

if (import.meta.main) {
  try {
    const config = migrationConfig();
    await migrate({
      migrationUrl: config.MIGRATION_DATABASE_URL,
      databaseUrl: config.DATABASE_URL,
      systemUrl: config.SYSTEM_DATABASE_URL,
    });
    console.log('The database is up to date.');
  } catch (error) {
    console.error(error instanceof ConfigurationError ? error.message : error);
    process.exitCode = 1;
  }
}
