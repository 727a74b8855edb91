import { integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant, workspaceId } from './columns.ts';
import { connections } from './connections.ts';

/** Known contacts whose identity HubSpot may have changed, to be read soon; once each however often HubSpot says so. */
export const contactHints = pgTable(
  'contact_hints',
  {
    connectionId: uuid('connection_id')
      .notNull()
      .references(() => connections.id),
    crmId: text('crm_id').notNull(),
    workspaceId: workspaceId(),
    /** Rises with every hint: a hint that came while the contact was read is not done by that read. */
    version: integer('version').notNull().default(1),
    hintedAt: instant('hinted_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.connectionId, table.crmId] })],
);

/** How far the daily look at every known contact of a connection has come. */
export const contactSweeps = pgTable('contact_sweeps', {
  connectionId: uuid('connection_id')
    .primaryKey()
    .references(() => connections.id),
  workspaceId: workspaceId(),
  /** When the sweep under way began, or the last one. */
  startedAt: instant('started_at').notNull(),
  /** Contacts up to this id, as text, are looked at; null once the sweep is through. */
  afterCrmId: text('after_crm_id'),
  /** When to look at the next stretch, or to begin the next sweep. */
  nextAt: instant('next_at').notNull(),
});
