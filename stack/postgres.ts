/**
 * The embedded PostgreSQL: a real server on loopback, with its own random passwords in its data folder. We spawn
 * `initdb` and `postgres` ourselves, so that the order of stopping is ours and a dead server can be started again.
 */
import { existsSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import postgres from 'postgres';
import { type Child, type ChildEnd, spawnChild } from './child.ts';
import { freePort } from './ports.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { clusterEnv, ensureCluster } from './postgres-cluster.ts';
import { removeStalePidFile } from './postgres-pid-file.ts';
import { reachableDataFolder, type SystemUser, unprivilegedUser } from './postgres-user.ts';
import type { ProcessIdentity } from './processes.ts';
import { untilReady } from './readiness.ts';
import { stopPart } from './state-file.ts';

export interface PostgresOptions {
  /** Kept between starts; made when missing. May become a symbolic link (`postgres-user.ts`). */
  readonly dataDir: string;
  /** A free one when not given. */
  readonly port?: number;
  /** False for throw-away clusters: no fsync, so that a power cut loses them. */
  readonly durable: boolean;
  readonly logFile: string;
  /** Told as soon as there is a process, before it is ready: it has to be stopped whatever comes. */
  readonly onSpawn?: (identity: ProcessIdentity) => void;
}

export interface EmbeddedPostgres {
  readonly port: number;
  /** Logs in as the superuser; for `prepareDatabase` and for tests, never for a role of the product. */
  readonly superuserUrl: string;
  /** Passwords of the product's three roles, which stay the same for the life of the data folder. */
  readonly rolePasswords: Readonly<Record<DatabaseRole, string>>;
  readonly identity: ProcessIdentity;
  readonly logFile: string;
  readonly ended: Promise<ChildEnd>;
  /** Fast shutdown: transactions are rolled back, clients disconnected; killed after ten seconds. */
  stop(): Promise<void>;
}

export const databaseRoles = ['vf_owner', 'vf_app', 'vf_system'] as const;
export type DatabaseRole = (typeof databaseRoles)[number];

/** Resolves when the server accepts connections; throws with the end of its log when it does not. */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const user = userOf(options.dataDir);
  const folder = user ? reachableDataFolder(options.dataDir, user) : options.dataDir;
  const binaries = postgresBinaries(user);
  const { cluster, passwords } = ensureCluster({
    folder,
    initdb: binaries.initdb,
    user,
    durable: options.durable,
  });
  removeStalePidFile(cluster);
  const port = options.port ?? (await freePort());
  const superuserUrl = `postgres://postgres:${passwords.postgres}@127.0.0.1:${port}/postgres`;
  const spawnUntilReady = async (): Promise<Child> => {
    const child = await spawnChild({
      command: binaries.postgres,
      args: ['-D', cluster, '-p', String(port), ...settings(options.durable)],
      env: clusterEnv(),
      cwd: '/',
      logFile: options.logFile,
      ...(user && { user }),
    });
    options.onSpawn?.(child.identity);
    await untilReady({ name: 'postgres', child, check: () => acceptsConnections(superuserUrl) });
    return child;
  };
  const child = await whileOldSessionsEnd(spawnUntilReady);
  return {
    port,
    superuserUrl,
    rolePasswords: passwords,
    identity: child.identity,
    logFile: child.logFile,
    ended: child.ended,
    stop: () => stopPart('postgres', child.identity),
  };
}

/** A session in the middle of a long computation outlives a killed server for a moment, and bars the next one. */
async function whileOldSessionsEnd(start: () => Promise<Child>): Promise<Child> {
  const until = performance.now() + 20_000;
  for (;;) {
    try {
      return await start();
    } catch (error) {
      const barred = error instanceof Error && error.message.includes('pre-existing shared memory block');
      if (!barred || performance.now() > until) throw error;
      await delay(200);
    }
  }
}

/** A cluster that a normal user made keeps running as that user, also when root starts it. */
function userOf(dataDir: string): SystemUser | null {
  const made = existsSync(dataDir) ? statSync(dataDir) : null;
  const self = process.getuid?.();
  if (self === 0 && made && made.uid !== 0) return { name: `uid ${made.uid}`, uid: made.uid, gid: made.gid };
  if (self !== 0 && made && made.uid !== self) {
    throw new Error(
      `${dataDir} belongs to another user (uid ${made.uid}): start as that user, or remove the folder.`,
    );
  }
  return unprivilegedUser();
}

function settings(durable: boolean): string[] {
  const values = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: durable ? 100 : 300,
    timezone: 'UTC',
    log_timezone: 'UTC',
    jit: 'off',
    ...(durable
      ? {}
      : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', autovacuum_naptime: '1h' }),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function acceptsConnections(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, connect_timeout: 2, fetch_types: false, onnotice: () => undefined });
  try {
    await sql`select 1`;
  } finally {
    await sql.end({ timeout: 1 });
  }
}
