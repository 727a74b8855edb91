import { sql } from 'drizzle-orm';
import type { SystemDatabase } from '../../client.ts';

/**
 * HubSpot's limit is a rolling window, which no bucket respects, so calls are paced: one instant after another at
 * maximum / 10.21 per ten seconds (10.77 a second for 110). At most `maximum` calls then begin in any window, even
 * when one is 200 ms late. Instants are stored in whole milliseconds (93 for 110 calls). Search has a budget of its own: five a second, paced at 4.1.
 */
const headroom = 1.021;
const assumed = {
  general: { maximum: 110, intervalMs: 10_000 },
  search: { maximum: 5, intervalMs: 1_000 },
} as const;
const searchHeadroom = 5 / 4.1;
/** How far ahead bulk work may reserve: what an interactive call waits for it at most. */
const bulkAheadMs = 300;
/** Nobody reserves further ahead than a caller will wait. */
const interactiveAheadMs = 10_000;

type Budget = keyof typeof assumed;

/** The generic cell rate algorithm with burst 1, one row per portal and budget, one statement per reservation. */
export const pacer = (db: SystemDatabase) => ({
  async reserve({
    portalId,
    budget,
    lane,
  }: {
    portalId: string;
    budget: Budget;
    lane: 'interactive' | 'bulk';
  }) {
    const { maximum, intervalMs } = assumed[budget];
    const room = budget === 'search' ? searchHeadroom : headroom;
    const aheadMs = lane === 'bulk' ? bulkAheadMs : interactiveAheadMs;
    const stepMs = (intervalMs * room) / maximum;
    // The commit does not wait for the disk: a server that crashes is away for longer than any instant that it forgets.
    const taken = await db.$client<{ delay: number }[]>`
      with told as materialized (select set_config('synchronous_commit', 'off', true))
      insert into pace_slots as slot (portal_id, budget, next_at, interval_ms, maximum)
      select ${portalId}, ${budget}, clock_timestamp() + make_interval(secs => ${stepMs / 1000}::float8), ${intervalMs}::int,
        ${maximum}::int
      from told
      on conflict (portal_id, budget) do update
        set next_at = greatest(slot.next_at, clock_timestamp())
          + make_interval(secs => slot.interval_ms * ${room}::float8 / slot.maximum / 1000)
        where slot.next_at <= clock_timestamp() + make_interval(secs => ${aheadMs / 1000}::float8)
      returning extract(epoch from slot.next_at - clock_timestamp())::float8 * 1000
        - slot.interval_ms * ${room}::float8 / slot.maximum as delay`;
    if (taken[0]) return { kind: 'slot' as const, delayMs: Math.max(0, taken[0].delay) };
    const [ahead] = await db.execute<{ delay: number }>(sql`
      select extract(epoch from next_at - clock_timestamp())::float8 * 1000 - ${aheadMs} as delay
      from pace_slots where portal_id = ${portalId} and budget = ${budget}`);
    return { kind: 'wait' as const, delayMs: Math.max(10, ahead?.delay ?? 0) };
  },

  /** The pace follows the maximum of HubSpot's headers (100, 110, 190 or 250 per ten seconds). */
  async observeMaximum({
    portalId,
    maximum,
    intervalMs,
  }: {
    portalId: string;
    maximum: number;
    intervalMs: number;
  }) {
    await db.execute(sql`
      update pace_slots set maximum = ${maximum}, interval_ms = ${intervalMs}
      where portal_id = ${portalId} and budget = 'general' and (maximum, interval_ms) <> (${maximum}, ${intervalMs})`);
  },

  async drain({ portalId, budget, untilMs }: { portalId: string; budget: Budget; untilMs: number }) {
    await db.execute(sql`
      update pace_slots set next_at = greatest(next_at, clock_timestamp() + make_interval(secs => ${untilMs / 1000}))
      where portal_id = ${portalId} and budget = ${budget}`);
  },
});
