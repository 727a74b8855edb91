import { sql } from 'drizzle-orm';
import type { SystemDatabase } from '../../client.ts';

/** A dead relay's claims lapse after this. */
const claimMs = 15_000;

/**
 * Takes open rows of a queue for one relay, oldest first, in one short statement; nobody else sees them until the claim
 * lapses. The ids, at most `limit`.
 */
export async function claimRows(
  db: SystemDatabase,
  queue: 'outbox' | 'webhook_inbox',
  { relay, limit }: { readonly relay: string; readonly limit: number },
): Promise<string[]> {
  const table = sql.identifier(queue);
  const claimed = await db.execute<{ id: string }>(sql`
    update ${table} set claimed_by = ${relay}, claimed_until = now() + make_interval(secs => ${claimMs / 1000})
    where id = any(array(
      select id from ${table}
      where sent_at is null and dropped_at is null and dead_at is null and (claimed_until is null or claimed_until < now())
      order by id limit ${limit} for update skip locked))
    returning id`);
  return claimed.map(({ id }) => id);
}
