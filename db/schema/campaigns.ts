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
import { creditKeepers, touchModels } from '../../domain/attribution.ts';
import type { InvitedOwner } from '../../domain/contact-owner.ts';
import type { FraudActions } from '../../domain/fraud.ts';
import { syncKinds, syncStates, syncWanted } from '../../domain/sync.ts';
import type { ValueChange } from '../../domain/value-change.ts';
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
  /** Who in HubSpot is put in charge of the contact and the deal of a person invited. */
  invitedOwner: jsonb('invited_owner').$type<InvitedOwner>().notNull().default({ kind: 'none' }),
  /** How many turns were taken of the owners who take turns. */
  ownerTurn: integer('owner_turn').notNull().default(0),
  /** Whether HubSpot's contacts of referrer and friend are linked by our label. */
  associateReferrer: boolean('associate_referrer').notNull().default(false),
  expiryDays: integer('expiry_days'),
  reversalDays: integer('reversal_days'),
  /** How long a visit through a link may be answered by a sign-up; null for no bound. */
  attributionWindowDays: integer('attribution_window_days').default(30),
  /** Which of several visits of one visitor counts. */
  attribution: text('attribution', { enum: touchModels }).notNull().default('last-touch'),
  /** Who has the credit for a person who is referred again by somebody else before they qualify. */
  creditKept: text('credit_kept', { enum: creditKeepers }).notNull().default('first-referrer'),
  /** What each rule of `domain/fraud.ts` does, where the campaign has it otherwise than `defaultFraudActions`. */
  fraud: jsonb('fraud').$type<Partial<FraudActions>>().notNull().default({}),
  /** More sign-ups than this for one referrer in so many minutes are a finding of the rule `velocity`. */
  velocitySignUps: integer('velocity_sign_ups').notNull().default(20),
  velocityMinutes: integer('velocity_minutes').notNull().default(60),
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
    /** HubSpot's type of the property when the mapping was saved; it decides how an instant is written. */
    propertyType: text('property_type'),
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
    kind: text('kind', { enum: syncKinds }).notNull().default('sync'),
    /**
     * The run that a `retry` or `undo` is about; of a `sync` the ongoing run for which it catches up; of an `ongoing` one
     * the open run after which a sync must catch up.
     */
    ofRunId: uuid('of_run_id').references((): AnyPgColumn => syncRuns.id),
    /** Of a `retry`: only contacts that were skipped for this reason; null for all of them. */
    onlyReason: text('only_reason'),
    wanted: text('wanted', { enum: syncWanted }).notNull().default('running'),
    state: text('state', { enum: syncStates }).notNull(),
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

/** One value of a contact's record that a run changed. */
export interface RecordedValue extends ValueChange {
  /** An undo has put `before` back: the run counts no longer as one that wrote it. */
  readonly undone?: true;
  /** The run ended without knowing whether HubSpot took it: an undo looks, and nobody calls it sent. */
  readonly unconfirmed?: true;
}

/**
 * What a run did to one contact, or what a preview says it would do. A `preview` has a row for every contact of the
 * scope; the other kinds have one for every contact whose record in HubSpot they wrote, which is what `undo` takes back.
 * The rows hold personal data: addresses and values of contacts, those of a preview also of people who never become
 * participants. A campaign's next preview or sync deletes the rows of its older previews.
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
    /** One of `skipReasons`: why a contact is skipped, or why a value of one that is updated is left alone. */
    reason: text('reason'),
    /** Of a preview: by it a second contact with the same address is found on a later page. */
    emailKey: text('email_key'),
    /** HubSpot properties that change, by name. */
    properties: jsonb('properties').$type<Record<string, RecordedValue>>().notNull(),
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
    index('sync_changes_by_undo').on(table.runId, table.undo, table.crmId).where(sql`undo is not null`),
  ],
);

/**
 * What a run is about to write for the contacts of one page, stored before HubSpot is asked: when the process dies in
 * between, the values that were there before are still known. Leaves with the transaction that records the page.
 */
export const syncIntents = pgTable(
  'sync_intents',
  {
    runId: uuid('run_id')
      .notNull()
      .references(() => syncRuns.id),
    /** The page, by the id of its first contact. */
    page: text('page').notNull(),
    workspaceId: workspaceId(),
    /** By contact and HubSpot property; holds values of contacts. */
    changes: jsonb('changes').$type<Record<string, Record<string, ValueChange>>>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.page] })],
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
  (table) => [
    primaryKey({ columns: [table.campaignId, table.crmId] }),
    // In the order in which HubSpot lists them: upwards by number.
    index('sync_members_in_order').on(table.campaignId, sql`(crm_id::numeric)`),
  ],
);

/**
 * How far the list that an ongoing sync follows was compared with `sync_members`, and when it is compared next. Whoever
 * starts a look, at a new list too, counts `look` up: a page that was read for an earlier one is not stored any more.
 */
export const listLooks = pgTable('list_looks', {
  campaignId: uuid('campaign_id')
    .primaryKey()
    .references(() => campaigns.id),
  workspaceId: workspaceId(),
  listId: text('list_id').notNull(),
  look: integer('look').notNull().default(0),
  /** When the look that is under way began; null between two looks. */
  startedAt: instant('started_at'),
  /** HubSpot's cursor of the next page; null for the first. */
  after: text('after'),
  /** Members up to this contact id, as a number, are compared; null at the start of a look. */
  comparedTo: text('compared_to'),
  /** Pages read by the look that is under way, or by the last one. */
  pages: integer('pages').notNull().default(0),
  nextAt: instant('next_at').notNull(),
  /** Since when HubSpot does not have the list; null again when it is restored. */
  goneAt: instant('gone_at'),
});
