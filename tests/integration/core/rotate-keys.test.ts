/** Rotation of the key ring over real PostgreSQL; the design's "tokens at rest". */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { keyRotationConfig } from '../../../config/env.ts';
import { closeConnection, storeConnection } from '../../../db/queries/connections.ts';
import { connectionFence, tokenPlace, tokenStore } from '../../../db/queries/system/fence.ts';
import { replaceSecret, staleSecrets } from '../../../db/queries/system/sealed-secrets.ts';
import { rotateKeys } from '../../../db/rotate-keys.ts';
import { workspaces } from '../../../db/schema/workspaces.ts';
import { type KeyRing, secretBox } from '../../../db/secret-box.ts';
import { type Core, startCore } from './core-under-test.ts';

const aKey = (id: string) => ({ id, key: randomBytes(32) });
const [older, newer] = [aKey('k1'), aKey('k2')];
const before: KeyRing = [older];
const during: KeyRing = [newer, older];
const after: KeyRing = [newer];

let core: Core;
let lines: string[];
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core.stop());
beforeEach(async () => {
  lines = [];
  await core.rows(sql`delete from connection_revocations`);
  await core.rows(sql`delete from connections`);
});

const say = (line: string) => void lines.push(line);
const rotate = (keys: KeyRing, options: { batchSize?: number; signal?: AbortSignal } = {}) =>
  rotateKeys({ db: core.here.system, keys, say, ...options });

async function aConnection(keys: KeyRing = before) {
  const workspaceId = newId();
  const tokens = {
    accessToken: `access-${newId()}`,
    refreshToken: `refresh-${newId()}`,
    expiresAt: new Date(Date.now() + 1_800_000),
  };
  await core.here.system
    .insert(workspaces)
    .values({ id: workspaceId, name: 'Test', createdAt: new Date().toISOString() });
  const stored = await core.here.app.inWorkspace(workspaceId, (tx) =>
    storeConnection(tx, secretBox(keys), {
      workspaceId,
      portalId: newId(),
      scopes: [],
      timeZone: 'UTC',
      currency: 'USD',
      uiDomain: 'app.hubspot.com',
      tokens,
    }),
  );
  if (stored.kind !== 'connected') throw new Error('Not connected');
  return { workspaceId, connectionId: stored.connection.id, tokens };
}

const tokenUnder = async (keys: KeyRing, connectionId: string) =>
  (await connectionFence(core.here.system, secretBox(keys)).read(connectionId))?.accessToken;
const keyIds = async () =>
  (
    await core.rows<{ key: string }>(sql`
      select split_part(unnest(array[access_token, refresh_token]), '.', 2) as key from connections`)
  ).map(({ key }) => key);

test('tokens at rest: after a rotation everything opens under the newest key alone, revocations too', async () => {
  const open = await aConnection();
  const closed = await aConnection();
  await core.here.app.inWorkspace(closed.workspaceId, (tx) =>
    closeConnection(tx, closed.connectionId, 'test'),
  );

  expect(await rotate(during)).toEqual({ resealed: 4, remaining: 0, stopped: false });

  expect(await tokenUnder(after, open.connectionId)).toBe(open.tokens.accessToken);
  const [moved] = await core.rows<{ access_token: string; refresh_token: string }>(
    sql`select access_token, refresh_token from connection_revocations`,
  );
  const box = secretBox(after);
  const place = (column: 'access_token' | 'refresh_token') => tokenPlace(column, closed.connectionId);
  expect(box.open(moved?.access_token ?? '', place('access_token'))).toBe(closed.tokens.accessToken);
  expect(box.open(moved?.refresh_token ?? '', place('refresh_token'))).toBe(closed.tokens.refreshToken);
});

test('a rotation that was stopped in the middle goes on where it was', async () => {
  for (let made = 0; made < 5; made += 1) await aConnection();
  const stopping = new AbortController();
  const stopped = await rotateKeys({
    db: core.here.system,
    keys: during,
    batchSize: 4,
    signal: stopping.signal,
    say: (line) => {
      say(line);
      if (line.startsWith('4 sealed')) stopping.abort();
    },
  });
  expect(stopped).toEqual({ resealed: 4, remaining: 6, stopped: true });
  expect((await keyIds()).filter((key) => key === 'k2')).toHaveLength(4);

  expect(await rotate(during, { batchSize: 4 })).toEqual({ resealed: 6, remaining: 0, stopped: false });
  expect(new Set(await keyIds())).toEqual(new Set(['k2']));
  expect(await rotate(during)).toEqual({ resealed: 0, remaining: 0, stopped: false });
});

test('a refresh at the same moment wins: its token is not overwritten by the one that was read before', async () => {
  const { connectionId, tokens } = await aConnection();
  const [read] = await staleSecrets(core.here.system, { newestKeyId: 'k2', after: '', limit: 1 });
  if (!read) throw new Error('Nothing to rotate');
  const fresh = {
    accessToken: 'fresh-access',
    refreshToken: 'fresh-refresh',
    expiresAt: new Date(Date.now() + 1e6),
  };
  await tokenStore(core.there.system, secretBox(during)).refresh({
    connectionId,
    epoch: 1,
    staleAccessToken: tokens.accessToken,
    exchange: () => Promise.resolve(fresh),
  });
  const resealed = secretBox(after).seal(tokens.accessToken, tokenPlace('access_token', connectionId));
  expect(await replaceSecret(core.here.system, read, resealed)).toBe(false);
  expect(await tokenUnder(after, connectionId)).toBe('fresh-access');
});

test('a process of the older ring alone cannot use what was sealed anew: every process gets both keys first', async () => {
  const { connectionId, tokens } = await aConnection();
  await rotate(during);
  const late = {
    accessToken: 'late-access',
    refreshToken: 'late-refresh',
    expiresAt: new Date(Date.now() + 1e6),
  };
  const oldRing = tokenStore(core.there.system, secretBox(before));
  await expect(
    oldRing.refresh({
      connectionId,
      epoch: 1,
      staleAccessToken: tokens.accessToken,
      exchange: async () => late,
    }),
  ).rejects.toThrow('The key "k2" is not among ENCRYPTION_KEYS');
  expect(await tokenUnder(after, connectionId)).toBe(tokens.accessToken);
});

test('a value whose key is missing, or is another one under its name, is named and left; the others are done', async () => {
  const lost = await aConnection([aKey('k0')]);
  const impostor = await aConnection([aKey('k1')]);
  const good = await aConnection();
  expect(await rotate(during)).toEqual({ resealed: 2, remaining: 4, stopped: false });
  for (const { connectionId } of [lost, impostor]) {
    expect(
      lines.filter((line) => line.includes(`access_token of connection ${connectionId} does not open`)),
    ).toHaveLength(1);
  }
  expect(lines.join('\n')).toContain('names the key "k0"');
  expect(await tokenUnder(after, good.connectionId)).toBe(good.tokens.accessToken);
});

test('a ciphertext that was moved to another row, or to the other column, does not open', async () => {
  const [mine, theirs] = [await aConnection(), await aConnection()];
  await core.rows(sql`
    update connections set access_token = (select access_token from connections where id = ${theirs.connectionId})
    where id = ${mine.connectionId}`);
  await core.rows(sql`update connections set refresh_token = access_token where id = ${theirs.connectionId}`);
  await expect(tokenUnder(before, mine.connectionId)).rejects.toThrow('unable to authenticate');
  expect(await rotate(during)).toMatchObject({ resealed: 2, remaining: 2 });
  expect(lines.join('\n')).toContain(
    `connections.access_token of connection ${mine.connectionId} does not open`,
  );
  expect(lines.join('\n')).toContain(
    `connections.refresh_token of connection ${theirs.connectionId} does not open`,
  );
});

test('a dump of all tables holds no plain token, and the command prints none', async () => {
  const { connectionId, workspaceId, tokens } = await aConnection();
  const closed = await aConnection();
  await core.here.app.inWorkspace(closed.workspaceId, (tx) =>
    closeConnection(tx, closed.connectionId, 'test'),
  );
  await rotate(during);
  const tables = await core.rows<{ name: string }>(
    sql`select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`,
  );
  const dumps = await Promise.all(
    tables.map(({ name }) => core.rows(sql`select t::text as row from ${sql.identifier(name)} t`)),
  );
  const dump = JSON.stringify(dumps);
  expect([dump.includes(connectionId), dump.includes(workspaceId)]).toEqual([true, true]);
  for (const secret of [tokens, closed.tokens].flatMap((each) => [each.accessToken, each.refreshToken])) {
    expect(dump).not.toContain(secret);
    expect(lines.join('\n')).not.toContain(secret);
  }
});

test('`npm run rotate-keys` says in one readable line what is missing, and never a value', async () => {
  const run = promisify(execFile);
  const file = new URL('../../../db/rotate-keys.ts', import.meta.url).pathname;
  const env = {
    PATH: process.env['PATH'],
    SYSTEM_DATABASE_URL: 'postgres://vf_system:hidden@127.0.0.1:9/none',
  };
  const missing = run(process.execPath, [file], { env });
  await expect(missing).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('ENCRYPTION_KEYS is missing'),
  });
  const unreachable = run(process.execPath, [file], {
    env: { ...env, ENCRYPTION_KEYS: `k1:${older.key.toString('base64')}` },
  });
  await expect(unreachable).rejects.toMatchObject({ code: 1, stderr: expect.not.stringContaining('hidden') });
});

test('two keys of one name are refused: nobody could say which one sealed a value', () => {
  const ring = [aKey('k1'), aKey('k1')].map(({ id, key }) => `${id}:${key.toString('base64')}`).join(',');
  const env = { SYSTEM_DATABASE_URL: 'postgres://vf_system@127.0.0.1/x', ENCRYPTION_KEYS: ring };
  expect(() => keyRotationConfig(env)).toThrow('must not name two keys alike');
});
