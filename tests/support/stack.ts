/**
 * Real PostgreSQL and real Temporal for tests. One throw-away PostgreSQL serves a whole test run; each file takes a
 * database of its own from a migrated template. A guardian stops everything after the run, also after Ctrl-C.
 */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import postgres, { type Sql } from 'postgres';
import { z } from 'zod';
import { migrate } from '../../db/migrate.ts';
import { type DatabaseUrls, prepareDatabase, urlsOf } from '../../stack/database.ts';
import { removeStacks } from '../../stack/guardian.ts';
import { readJson, writeJson } from '../../stack/json-file.ts';
import { startPostgres } from '../../stack/postgres.ts';
import { type ProcessIdentity, signalProcess, waitForEnd } from '../../stack/processes.ts';
import { type PartName, writeState } from '../../stack/state-file.ts';
import { startTemporal } from '../../stack/temporal.ts';
import { owner, runFolder, takeLock } from './test-run.ts';

export interface TestDatabase extends DatabaseUrls {
  /** Disconnects whoever is left. Need not be called: the whole server goes after the run. */
  drop(): Promise<void>;
}

export interface TestTemporal {
  /** host:port */
  readonly address: string;
  readonly namespace: string;
  readonly uiUrl: string | null;
  stop(): Promise<void>;
}

const testCluster = z.object({
  superuserUrl: z.string(),
  rolePasswords: z.object({ vf_owner: z.string(), vf_app: z.string(), vf_system: z.string() }),
});
type TestCluster = Readonly<z.output<typeof testCluster>>;

/** A fresh database with today's migrations, in which nothing has been written yet. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const cluster = await testDatabase();
  const sql = postgres(cluster.superuserUrl, { max: 1, fetch_types: false, onnotice: () => undefined });
  try {
    const template = await migratedTemplate(sql, cluster);
    const name = `test_${randomUUID().replaceAll('-', '').slice(0, 16)}`;
    await sql`create database ${sql(name)} owner vf_owner template ${sql(template)}`;
    return { ...urlsOf(cluster, name), drop: () => dropDatabase(cluster, name) };
  } finally {
    await sql.end();
  }
}

export interface TestTemporalOptions {
  /** A free one when not given; give it to start a server again where one was stopped. */
  readonly port?: number;
  /** In memory when not given: then a server that is started again knows nothing of what was. */
  readonly databaseFile?: string;
  /** False unless told: most tests look at no UI. */
  readonly ui?: boolean;
  readonly timeSkipping?: boolean;
}

/** A real dev server of its own, that can skip time; ready in about half a second. */
export async function testTemporal(options: TestTemporalOptions = {}): Promise<TestTemporal> {
  const { ui = false, timeSkipping = true, ...place } = options;
  const folder = await testFolder('temporal');
  const server = await startTemporal({
    ...place,
    timeSkipping,
    logFile: join(folder, 'temporal.log'),
    say: (line) => console.log(line),
    onSpawn: recordIn(folder, 'temporal'),
    ...(ui ? {} : { ui: 'headless' as const }),
  });
  return {
    address: server.address,
    namespace: server.namespace,
    uiUrl: server.uiUrl,
    stop: () => kill(server.identity),
  };
}

/** For the guardian, which stops what a `stack.json` in a test folder names. */
export const recordIn =
  (folder: string, part: PartName) =>
  (identity: ProcessIdentity): void =>
    writeState(join(folder, 'stack.json'), {
      supervisor: owner(),
      parts: { [part]: identity },
      addresses: {},
    });

/** Nothing of a server in memory is worth the second that it takes to end in good order. */
async function kill(server: ProcessIdentity): Promise<void> {
  signalProcess(server, 'SIGKILL');
  await waitForEnd(server, 5_000);
}

/** A folder that goes after the run, together with the processes that a `stack.json` in it names. */
export async function testFolder(name: string): Promise<string> {
  const folder = join(await runFolder(), `${name}-${randomUUID().slice(0, 8)}`);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  return folder;
}

/** The PostgreSQL of this test run; started by whoever asks first, among all of the run's processes. */
export async function testDatabase(): Promise<TestCluster> {
  const folder = join(await runFolder(), 'postgres');
  const ready = join(folder, 'ready.json');
  for (;;) {
    if (existsSync(ready)) return readJson(ready, testCluster);
    if (!takeLock(`${folder}.lock`)) {
      await delay(50);
      continue;
    }
    // What a process left behind that was killed half-way.
    await removeStacks(folder);
    const server = await startPostgres({
      dataDir: join(folder, 'postgres'),
      durable: false,
      logFile: join(folder, 'postgres.log'),
      onSpawn: recordIn(folder, 'postgres'),
    });
    const { superuserUrl, rolePasswords } = server;
    writeJson(ready, { superuserUrl, rolePasswords });
    return { superuserUrl, rolePasswords };
  }
}

/** Made once per run and shape of the schema; under another name until it is whole. */
async function migratedTemplate(sql: Sql, cluster: TestCluster): Promise<string> {
  const name = `template_${schemaHash()}`;
  await sql`select pg_advisory_lock(hashtext(${name}))`;
  const [made] = await sql`select 1 from pg_database where datname = ${name}`;
  if (!made) {
    const unfinished = `unfinished_${name}`;
    await sql`drop database if exists ${sql(unfinished)} with (force)`;
    await migrate(await prepareDatabase(cluster, { name: unfinished }));
    await sql`alter database ${sql(unfinished)} rename to ${sql(name)}`;
  }
  await sql`select pg_advisory_unlock(hashtext(${name}))`;
  return name;
}

function schemaHash(): string {
  const hash = createHash('sha256');
  const folder = new URL('../../db/', import.meta.url);
  const migrations = readdirSync(new URL('migrations/', folder)).filter((file) => file.endsWith('.sql'));
  for (const file of ['migrate.ts', 'security.ts', ...migrations.map((name) => `migrations/${name}`)]) {
    hash.update(file).update(readFileSync(new URL(file, folder)));
  }
  return hash.digest('hex').slice(0, 12);
}

async function dropDatabase(cluster: TestCluster, name: string): Promise<void> {
  const sql = postgres(cluster.superuserUrl, { max: 1, fetch_types: false, onnotice: () => undefined });
  await sql`drop database if exists ${sql(name)} with (force)`;
  await sql.end();
}
