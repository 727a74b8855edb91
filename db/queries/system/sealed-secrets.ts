/** Every value that the key ring seals, wherever it lies; for the rotation of keys, which is the only one to see them all. */
import { type SQL, sql } from 'drizzle-orm';
import type { SystemDatabase } from '../../client.ts';

interface Address {
  readonly connectionId: string;
  readonly column: 'access_token' | 'refresh_token';
}

/** A sealed value of another key than the newest one. */
export type SealedSecret = Address & {
  /** Where it stands in the order of `staleSecrets`. */
  readonly position: string;
  readonly sealed: string;
} & (
    | { readonly table: 'connections' }
    /** Moved there by the disconnect that ended this epoch; still bound to its first place in `connections`. */
    | { readonly table: 'connection_revocations'; readonly epoch: number }
  );

const tables = {
  connections: sql`connections`,
  connection_revocations: sql`connection_revocations`,
} as const;
const columns = { access_token: sql`access_token`, refresh_token: sql`refresh_token` } as const;

const sealedValues = sql`(
  select 'connections' as "table", id as "connectionId", 0 as epoch, token.* from connections,
    lateral (values ('access_token', access_token), ('refresh_token', refresh_token)) as token ("column", sealed)
  union all
  select 'connection_revocations', connection_id, epoch, token.* from connection_revocations,
    lateral (values ('access_token', access_token), ('refresh_token', refresh_token)) as token ("column", sealed)
) as secrets`;

/** A sealed value names its key in its second part (`db/secret-box.ts`). */
const stale = (newestKeyId: string): SQL =>
  sql`sealed is not null and split_part(sealed, '.', 2) <> ${newestKeyId}`;

const position = sql`concat_ws('/', "table", "connectionId", epoch, "column") collate "C"`;

/** The next secrets after a position that are not under the newest key, in a fixed order. */
export async function staleSecrets(
  db: SystemDatabase,
  { newestKeyId, after, limit }: { newestKeyId: string; after: string; limit: number },
): Promise<SealedSecret[]> {
  return [
    ...(await db.execute<SealedSecret & Record<string, unknown>>(sql`
      select "table", "connectionId", epoch, "column", sealed, ${position} as position
      from ${sealedValues} where ${stale(newestKeyId)} and ${position} > ${after}
      order by position limit ${limit}`)),
  ];
}

export async function countStaleSecrets(db: SystemDatabase, newestKeyId: string): Promise<number> {
  const [row] = await db.execute<{ count: number }>(
    sql`select count(*)::int as count from ${sealedValues} where ${stale(newestKeyId)}`,
  );
  return row?.count ?? 0;
}

/** False when the value is another one by now (refreshed, moved or erased meanwhile): then that one stays. */
export async function replaceSecret(
  db: SystemDatabase,
  secret: SealedSecret,
  resealed: string,
): Promise<boolean> {
  const row =
    secret.table === 'connections'
      ? sql`id = ${secret.connectionId}`
      : sql`connection_id = ${secret.connectionId} and epoch = ${secret.epoch}`;
  const column = columns[secret.column];
  const updated = await db.execute(sql`
    update ${tables[secret.table]} set ${column} = ${resealed}
    where ${row} and ${column} = ${secret.sealed} returning 1`);
  return updated.length > 0;
}
