import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { id, instant, workspaceId } from './columns.ts';
import { connections } from './connections.ts';

/**
 * What Temporal must be told, written in the transaction of the fact it follows from. `claimed_until` is both the
 * claim of a relay and the earliest next try. One unclaimed nudge per workflow is enough: nudges are level-triggered.
 */
export const outbox = pgTable(
  'outbox',
  {
    id: id(),
    workspaceId: workspaceId(),
    kind: text('kind', { enum: ['start', 'nudge'] }).notNull(),
    workflowType: text('workflow_type').notNull(),
    workflowId: text('workflow_id').notNull(),
    /** The workflow's input; a nudge carries the same one, so that start and nudge may come in any order. */
    input: jsonb('input').notNull(),
    nudge: jsonb('nudge'),
    createdAt: instant('created_at').notNull(),
    claimedBy: text('claimed_by'),
    claimedUntil: instant('claimed_until'),
    /** Failures caused by the row itself; Temporal being away counts for none. */
    failures: integer('failures').notNull().default(0),
    sentAt: instant('sent_at'),
    droppedAt: instant('dropped_at'),
    deadAt: instant('dead_at'),
    reason: text('reason'),
  },
  (table) => [
    uniqueIndex('outbox_one_waiting_nudge')
      .on(table.workflowId)
      .where(
        sql`kind = 'nudge' and claimed_until is null and sent_at is null and dropped_at is null and dead_at is null`,
      ),
    index('outbox_open').on(table.id).where(sql`sent_at is null and dropped_at is null and dead_at is null`),
    index('outbox_by_workflow').on(table.workflowId),
    index('outbox_finished')
      .on(sql`coalesce(sent_at, dropped_at)`)
      .where(sql`coalesce(sent_at, dropped_at) is not null`),
  ],
);

/** When a workflow was last nudged: at most once in two seconds. */
export const nudgeSlots = pgTable('nudge_slots', {
  workflowId: text('workflow_id').primaryKey(),
  nudgedAt: instant('nudged_at').notNull(),
});

/** Raw notices of HubSpot, once per delivery key. Never a property value. */
export const webhookInbox = pgTable(
  'webhook_inbox',
  {
    id: id(),
    deliveryKey: text('delivery_key').notNull().unique(),
    portalId: text('portal_id').notNull(),
    kind: text('kind').notNull(),
    objectType: text('object_type').notNull(),
    objectIds: text('object_ids').array().notNull(),
    propertyName: text('property_name'),
    changeSource: text('change_source'),
    sourceId: text('source_id'),
    occurredAt: instant('occurred_at').notNull(),
    receivedAt: instant('received_at').notNull(),
    claimedBy: text('claimed_by'),
    claimedUntil: instant('claimed_until'),
    failures: integer('failures').notNull().default(0),
    /** How many workflows it nudged, once handled. */
    nudges: integer('nudges'),
    sentAt: instant('sent_at'),
    droppedAt: instant('dropped_at'),
    deadAt: instant('dead_at'),
    reason: text('reason'),
  },
  (table) => [
    index('webhook_inbox_open')
      .on(table.id)
      .where(sql`sent_at is null and dropped_at is null and dead_at is null`),
    index('webhook_inbox_finished')
      .on(sql`coalesce(sent_at, dropped_at)`)
      .where(sql`coalesce(sent_at, dropped_at) is not null`),
  ],
);

/** Wanted values of HubSpot properties, sent by the drain; done means `sent_version = version`. */
export const crmWrites = pgTable(
  'crm_writes',
  {
    connectionId: uuid('connection_id')
      .notNull()
      .references(() => connections.id),
    objectType: text('object_type', { enum: ['contact', 'deal'] }).notNull(),
    objectId: text('object_id').notNull(),
    property: text('property').notNull(),
    workspaceId: workspaceId(),
    value: text('value').notNull(),
    version: integer('version').notNull().default(1),
    sentVersion: integer('sent_version').notNull().default(0),
    /** The last five values that we sent, newest first: an echo of one of them is not a person's edit. */
    sentValues: text('sent_values').array().notNull().default(sql`'{}'::text[]`),
    nextAttemptAt: instant('next_attempt_at').notNull(),
    failures: integer('failures').notNull().default(0),
    refusedReason: text('refused_reason'),
  },
  (table) => [
    primaryKey({ columns: [table.connectionId, table.objectType, table.objectId, table.property] }),
    index('crm_writes_open')
      .on(table.connectionId, table.nextAttemptAt)
      .where(sql`sent_version < version and refused_reason is null`),
  ],
);

/** A value of ours that a person changed in HubSpot: reported, and restored only if the campaign says so. */
export const crmEdits = pgTable(
  'crm_edits',
  {
    connectionId: uuid('connection_id')
      .notNull()
      .references(() => connections.id),
    objectType: text('object_type', { enum: ['contact', 'deal'] }).notNull(),
    objectId: text('object_id').notNull(),
    property: text('property').notNull(),
    workspaceId: workspaceId(),
    campaignId: uuid('campaign_id').notNull(),
    /** What we keep there; null is empty. */
    ours: text('ours'),
    /** What the person put there; null is empty. */
    theirs: text('theirs'),
    noticedAt: instant('noticed_at').notNull(),
    restoredAt: instant('restored_at'),
  },
  (table) => [
    primaryKey({ columns: [table.connectionId, table.objectType, table.objectId, table.property] }),
    index('crm_edits_by_campaign').on(table.campaignId, table.noticedAt),
  ],
);
