/** How the product reaches PostgreSQL: two pools with two roles, and the only door to workspace-bound queries. */
import { sql } from 'drizzle-orm';
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';

/** The pool of `vf_system`, which sees all workspaces: ingest, relay, drain, ensure loop, public links, key look-up. */
export type SystemDatabase = PostgresJsDatabase;

/** A transaction of `vf_app` inside one workspace, or of `vf_system`. */
export type Tx = Parameters<Parameters<PostgresJsDatabase['transaction']>[0]>[0];

/** The pool of `vf_app`: nothing can be asked of it outside `inWorkspace`. */
export interface WorkspaceDatabase {
  /** One transaction that sees and writes the rows of this workspace only. */
  inWorkspace<T>(workspaceId: string, work: (tx: Tx) => Promise<T>): Promise<T>;
}

export interface Database {
  readonly app: WorkspaceDatabase;
  readonly system: SystemDatabase;
  /** Calls back on each notification of a channel, also after the connection was lost and made again. */
  listen(channel: string, notified: () => void): Promise<void>;
  close(): Promise<void>;
}

interface DatabaseOptions {
  readonly databaseUrl: string;
  readonly systemUrl: string;
  /** Connections per pool; 10 unless told. */
  readonly poolSize?: number;
}

export function connectDatabase({ databaseUrl, systemUrl, poolSize = 10 }: DatabaseOptions): Database {
  const options = { max: poolSize, idle_timeout: 60, connect_timeout: 5, onnotice: () => undefined };
  const appPool = postgres(databaseUrl, options);
  const systemPool = postgres(systemUrl, options);
  const appDatabase = drizzle(appPool);
  return {
    app: {
      inWorkspace: (workspaceId, work) =>
        appDatabase.transaction(async (tx) => {
          await tx.execute(sql`select set_config('vf.workspace_id', ${workspaceId}, true)`);
          return work(tx);
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
