/** One database of the embedded PostgreSQL, owned by `vf_owner`, with the three URLs that the product's roles use. */
import postgres from 'postgres';
import type { DatabaseRole, EmbeddedPostgres } from './postgres.ts';

export interface DatabaseUrls {
  /** Logs in as `vf_owner`; the migration makes the other two roles with the passwords of their URLs. */
  readonly migrationUrl: string;
  readonly databaseUrl: string;
  readonly systemUrl: string;
}

type Server = Pick<EmbeddedPostgres, 'superuserUrl' | 'rolePasswords'>;

/** Makes `vf_owner` and the database when they are missing; safe to repeat, also with a changed password file. */
export async function prepareDatabase(
  server: Server,
  { name }: { readonly name: string },
): Promise<DatabaseUrls> {
  const sql = postgres(server.superuserUrl, { max: 1, fetch_types: false, onnotice: () => undefined });
  try {
    const [role] = await sql`select 1 from pg_roles where rolname = 'vf_owner'`;
    // The password is hexadecimal and ours: a utility statement takes no parameters.
    const login = `vf_owner with login createrole nosuperuser password '${server.rolePasswords.vf_owner}'`;
    await sql.unsafe(role ? `alter role ${login}` : `create role ${login}`);
    const [database] = await sql`select 1 from pg_database where datname = ${name}`;
    if (!database) {
      await sql`create database ${sql(name)} owner vf_owner template template0 encoding 'UTF8'`;
    }
  } finally {
    await sql.end();
  }
  return urlsOf(server, name);
}

export function urlsOf({ superuserUrl, rolePasswords }: Server, name: string): DatabaseUrls {
  const as = (role: DatabaseRole) => {
    const url = new URL(superuserUrl);
    url.username = role;
    url.password = rolePasswords[role];
    url.pathname = `/${name}`;
    return url.href;
  };
  return { migrationUrl: as('vf_owner'), databaseUrl: as('vf_app'), systemUrl: as('vf_system') };
}
