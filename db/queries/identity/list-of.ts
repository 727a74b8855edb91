import { type SQL, sql } from 'drizzle-orm';

/** `('a', 'b')` as parameters, for `in`; at least one. */
export const listOf = (ids: readonly string[]): SQL =>
  sql`(${sql.join(
    ids.map((id) => sql`${id}`),
    sql`, `,
  )})`;
