import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/stack.ts';

let one: TestDatabase;
let other: TestDatabase;

beforeAll(async () => {
  [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
});
afterAll(async () => {
  await Promise.all([one.drop(), other.drop()]);
});

async function ask<T>(url: string, question: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    return await question(sql);
  } finally {
    await sql.end();
  }
}

test('each caller gets a migrated database of its own', async () => {
  const name = async (url: string) =>
    (await ask(url, (sql) => sql`select current_database() as name`))[0]?.['name'];
  expect(await name(one.databaseUrl)).not.toBe(await name(other.databaseUrl));
  const tables = await ask(
    one.systemUrl,
    (sql) => sql`select tablename from pg_tables where schemaname = 'public' and tablename = 'workspaces'`,
  );
  expect(tables).toHaveLength(1);
});

test('design §5: none of the three roles is a superuser or bypasses row-level security', async () => {
  const roles = await ask(
    one.databaseUrl,
    (sql) =>
      sql`select rolname, rolsuper or rolbypassrls as privileged from pg_roles where rolname like 'vf\_%' order by 1`,
  );
  expect(roles.map((role) => [role['rolname'], role['privileged']])).toEqual([
    ['vf_app', false],
    ['vf_owner', false],
    ['vf_system', false],
  ]);
});

test('a dropped database is gone, also while someone is connected', async () => {
  const third = await createTestDatabase();
  const held = postgres(third.databaseUrl, { max: 1, onnotice: () => undefined });
  await held`select 1`;
  await third.drop();
  await expect(ask(third.databaseUrl, (sql) => sql`select 1`)).rejects.toThrow(/does not exist/);
  await held.end({ timeout: 1 });
});
