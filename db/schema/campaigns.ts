import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
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
  /** Whether a value of ours that a person changed in HubSpot is written again; reported it is in any case. */
  restoreEdits: boolean('restore_edits').notNull().default(false),
  updatedAt: instant('updated_at').notNull(),
});

/**
 * One run of a contact sync. `sync` enrols a scope, `retry` what another run skipped, `preview` writes nothing, `undo`
 * takes back what another run wrote: at most one of these is open per campaign. `ongoing` follows changes beside them
 * until it is turned off.
 */
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
    kind: text('kind', { enum: ['sync', 'retry', 'preview', 'undo', 'ongoing'] })
      .notNull()
      .default('sync'),
    /** The run that a `retry` or `undo` is about. */
    ofRunId: uuid('of_run_id').references((): AnyPgColumn => syncRuns.id),
    wanted: text('wanted', { enum: ['running', 'paused', 'stopped'] })
      .notNull()
      .default('running'),
    state: text('state', {
      enum: ['waiting', 'running', 'paused', 'parked', 'stopped', 'completed'],
    }).notNull(),
    parkedReason: text('parked_reason'),
    cursor: text('cursor'),
    /** How many contacts there are to see, as far as HubSpot told at the start. */
    total: integer('total'),
    seen: integer('seen').notNull().default(0),
    enrolled: integer('enrolled').notNull().default(0),
    linked: integer('linked').notNull().default(0),
    unchanged: integer('unchanged').notNull().default(0),
    /** Contacts a second, smoothed over the last pages. */
    perSecond: real('per_second'),
    progressedAt: instant('progressed_at'),
    startedAt: instant('started_at').notNull(),
    finishedAt: instant('finished_at'),
  },
  (table) => [
    uniqueIndex('sync_runs_one_open')
      .on(table.campaignId)
      .where(sql`finished_at is null and kind <> 'ongoing'`),
    uniqueIndex('sync_runs_one_ongoing')
      .on(table.campaignId)
      .where(sql`finished_at is null and kind = 'ongoing'`),
    index('sync_runs_by_campaign').on(table.campaignId, table.id),
  ],
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

/** One value that a run changes, or would change; `null` is empty. */
export interface ValueChange {
  readonly before: string | null;
  readonly after: string | null;
}

/**
 * What a run did to one contact, or what a preview says it would do. A `preview` has a row for every contact of the
 * scope; the other kinds have one for every contact whose record in HubSpot they wrote, which is what `undo` takes back.
 */
export const syncChanges = pgTable(
  'sync_changes',
  {
    runId: uuid('run_id')
      .notNull()
      .references(() => syncRuns.id),
    crmId: text('crm_id').notNull(),
    workspaceId: workspaceId(),
    outcome: text('outcome', { enum: ['create', 'update', 'unchanged', 'skipped'] }).notNull(),
    /** Of a skipped contact: one of `skipReasons`. */
    reason: text('reason'),
    /** Of a preview: by it a second contact with the same address is found on a later page. */
    emailKey: text('email_key'),
    /** HubSpot properties that change, by name. */
    properties: jsonb('properties').$type<Record<string, ValueChange>>().notNull(),
    /** Fields of ours that change, by name; only previews tell. */
    fields: jsonb('fields').$type<Record<string, ValueChange>>(),
    /** What an undo did to it; null while none has. */
    undo: text('undo', { enum: ['undone', 'left-edited', 'left-gone', 'left-refused'] }),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.runId, table.crmId] }),
    index('sync_changes_by_outcome').on(table.runId, table.outcome, table.crmId),
    index('sync_changes_by_email').on(table.runId, table.emailKey).where(sql`email_key is not null`),
  ],
);

/** Contacts that an ongoing sync must look at, once each however often HubSpot speaks of them. */
export const syncHints = pgTable(
  'sync_hints',
  {
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.id),
    crmId: text('crm_id').notNull(),
    workspaceId: workspaceId(),
    /** Rises with every hint: a hint that came while the contact was read is not done by that read. */
    version: integer('version').notNull().default(1),
    hintedAt: instant('hinted_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.campaignId, table.crmId] })],
);

/** Who is in the list that an ongoing sync follows, as last read: by it joining and leaving are noticed. */
export const syncMembers = pgTable(
  'sync_members',
  {
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.id),
    crmId: text('crm_id').notNull(),
    workspaceId: workspaceId(),
    joinedAt: instant('joined_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.campaignId, table.crmId] })],
);
