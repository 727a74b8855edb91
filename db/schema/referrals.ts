import { sql } from 'drizzle-orm';
import {
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { campaigns, qualificationRules } from './campaigns.ts';
import { id, instant, workspaceId } from './columns.ts';
import { connections } from './connections.ts';
import { people, referralLinks, referrers } from './people.ts';

/** One referrer bringing one person into one campaign. Everything a lifecycle must know to resume is in this row. */
export const referrals = pgTable(
  'referrals',
  {
    id: id(),
    workspaceId: workspaceId(),
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.id),
    referrerId: uuid('referrer_id')
      .notNull()
      .references(() => referrers.id),
    personId: uuid('person_id')
      .notNull()
      .references(() => people.id),
    linkId: uuid('link_id').references(() => referralLinks.id),
    connectionId: uuid('connection_id').references(() => connections.id),
    ruleId: uuid('rule_id')
      .notNull()
      .references(() => qualificationRules.id),
    emailKey: text('email_key'),
    status: text('status', {
      enum: ['registered', 'qualified', 'rewarded', 'reversed', 'rejected', 'expired', 'erased'],
    }).notNull(),
    signedUpAt: instant('signed_up_at').notNull(),
    enteredAt: instant('entered_at'),
    parkedReason: text('parked_reason'),
    parkedRetryAt: instant('parked_retry_at'),
    parkedTimes: integer('parked_times').notNull().default(0),
    alreadyQualified: text('already_qualified', { enum: ['pending', 'accepted', 'rejected'] }),
    rejectedReason: text('rejected_reason'),
    /** Rises with each committed decision; a decision that saw an older value reads again. */
    decisionSeq: integer('decision_seq').notNull().default(0),
    expiresAt: instant('expires_at'),
    reversibleUntil: instant('reversible_until'),
    /** Set when nothing can happen any more; the lifecycle ends. */
    settledAt: instant('settled_at'),
  },
  (table) => [
    uniqueIndex('referrals_one_live_per_email')
      .on(table.campaignId, table.emailKey)
      .where(sql`status not in ('rejected', 'expired', 'erased')`),
    index('referrals_by_person').on(table.personId),
    index('referrals_by_referrer').on(table.referrerId, table.signedUpAt),
    index('referrals_by_campaign').on(table.workspaceId, table.campaignId, table.id),
    index('referrals_by_workspace').on(table.workspaceId, table.id),
    index('referrals_by_status').on(table.workspaceId, table.status, table.id),
    index('referrals_parked')
      .on(table.connectionId)
      .where(sql`settled_at is null and parked_reason is not null`),
    index('referrals_unsettled').on(table.id).where(sql`settled_at is null`),
  ],
);

/**
 * Each create in HubSpot is first a row here. `outcome` says whether the record is ours or was found; at most one
 * entry claims an id as created.
 */
export const crmEntries = pgTable(
  'crm_entries',
  {
    id: id(),
    workspaceId: workspaceId(),
    referralId: uuid('referral_id').references(() => referrals.id),
    referrerId: uuid('referrer_id').references(() => referrers.id),
    connectionId: uuid('connection_id')
      .notNull()
      .references(() => connections.id),
    objectType: text('object_type', { enum: ['contact', 'deal'] }).notNull(),
    attemptedAt: instant('attempted_at').notNull(),
    enteredAt: instant('entered_at'),
    crmId: text('crm_id'),
    outcome: text('outcome', { enum: ['created', 'found'] }),
    /** The record's own modified instant at our last committed read of it. */
    readModifiedAt: instant('read_modified_at'),
    /** HubSpot's lifecycle stage of a contact that was found, as it was then; null where it had none. */
    lifecycleStage: text('lifecycle_stage'),
    /** Of a referral's contact: who in HubSpot is in charge of it and of the deal; null for nobody. */
    ownerId: text('owner_id'),
    /** When that was chosen, which is before HubSpot is told; null while it is to be chosen. */
    ownerChosenAt: instant('owner_chosen_at'),
    /** Of a referral's contact: the referrer's contact with which it was last linked by our label. */
    associatedWith: text('associated_with'),
  },
  (table) => [
    unique('crm_entries_one_per_referral').on(table.referralId, table.objectType),
    unique('crm_entries_one_per_referrer').on(table.referrerId, table.objectType),
    uniqueIndex('crm_entries_created_once')
      .on(table.connectionId, table.objectType, table.crmId)
      .where(sql`outcome = 'created'`),
    index('crm_entries_by_crm_id').on(table.connectionId, table.objectType, table.crmId),
  ],
);

/** HubSpot deals that belong to a referral, by every id they ever had. */
export const deals = pgTable(
  'deals',
  {
    connectionId: uuid('connection_id')
      .notNull()
      .references(() => connections.id),
    crmId: text('crm_id').notNull(),
    workspaceId: workspaceId(),
    referralId: uuid('referral_id')
      .notNull()
      .references(() => referrals.id),
    /** The live id; the others are aliases left by merges. */
    current: boolean('current').notNull().default(true),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.connectionId, table.crmId] }),
    index('deals_by_referral').on(table.referralId),
  ],
);

/** One row for every evaluation, negative ones too: what was read, under which rule version, with which result. */
export const verdicts = pgTable(
  'verdicts',
  {
    id: id(),
    workspaceId: workspaceId(),
    referralId: uuid('referral_id')
      .notNull()
      .references(() => referrals.id),
    decisionSeq: integer('decision_seq').notNull(),
    ruleId: uuid('rule_id')
      .notNull()
      .references(() => qualificationRules.id),
    result: text('result').notNull(),
    reason: text('reason'),
    /** What the rule saw: record id, values of the watched properties, instants. An erasure blanks it. */
    inputs: jsonb('inputs').notNull(),
    decidedAt: instant('decided_at').notNull(),
  },
  (table) => [unique('verdicts_one_per_decision').on(table.referralId, table.decisionSeq)],
);

/** What happened to a referral, in order, for people. */
export const timelineEvents = pgTable(
  'timeline_events',
  {
    id: id(),
    workspaceId: workspaceId(),
    referralId: uuid('referral_id')
      .notNull()
      .references(() => referrals.id),
    kind: text('kind').notNull(),
    /** Ids, codes and amounts; no personal data. */
    facts: jsonb('facts').notNull(),
    at: instant('at').notNull(),
  },
  (table) => [
    index('timeline_events_by_referral').on(table.referralId, table.id),
    index('timeline_events_by_workspace').on(table.workspaceId, table.id),
  ],
);
