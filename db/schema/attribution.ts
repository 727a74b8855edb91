import { index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { attributionWays, rejectionReasons } from '../../domain/attribution.ts';
import { campaigns } from './campaigns.ts';
import { id, instant, workspaceId } from './columns.ts';
import { people, referralLinks, referrers } from './people.ts';
import { referrals } from './referrals.ts';

/** A sign-up that gave somebody no credit, and why; for the operator, since the public is told nothing of it. */
export const attributionRejections = pgTable(
  'attribution_rejections',
  {
    id: id(),
    workspaceId: workspaceId(),
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.id),
    reason: text('reason', { enum: rejectionReasons }).notNull(),
    /** By what the sign-up named its referrer. */
    via: text('via', { enum: attributionWays }).notNull(),
    /** As it was given, if it has the form of a code: whatever else somebody typed may be personal. */
    code: text('code'),
    linkId: uuid('link_id').references(() => referralLinks.id),
    /** Who would have had the credit. */
    referrerId: uuid('referrer_id').references(() => referrers.id),
    /** Who signed up, where we knew them; nobody is stored for a rejection. */
    personId: uuid('person_id').references(() => people.id),
    /** The referral that keeps the credit, or that was stored as rejected. */
    referralId: uuid('referral_id').references(() => referrals.id),
    at: instant('at').notNull(),
  },
  (table) => [
    index('attribution_rejections_by_workspace').on(table.workspaceId, table.id),
    index('attribution_rejections_by_campaign').on(table.campaignId, table.id),
    index('attribution_rejections_by_reason').on(table.workspaceId, table.reason, table.id),
    index('attribution_rejections_by_time').on(table.at),
  ],
);
