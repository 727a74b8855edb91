import { and, inArray, isNull, sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import type { SystemDatabase, Tx } from '../../client.ts';
import { webhookInbox } from '../../schema/messages.ts';
import { claimRows } from './claims.ts';

export type InboxRow = typeof webhookInbox.$inferSelect;
export type NewInboxRow = Pick<
  InboxRow,
  | 'deliveryKey'
  | 'portalId'
  | 'kind'
  | 'objectType'
  | 'objectIds'
  | 'propertyName'
  | 'changeSource'
  | 'sourceId'
  | 'occurredAt'
>;

/** Wakes the relays when notices arrive. */
export const inboxChannel = 'vf_inbox';

/**
 * One prepared statement for a batch of any size, under the delivery key: a delivery that comes twice is one row. The
 * relays are woken with the commit, and only by what is new.
 */
export async function insertInbox(db: SystemDatabase, rows: readonly NewInboxRow[]): Promise<void> {
  if (rows.length === 0) return;
  const batch = JSON.stringify(rows.map((row) => ({ id: newId(), ...row })));
  await db.$client`
    with stored as (
      insert into webhook_inbox (id, delivery_key, portal_id, kind, object_type, object_ids, property_name,
        change_source, source_id, occurred_at, received_at)
      select id, "deliveryKey", "portalId", kind, "objectType", "objectIds", "propertyName",
        "changeSource", "sourceId", "occurredAt", now()
      from json_to_recordset(${batch}::text::json) as batch (id uuid, "deliveryKey" text, "portalId" text, kind text,
        "objectType" text, "objectIds" text[], "propertyName" text, "changeSource" text, "sourceId" text,
        "occurredAt" timestamptz)
      on conflict (delivery_key) do nothing returning 1
    )
    select pg_notify(${inboxChannel}, '') where exists (select 1 from stored)`;
}

/** Notices to handle now, claimed for this relay. */
export async function claimInbox(db: SystemDatabase, relay: string, limit: number): Promise<InboxRow[]> {
  const ids = await claimRows(db, 'webhook_inbox', { relay, limit });
  if (ids.length === 0) return [];
  return db.select().from(webhookInbox).where(inArray(webhookInbox.id, ids)).orderBy(webhookInbox.id);
}

/** Whom a notice concerns, and whether it is the echo of our own create. */
export interface InboxMatch {
  readonly inboxId: string;
  readonly referralId: string;
  readonly campaignId: string;
  readonly workspaceId: string;
}

/**
 * Every unsettled referral that holds any id of a notice, by contact or by deal. An association names ids of both, so
 * each id is looked for as either; the object types are spelled out because the indexes lead with them. Our own creates are left out: an
 * event of an integration, of our app where HubSpot says so, between the attempt and 2 s after the entry of a record
 * that we created; the read that ended the entry has seen it.
 */
export async function matchInbox(tx: Tx, inboxIds: readonly string[], appId: string): Promise<InboxMatch[]> {
  const rows = await tx.execute<{
    inbox_id: string;
    referral_id: string;
    campaign_id: string;
    workspace_id: string;
  }>(sql`
    with notice as (
      select i.id, i.object_type, unnest(i.object_ids) as crm_id, i.occurred_at, i.change_source, i.source_id, i.kind,
        c.id as connection_id
      from webhook_inbox i
      join connections c on c.portal_id = i.portal_id and c.status <> 'disconnected'
      where i.id in (${sql.join(
        inboxIds.map((id) => sql`${id}`),
        sql`, `,
      )})
    ), held as (
      select n.*, f.id as referral_id, f.campaign_id, f.workspace_id
      from notice n
      join person_crm_ids p on p.connection_id = n.connection_id and p.object_type = 'contact' and p.crm_id = n.crm_id
      join referrals f on f.person_id = p.person_id and f.settled_at is null
      union
      select n.*, f.id, f.campaign_id, f.workspace_id
      from notice n
      join deals d on d.connection_id = n.connection_id and d.crm_id = n.crm_id
      join referrals f on f.id = d.referral_id and f.settled_at is null
      union
      select n.*, f.id, f.campaign_id, f.workspace_id
      from notice n
      join crm_entries e on e.connection_id = n.connection_id and e.object_type in ('contact', 'deal') and e.crm_id = n.crm_id
      join referrals f on f.id = e.referral_id and f.settled_at is null
    )
    select distinct h.id as inbox_id, h.referral_id, h.campaign_id, h.workspace_id from held h
    where not exists (
      select 1 from crm_entries e
      where e.connection_id = h.connection_id and (e.object_type = h.object_type or h.kind = 'associated') and e.crm_id = h.crm_id and e.outcome = 'created'
        and h.kind in ('created', 'changed', 'associated')
        and h.change_source in ('INTEGRATION', 'API') and coalesce(h.source_id, ${appId}) = ${appId}
        and h.occurred_at between e.attempted_at and e.entered_at + interval '2 seconds')`);
  return rows.map((row) => ({
    inboxId: row.inbox_id,
    referralId: row.referral_id,
    campaignId: row.campaign_id,
    workspaceId: row.workspace_id,
  }));
}

/**
 * Ends notices: handed to `nudges` workflows, or dropped because nobody holds any of their ids. Rows are named by lists
 * of ids, never by a join: of a queue that was just empty PostgreSQL expects one row, and would scan it once per id.
 */
export async function finishInbox(
  tx: Tx,
  ends: readonly { readonly id: string; readonly nudges: number }[],
): Promise<void> {
  for (const [nudges, alike] of Map.groupBy(ends, (end) => end.nudges)) {
    await tx
      .update(webhookInbox)
      .set(
        nudges > 0
          ? { nudges, sentAt: sql`now()` }
          : { nudges, droppedAt: sql`now()`, reason: 'concerns-nobody' },
      )
      .where(
        and(
          inArray(
            webhookInbox.id,
            alike.map(({ id }) => id),
          ),
          isNull(webhookInbox.sentAt),
          isNull(webhookInbox.droppedAt),
        ),
      );
  }
}

/** A notice that breaks its handling by itself: dead after 20 failures, others are not held up. */
export async function failInbox(db: SystemDatabase, ids: readonly string[], reason: string): Promise<void> {
  await db.execute(sql`
    update webhook_inbox set failures = failures + 1, reason = ${reason}, claimed_by = null,
      claimed_until = now() + make_interval(secs => least(300, power(2, failures))),
      dead_at = case when failures + 1 >= 20 then now() end
    where id in (${sql.join(
      ids.map((id) => sql`${id}`),
      sql`, `,
    )})`);
}
