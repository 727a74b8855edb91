/** How the product reaches PostgreSQL: two pools with two roles, and the only door to workspace-bound queries. */
import { sql } from 'drizzle-orm';
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres, { type Sql, type TransactionSql } from 'postgres';

/**
 * The pool of `vf_system`, which sees all workspaces: ingest, relay, drain, ensure loop, public links, key look-up.
 * `$client` is the driver below: its own templates are prepared once per connection, which drizzle's queries are not;
 * for the few statements that run thousands of times a minute.
 */
export type SystemDatabase = PostgresJsDatabase & { readonly $client: Sql };

/** A transaction of `vf_app` inside one workspace, or of `vf_system`. */
export type Tx = Parameters<Parameters<PostgresJsDatabase['transaction']>[0]>[0];

/**
 * The driver's own handle of a transaction, for the few statements that run thousands of times a minute: its templates
 * are prepared once per connection, which drizzle's queries are not.
 */
export const driverOf = (tx: Tx): TransactionSql =>
  (tx as unknown as { readonly session: { readonly client: TransactionSql } }).session.client;

/** The pool of `vf_app`: nothing can be asked of it outside `inWorkspace`. */
export interface WorkspaceDatabase {
  /** One transaction that sees and writes the rows of this workspace only. */
  inWorkspace<T>(workspaceId: string, work: (tx: Tx) => Promise<T>): Promise<T>;
}

export interface Database {
  readonly app: WorkspaceDatabase;
  readonly system: SystemDatabase;
  /**
   * Calls back on each notification of a channel with its payload; without one when listening begins, also after the
   * connection was lost and made again, since notifications of the time between are lost.
   */
  listen(channel: string, notified: (payload?: string) => void): Promise<void>;
  close(): Promise<void>;
}

interface DatabaseOptions {
  readonly databaseUrl: string;
  readonly systemUrl: string;
  /** Connections per pool; 10 unless told. */
  readonly poolSize?: number;
}

export function connectDatabase({ databaseUrl, systemUrl, poolSize = 10 }: DatabaseOptions): Database {
  const appPool = postgres(databaseUrl, poolOptions(poolSize));
  const systemPool = postgres(systemUrl, poolOptions(poolSize));
  const appDatabase = drizzle(appPool);
  return {
    app: {
      inWorkspace: (workspaceId, work) =>
        appDatabase.transaction(async (tx) => {
          // Goes out in front of the first statement, on the same connection, without a round trip of its own. Should
          // it fail, so does every statement after it: nothing is asked outside the workspace.
          const bound = driverOf(tx)`select set_config('vf.workspace_id', ${workspaceId}, true)`.execute();
          bound.catch(() => undefined);
          try {
            return await work(tx);
          } finally {
            await bound;
          }
        }),
    },
    system: drizzle(systemPool),
    listen: async (channel, notified) => {
      await systemPool.listen(channel, notified, notified);
    },
    close: async () => {
      await Promise.all([appPool.end({ timeout: 5 }), systemPool.end({ timeout: 5 })]);
    },
  };
}

/** For a command that needs no more than one connection of `vf_system`. */
export function connectSystemDatabase(systemUrl: string): Pick<Database, 'system' | 'close'> {
  const pool = postgres(systemUrl, poolOptions(1));
  return { system: drizzle(pool), close: () => pool.end({ timeout: 5 }) };
}

/**
 * No statement of ours takes half a minute, and no transaction is idle for a whole one: when a host vanishes with its
 * connections open, PostgreSQL then frees what it held instead of waiting for TCP to give up.
 */
const timeoutsMs = { statement_timeout: 30_000, idle_in_transaction_session_timeout: 60_000 };

const poolOptions = (max: number) => ({
  max,
  idle_timeout: 60,
  connect_timeout: 5,
  connection: timeoutsMs,
  // The driver's own look-up of array types is a query that nobody awaits: it rejects unseen, and ends the process, when
  // the server goes away in that moment. drizzle reads arrays by itself.
  fetch_types: false,
  onnotice: () => undefined,
});

/** A superuser or BYPASSRLS login would walk through row-level security: refuse to start with one. */
export async function refusePrivilegedRole(database: Database): Promise<void> {
  const [role] = await database.app.inWorkspace('00000000-0000-0000-0000-000000000000', (tx) =>
    tx.execute<{ privileged: boolean; name: string }>(
      sql`select rolsuper or rolbypassrls as privileged, rolname as name from pg_roles where rolname = current_user`,
    ),
  );
  if (role?.privileged) {
    throw new Error(
      `DATABASE_URL logs in as "${role.name}", which bypasses row-level security; use the role vf_app.`,
    );
  }
}
