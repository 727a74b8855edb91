import { sql } from 'drizzle-orm';
import type { SystemDatabase } from '../../client.ts';

/** Clicks of this month and the next two have their partitions. */
export async function ensureClickPartitions(db: SystemDatabase): Promise<void> {
  await db.execute(sql`select vf_ensure_click_partitions()`);
}
