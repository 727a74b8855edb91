/**
 * Real PostgreSQL and real Temporal for tests. One throw-away PostgreSQL serves a whole test run; each file takes a
 * database of its own from a migrated template. A guardian stops everything after the run, also after Ctrl-C.
 */
import { createHash, randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import postgres, { type Sql } from 'postgres';
import { migrate } from '../../db/migrate.ts';
import { type DatabaseUrls, prepareDatabase, urlsOf } from '../../stack/database.ts';
import { removeStacks, startGuardian } from '../../stack/guardian.ts';
import { type EmbeddedPostgres, startPostgres } from '../../stack/postgres.ts';
import {
  identityOf,
  isRunning,
  type ProcessIdentity,
  signalProcess,
  waitForEnd,
} from '../../stack/processes.ts';
import { type PartName, writeState } from '../../stack/state-file.ts';
import { startTemporal } from '../../stack/temporal.ts';

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

type TestCluster = Pick<EmbeddedPostgres, 'superuserUrl' | 'rolePasswords'>;

/** A fresh database with today's migrations, in which nothing has been written yet. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const cluster = await testDatabase();
  const sql = postgres(cluster.superuserUrl, { max: 1, onnotice: () => undefined });
  try {
    const template = await migratedTemplate(sql, cluster);
    const name = `test_${randomUUID().replaceAll('-', '').slice(0, 16)}`;
    await sql`create database ${sql(name)} owner vf_owner template ${sql(template)}`;
    return { ...urlsOf(cluster, name), drop: () => dropDatabase(cluster, name) };
  } finally {
    await sql.end();
  }
}

/** A real dev server of its own, in memory, that can skip time; ready in about half a second. */
export async function testTemporal({ ui = false, timeSkipping = true } = {}): Promise<TestTemporal> {
  const folder = await testFolder('temporal');
  const server = await startTemporal({
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
    if (existsSync(ready)) return JSON.parse(readFileSync(ready, 'utf8')) as TestCluster;
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
    writeFileSync(`${ready}.new`, JSON.stringify({ superuserUrl, rolePasswords }), { mode: 0o600 });
    // A rename: the others never read half of it.
    renameSync(`${ready}.new`, ready);
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
  const sql = postgres(cluster.superuserUrl, { max: 1, onnotice: () => undefined });
  await sql`drop database if exists ${sql(name)} with (force)`;
  await sql.end();
}

/** The process whose end ends the run: Vitest's own, whose workers come and go. */
function owner(): ProcessIdentity {
  const inWorkerOfVitest = process.env['VITEST_POOL_ID'] !== undefined && process.channel !== undefined;
  const identity = identityOf(inWorkerOfVitest ? process.ppid : process.pid);
  if (!identity) throw new Error('The test run that this process belongs to has ended.');
  return identity;
}

const prefix = 'vouchflow-test-';

/** One folder per run. Whoever makes it also starts the guardian and sweeps what earlier runs could not. */
async function runFolder(): Promise<string> {
  const runOwner = owner();
  const key = createHash('sha256').update(runOwner.startedAt).digest('hex').slice(0, 8);
  const folder = join(tmpdir(), `${prefix}${runOwner.pid}-${key}`);
  try {
    mkdirSync(folder, { mode: 0o755 });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return folder;
    throw error;
  }
  startGuardian({ owner: runOwner, folder });
  writeFileSync(join(folder, 'owner.json'), JSON.stringify(runOwner));
  await sweepEarlierRuns();
  return folder;
}

async function sweepEarlierRuns(): Promise<void> {
  for (const entry of readdirSync(tmpdir()).filter((name) => name.startsWith(prefix))) {
    const folder = join(tmpdir(), entry);
    const earlier = readIdentity(join(folder, 'owner.json'));
    if (earlier && !isRunning(earlier)) await removeStacks(folder);
  }
}

/** False when another process holds the lock; the lock of a process that died holding it is taken away first. */
function takeLock(file: string): boolean {
  try {
    const lock = openSync(file, 'wx');
    writeFileSync(lock, JSON.stringify(identityOf(process.pid)));
    closeSync(lock);
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    const holder = readIdentity(file);
    if (holder && !isRunning(holder)) rmSync(file, { force: true });
    return false;
  }
}

function readIdentity(file: string): ProcessIdentity | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity;
  } catch {
    return null;
  }
}
