import { sql } from 'drizzle-orm';
import { integer, jsonb, pgTable, primaryKey, text, unique, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { id, instant, minor, workspaceId } from './columns.ts';
import { connections } from './connections.ts';
import { workspaces } from './workspaces.ts';

/** One offer: who may refer, what qualifies, what is earned. */
export const campaigns = pgTable('campaigns', {
  id: id(),
  workspaceId: workspaceId().references(() => workspaces.id),
  name: text('name').notNull(),
  /** Public part of the join link; unique over the installation. */
  slug: text('slug').notNull().unique(),
  status: text('status', { enum: ['draft', 'published', 'paused', 'ended'] }).notNull(),
  landingUrl: text('landing_url'),
  connectionId: uuid('connection_id').references(() => connections.id),
  personInvitedAction: text('person_invited_action', {
    enum: ['none', 'create-contact', 'create-contact-and-deal'],
  })
    .notNull()
    .default('none'),
  personReferringAction: text('person_referring_action', { enum: ['none', 'create-contact'] })
    .notNull()
    .default('none'),
  existingContacts: text('existing_contacts', { enum: ['never-overwrite', 'fill-blanks', 'overwrite'] })
    .notNull()
    .default('never-overwrite'),
  expiryDays: integer('expiry_days'),
  reversalDays: integer('reversal_days'),
  createdAt: instant('created_at').notNull(),
  /** Rises with every edit; the API's ETag. */
  version: integer('version').notNull().default(1),
});

/** Versioned; a referral pins the version in force at its sign-up. The newest version is the campaign's rule. */
export const qualificationRules = pgTable(
  'qualification_rules',
  {
    id: id(),
    workspaceId: workspaceId(),
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.id),
    version: integer('version').notNull(),
    kind: text('kind', { enum: ['contact-property', 'deal-stage', 'manual'] }).notNull(),
    /** The rest of a `QualificationRule` of `domain/qualification.ts`. */
    definition: jsonb('definition').notNull(),
    /** Where the sale value is read (S77–S82); null when no reward needs one. */
    saleValueObject: text('sale_value_object', { enum: ['contact', 'deal'] }),
    saleValueProperty: text('sale_value_property'),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [unique('qualification_rules_version').on(table.campaignId, table.version)],
);

export const rewardRules = pgTable(
  'reward_rules',
  {
    id: id(),
    workspaceId: workspaceId(),
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.id),
    /** The version of the qualification rule with which it came into force. */
    version: integer('version').notNull(),
    position: integer('position').notNull(),
    kind: text('kind', { enum: ['fixed', 'percentage'] }).notNull(),
    amountMinor: minor('amount_minor'),
    currency: text('currency'),
    rateBasisPoints: integer('rate_basis_points'),
    beneficiary: text('beneficiary', { enum: ['referrer', 'referred'] }).notNull(),
    holdDays: integer('hold_days'),
    approval: text('approval', { enum: ['automatic', 'manual'] })
      .notNull()
      .default('automatic'),
    provider: text('provider', { enum: ['manual'] })
      .notNull()
      .default('manual'),
  },
  (table) => [unique('reward_rules_position').on(table.campaignId, table.version, table.position)],
);

/** How one HubSpot property is filled (or, in section `sync-in`, which field of ours it fills). */
export const fieldMappings = pgTable(
  'field_mappings',
  {
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.id),
    section: text('section', {
      enum: ['person-invited', 'person-referring', 'sync-in', 'sync-out'],
    }).notNull(),
    objectType: text('object_type', { enum: ['contact', 'deal'] }).notNull(),
    property: text('property').notNull(),
    workspaceId: workspaceId(),
    sourceKind: text('source_kind', { enum: ['dynamic', 'fixed'] }).notNull(),
    /** The field's name for `dynamic`, the constant for `fixed`. */
    source: text('source').notNull(),
  },
  (table) => [primaryKey({ columns: [table.campaignId, table.section, table.objectType, table.property] })],
);

/** The wanted state of a campaign's contact sync; the running workflow reads it in every step. */
export const syncSettings = pgTable('sync_settings', {
  campaignId: uuid('campaign_id')
    .primaryKey()
    .references(() => campaigns.id),
  workspaceId: workspaceId(),
  scopeKind: text('scope_kind', { enum: ['all', 'list'] })
    .notNull()
    .default('all'),
  listId: text('list_id'),
  ongoing: text('ongoing', { enum: ['on', 'off'] })
    .notNull()
    .default('off'),
  updatedAt: instant('updated_at').notNull(),
});

/** One pass of a contact sync; at most one unfinished per campaign. */
export const syncRuns = pgTable(
  'sync_runs',
  {
    id: id(),
    workspaceId: workspaceId(),
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.id),
    connectionId: uuid('connection_id')
      .notNull()
      .references(() => connections.id),
    epoch: integer('epoch').notNull(),
    wanted: text('wanted', { enum: ['running', 'paused', 'stopped'] })
      .notNull()
      .default('running'),
    state: text('state', {
      enum: ['waiting', 'running', 'paused', 'parked', 'stopped', 'completed'],
    }).notNull(),
    parkedReason: text('parked_reason'),
    cursor: text('cursor'),
    seen: integer('seen').notNull().default(0),
    enrolled: integer('enrolled').notNull().default(0),
    linked: integer('linked').notNull().default(0),
    unchanged: integer('unchanged').notNull().default(0),
    startedAt: instant('started_at').notNull(),
    finishedAt: instant('finished_at'),
  },
  (table) => [uniqueIndex('sync_runs_one_open').on(table.campaignId).where(sql`finished_at is null`)],
);

/** A contact that a run skipped, with its reason. */
export const syncExceptions = pgTable(
  'sync_exceptions',
  {
    runId: uuid('run_id')
      .notNull()
      .references(() => syncRuns.id),
    crmId: text('crm_id').notNull(),
    workspaceId: workspaceId(),
    reason: text('reason').notNull(),
    /** HubSpot's property and code where it refused; never a value. */
    detail: text('detail'),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.crmId] })],
);
