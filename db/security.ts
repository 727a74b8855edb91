/**
 * Row-level security as the second wall, made for every table after each migration run, so that no new table can be
 * forgotten: `vf_app` sees the rows of the workspace of its transaction, `vf_system` sees all by a policy.
 */
import type { Sql } from 'postgres';

/** The workspace of this transaction; null, hence no row, when a pooled session carries an empty setting. */
const currentWorkspace = `nullif(current_setting('vf.workspace_id', true), '')::uuid`;

interface TableColumns {
  readonly name: string;
  readonly has_workspace: boolean;
}

/** Safe to repeat; run as the owner of the tables. */
export async function secureTables(sql: Sql): Promise<void> {
  const tables = await sql<TableColumns[]>`
    select c.relname as name, exists (
      select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
    ) as has_workspace
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')`;
  for (const table of tables) await secureTable(sql, table);
  await sql.unsafe(`
    grant usage on schema public to vf_app, vf_system;
    grant select, insert, update, delete on all tables in schema public to vf_app, vf_system;
    revoke update, delete on ledger_entries from vf_app, vf_system;
    revoke all on function vf_ensure_click_partitions() from public;
    grant execute on function vf_ensure_click_partitions() to vf_system;
  `);
}

async function secureTable(sql: Sql, { name, has_workspace }: TableColumns): Promise<void> {
  const table = `"${name.replaceAll('"', '""')}"`;
  const owned = name === 'workspaces' ? 'id' : has_workspace ? 'workspace_id' : null;
  const appPolicy = owned
    ? `create policy vf_workspace on ${table} to vf_app using (${owned} = ${currentWorkspace}) with check (${owned} = ${currentWorkspace});`
    : '';
  await sql.unsafe(`
    alter table ${table} enable row level security;
    alter table ${table} force row level security;
    drop policy if exists vf_workspace on ${table};
    drop policy if exists vf_all on ${table};
    ${appPolicy}
    create policy vf_all on ${table} to vf_system using (true) with check (true);
  `);
}
