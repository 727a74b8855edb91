import { sql } from 'drizzle-orm';
import { index, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { campaigns } from './campaigns.ts';
import { id, instant, workspaceId } from './columns.ts';
import { connections } from './connections.ts';
import { workspaces } from './workspaces.ts';

/** One human of a workspace; referrer and referred person are roles of it. */
export const people = pgTable(
  'people',
  {
    id: id(),
    workspaceId: workspaceId().references(() => workspaces.id),
    email: text('email'),
    /** `lower(trim(email))`, see `domain/email.ts`. */
    emailKey: text('email_key'),
    firstName: text('first_name'),
    lastName: text('last_name'),
    phone: text('phone'),
    language: text('language'),
    /** The person who this one turned out to be; never one who is merged away in turn. */
    mergedInto: uuid('merged_into'),
    erasingAt: instant('erasing_at'),
    erasedAt: instant('erased_at'),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [
    uniqueIndex('people_one_per_email')
      .on(table.workspaceId, table.emailKey)
      .where(sql`merged_into is null and erased_at is null`),
    index('people_merged').on(table.mergedInto).where(sql`merged_into is not null`),
    index('people_merged_by_email').on(table.workspaceId, table.emailKey).where(sql`merged_into is not null`),
  ],
);

/** The only holder of HubSpot contact ids: one row per id that ever meant this person. */
export const personCrmIds = pgTable(
  'person_crm_ids',
  {
    connectionId: uuid('connection_id')
      .notNull()
      .references(() => connections.id),
    objectType: text('object_type', { enum: ['contact'] }).notNull(),
    crmId: text('crm_id').notNull(),
    workspaceId: workspaceId(),
    personId: uuid('person_id')
      .notNull()
      .references(() => people.id),
    createdAt: instant('created_at').notNull(),
    /** The live record that this id was merged into; null for a record of its own. */
    aliasOf: text('alias_of'),
    /** When HubSpot was found to have it no more (archived or deleted); null again once it is restored. */
    goneAt: instant('gone_at'),
    /** Another live person who has the address that the contact has now, so that ours could not follow it. */
    emailHeldBy: uuid('email_held_by'),
  },
  (table) => [
    primaryKey({ columns: [table.connectionId, table.objectType, table.crmId] }),
    index('person_crm_ids_by_person').on(table.personId, table.connectionId),
  ],
);

/** A person's membership of one campaign as the one who refers. */
export const referrers = pgTable(
  'referrers',
  {
    id: id(),
    workspaceId: workspaceId(),
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.id),
    personId: uuid('person_id')
      .notNull()
      .references(() => people.id),
    source: text('source', { enum: ['sync', 'join', 'api'] }).notNull(),
    joinedAt: instant('joined_at').notNull(),
    /** The link that HubSpot is known to hold for this referrer; null until written. */
    crmLinkWritten: text('crm_link_written'),
    /** When the contact left the list that an ongoing sync follows; the referrer stays. */
    leftScopeAt: instant('left_scope_at'),
    /** Since an undo HubSpot is not kept current for this referrer, until a sync runs again. */
    withheldAt: instant('withheld_at'),
    /**
     * The referrer of the same campaign who this one turned out to be, never one who is merged away in turn. This one's
     * link stays and leads there.
     */
    mergedInto: uuid('merged_into'),
    parkedReason: text('parked_reason'),
    /** When `referrerEntry` had nothing more to do. */
    enteredAt: instant('entered_at'),
  },
  (table) => [
    uniqueIndex('referrers_one_per_person')
      .on(table.campaignId, table.personId)
      .where(sql`merged_into is null`),
    index('referrers_by_workspace').on(table.workspaceId, table.id),
    index('referrers_by_campaign').on(table.campaignId, table.id),
    index('referrers_by_person').on(table.personId),
    index('referrers_merged').on(table.mergedInto).where(sql`merged_into is not null`),
    index('referrers_left_scope').on(table.campaignId).where(sql`left_scope_at is not null`),
    index('referrers_unentered').on(table.id).where(sql`entered_at is null and source <> 'sync'`),
  ],
);

/** A referrer has one live link; its code is the public part. */
export const referralLinks = pgTable(
  'referral_links',
  {
    id: id(),
    workspaceId: workspaceId(),
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.id),
    referrerId: uuid('referrer_id')
      .notNull()
      .references(() => referrers.id),
    code: text('code').notNull().unique(),
    createdAt: instant('created_at').notNull(),
    retiredAt: instant('retired_at'),
  },
  (table) => [uniqueIndex('referral_links_one_live').on(table.referrerId).where(sql`retired_at is null`)],
);
