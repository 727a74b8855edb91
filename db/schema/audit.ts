import { index, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { id, instant, workspaceId } from './columns.ts';

/** Who changed what in a workspace. */
export const auditLog = pgTable(
  'audit_log',
  {
    id: id(),
    workspaceId: workspaceId(),
    actor: text('actor').notNull(),
    action: text('action').notNull(),
    subject: text('subject').notNull(),
    facts: jsonb('facts').notNull(),
    at: instant('at').notNull(),
  },
  (table) => [index('audit_log_by_workspace').on(table.workspaceId, table.id)],
);

/** Facts about the installation itself, such as the Temporal namespace id that was last seen. */
export const systemState = pgTable('system_state', {
  key: text('key').primaryKey(),
  value: text('value').notNull(),
  updatedAt: instant('updated_at').notNull(),
});
