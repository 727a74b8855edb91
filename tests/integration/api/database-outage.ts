/** A restart of PostgreSQL as one database's clients meet it: all connections end, and none is let in for a while. */
import type { SQL } from 'drizzle-orm';
import { sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import postgres from 'postgres';
import type { Database } from '../../../db/client.ts';
import { testDatabase } from '../../support/stack.ts';

interface Outage {
  /** What somebody else writes meanwhile, without a word to anyone. */
  whileAway(statement: SQL): Promise<void>;
  end(): Promise<void>;
}

export async function aDatabaseOutage({ system }: Pick<Database, 'system'>): Promise<Outage> {
  const [row] = await system.execute<{ name: string }>(sql`select current_database() as name`);
  const name = row?.name ?? '';
  const { superuserUrl } = await testDatabase();
  const options = { max: 1, fetch_types: false, onnotice: () => undefined };
  // Its own connection into the database is made before the doors are shut.
  const inside = postgres(Object.assign(new URL(superuserUrl), { pathname: `/${name}` }).href, options);
  const outside = postgres(superuserUrl, options);
  const [own] = await inside<{ pid: number }[]>`select pg_backend_pid() as pid`;
  await outside`alter database ${outside(name)} allow_connections false`;
  await outside`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name} and pid <> ${own?.pid ?? 0}`;
  return {
    whileAway: async (statement) => {
      const { sql: text } = new PgDialect().sqlToQuery(statement);
      await inside.unsafe(text);
    },
    end: async () => {
      await outside`alter database ${outside(name)} allow_connections true`;
      await inside.end();
      await outside.end();
    },
  };
}
