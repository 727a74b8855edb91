import { sql } from 'drizzle-orm';
import { longestVisitDays } from '../../../domain/attribution.ts';
import type { SystemDatabase } from '../../client.ts';

/** Rows of one statement: a matter of seconds, whatever has piled up. */
const sweptAtOnce = 10_000;
const rejectionDays = 365;

/**
 * Forgets what is kept for a while only: traces of sign-ups after `retentionDays`, the browser behind a click when its
 * campaign lets it count no longer, and rejected attributions after a year. True when more may go at once.
 */
export async function sweepTraces(db: SystemDatabase, retentionDays: number): Promise<boolean> {
  const swept = [
    await db.execute(sql`
      delete from visit_traces where id in (
        select id from visit_traces where at < now() - make_interval(days => ${retentionDays})
        limit ${sweptAtOnce} for update skip locked)`),
    await db.execute(sql`
      update clicks set visit_hash = null where (id, clicked_at) in (
        select k.id, k.clicked_at from clicks k join campaigns c on c.id = k.campaign_id
        where k.visit_hash is not null
          and k.clicked_at < now() - make_interval(days => coalesce(c.attribution_window_days, ${longestVisitDays}))
        limit ${sweptAtOnce} for update of k skip locked)`),
    await db.execute(sql`
      delete from attribution_rejections where id in (
        select id from attribution_rejections where at < now() - make_interval(days => ${rejectionDays})
        limit ${sweptAtOnce} for update skip locked)`),
  ];
  return swept.some(({ count }) => count === sweptAtOnce);
}
