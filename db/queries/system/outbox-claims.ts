import { eq, inArray, sql } from 'drizzle-orm';
import type { SystemDatabase, Tx } from '../../client.ts';
import { outbox } from '../../schema/messages.ts';
import { claimRows } from './claims.ts';

export type OutboxRow = typeof outbox.$inferSelect;

/** One workflow is nudged at most once in this time; later events fold into the next nudge. */
export const nudgeSpacingMs = 2_000;

/** Rows to send now, claimed for this relay. */
export async function claimOutbox(db: SystemDatabase, relay: string, limit: number): Promise<OutboxRow[]> {
  const ids = await claimRows(db, 'outbox', { relay, limit });
  if (ids.length === 0) return [];
  return db.select().from(outbox).where(inArray(outbox.id, ids)).orderBy(outbox.id);
}

/** True when the workflow may be nudged now; false when it was nudged less than `nudgeSpacingMs` ago. */
export async function takeNudgeSlot(db: SystemDatabase, workflowId: string): Promise<boolean> {
  const taken = await db.execute(sql`
    insert into nudge_slots as slot (workflow_id, nudged_at) values (${workflowId}, now())
    on conflict (workflow_id) do update set nudged_at = now()
      where slot.nudged_at <= now() - make_interval(secs => ${nudgeSpacingMs / 1000})
    returning 1`);
  return taken.length > 0;
}

/** Ends a row: sent to Temporal, or dropped with the reason why that was not needed. */
export async function finishOutbox(
  db: SystemDatabase | Tx,
  id: string,
  end: { sent: true } | { dropped: string },
): Promise<void> {
  const now = new Date().toISOString();
  await db
    .update(outbox)
    .set('sent' in end ? { sentAt: now } : { droppedAt: now, reason: end.dropped })
    .where(eq(outbox.id, id));
}

/** Gives a row back until `delayMs` from now. */
export async function postponeOutbox(db: SystemDatabase | Tx, id: string, delayMs: number): Promise<void> {
  await db.execute(sql`
    update outbox set claimed_by = null, claimed_until = now() + make_interval(secs => ${delayMs / 1000}) where id = ${id}`);
}

/**
 * A nudge that comes too soon waits; when another one of its workflow waits already, this one folds into it. That one
 * is locked meanwhile, so it cannot have been sent before what this one tells of was committed.
 */
export function postponeNudge(db: SystemDatabase, row: Pick<OutboxRow, 'id' | 'workflowId'>): Promise<void> {
  return db.transaction(async (tx) => {
    const waiting = await tx.execute(sql`
      select 1 from outbox
      where workflow_id = ${row.workflowId} and id <> ${row.id} and kind = 'nudge'
        and sent_at is null and dropped_at is null and dead_at is null and claimed_by is null and claimed_until is not null
      limit 1 for update skip locked`);
    if (waiting.length > 0) await finishOutbox(tx, row.id, { dropped: 'folded' });
    else await postponeOutbox(tx, row.id, nudgeSpacingMs);
  });
}

/** Failures that a row causes itself; after this many it is dead and waits for a person. */
const failuresUntilDead = 20;

export async function failOutbox(db: SystemDatabase, id: string, reason: string): Promise<'dead' | 'again'> {
  const [row] = await db.execute<{ dead: boolean }>(sql`
    update outbox set failures = failures + 1, reason = ${reason}, claimed_by = null,
      claimed_until = now() + make_interval(secs => least(300, power(2, failures))),
      dead_at = case when failures + 1 >= ${failuresUntilDead} then now() end
    where id = ${id} returning dead_at is not null as dead`);
  return row?.dead ? 'dead' : 'again';
}

/** Rows that leave a queue in one statement: a matter of seconds, whatever has piled up. */
const sweptAtOnce = 10_000;

/**
 * Sent and dropped rows of both queues leave after seven days; what is only good for a while goes with them. Stored
 * answers hold personal data, so they do not outlive the day in which they may be asked for again. True when more of
 * the queues may go at once.
 */
export async function sweepQueues(db: SystemDatabase): Promise<boolean> {
  let more = false;
  for (const queue of [sql`outbox`, sql`webhook_inbox`]) {
    const swept = await db.execute(sql`
      delete from ${queue} where id in (
        select id from ${queue} where coalesce(sent_at, dropped_at) < now() - interval '7 days'
        limit ${sweptAtOnce} for update skip locked)`);
    more ||= swept.count === sweptAtOnce;
  }
  await db.execute(sql`delete from nudge_slots where nudged_at < now() - interval '1 hour'`);
  await db.execute(sql`delete from oauth_states where expires_at < now() - interval '1 day'`);
  await db.execute(sql`delete from idempotency_keys where created_at < now() - interval '1 day'`);
  return more;
}
