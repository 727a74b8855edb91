import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { apiKeys } from './api-keys.ts';
import { id, instant, workspaceId } from './columns.ts';
import { sessions } from './members.ts';
import { workspaces } from './workspaces.ts';

/**
 * A workspace's authorised link to one HubSpot portal. `epoch` is the fence: it rises with every disconnect and
 * reconnect, and nothing that started under an older epoch may send or store.
 */
export const connections = pgTable(
  'connections',
  {
    id: id(),
    workspaceId: workspaceId().references(() => workspaces.id),
    portalId: text('portal_id').notNull(),
    status: text('status', { enum: ['active', 'disconnected', 'reconnect-needed'] }).notNull(),
    epoch: integer('epoch').notNull().default(1),
    accessToken: text('access_token'),
    refreshToken: text('refresh_token'),
    accessTokenExpiresAt: instant('access_token_expires_at'),
    scopes: text('scopes').array().notNull().default(sql`'{}'::text[]`),
    timeZone: text('time_zone').notNull().default('UTC'),
    currency: text('currency').notNull().default('USD'),
    uiDomain: text('ui_domain').notNull().default('app.hubspot.com'),
    statusReason: text('status_reason'),
    connectedAt: instant('connected_at').notNull(),
    disconnectedAt: instant('disconnected_at'),
  },
  (table) => [
    uniqueIndex('connections_one_per_portal').on(table.workspaceId, table.portalId),
    // S13: two accounts are never both active for one workspace; nor one portal for two workspaces.
    uniqueIndex('connections_one_open_per_workspace')
      .on(table.workspaceId)
      .where(sql`status <> 'disconnected'`),
    uniqueIndex('connections_one_open_per_portal').on(table.portalId).where(sql`status <> 'disconnected'`),
  ],
);

/** Tokens moved here by a disconnect: read only by the activity that revokes them, erased when it is done. */
export const connectionRevocations = pgTable(
  'connection_revocations',
  {
    connectionId: uuid('connection_id')
      .notNull()
      .references(() => connections.id),
    epoch: integer('epoch').notNull(),
    workspaceId: workspaceId(),
    accessToken: text('access_token'),
    refreshToken: text('refresh_token'),
    createdAt: instant('created_at').notNull(),
    doneAt: instant('done_at'),
  },
  (table) => [primaryKey({ columns: [table.connectionId, table.epoch] })],
);

/** One-time OAuth states: kept as SHA-256, bound to the workspace and to the asking key or session, ten minutes. */
export const oauthStates = pgTable('oauth_states', {
  stateHash: text('state_hash').primaryKey(),
  workspaceId: workspaceId().references(() => workspaces.id),
  /** Who asked, one of the two: a state dies with the key or the session that it was made for. */
  apiKeyId: uuid('api_key_id').references(() => apiKeys.id),
  sessionId: uuid('session_id').references(() => sessions.id, { onDelete: 'set null' }),
  createdAt: instant('created_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
  usedAt: instant('used_at'),
});

/** Cached properties, pipelines and lists of a portal, as our own types. */
export const portalSchema = pgTable(
  'portal_schema',
  {
    connectionId: uuid('connection_id')
      .notNull()
      .references(() => connections.id),
    kind: text('kind').notNull(),
    workspaceId: workspaceId(),
    content: jsonb('content').notNull(),
    fetchedAt: instant('fetched_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.connectionId, table.kind] })],
);

/** The next free instant per portal and budget, shared by all processes (a generic cell rate algorithm, burst 1). */
export const paceSlots = pgTable(
  'pace_slots',
  {
    portalId: text('portal_id').notNull(),
    budget: text('budget').notNull(),
    nextAt: instant('next_at').notNull(),
    intervalMs: integer('interval_ms').notNull().default(10_000),
    maximum: integer('maximum').notNull(),
  },
  (table) => [primaryKey({ columns: [table.portalId, table.budget] })],
);

/** Where the incremental reader of one connection and object stands. */
export const reconcileCursors = pgTable(
  'reconcile_cursors',
  {
    connectionId: uuid('connection_id')
      .notNull()
      .references(() => connections.id),
    objectType: text('object_type', { enum: ['contact', 'deal'] }).notNull(),
    pass: text('pass', { enum: ['fast', 'trailing'] }).notNull(),
    workspaceId: workspaceId(),
    readUntil: instant('read_until').notNull(),
  },
  (table) => [primaryKey({ columns: [table.connectionId, table.objectType, table.pass] })],
);

/** What one reconcile pass covered and found: the proof that nothing was missed. */
export const certificates = pgTable(
  'certificates',
  {
    id: id(),
    workspaceId: workspaceId(),
    connectionId: uuid('connection_id')
      .notNull()
      .references(() => connections.id),
    coversFrom: instant('covers_from').notNull(),
    coversTo: instant('covers_to').notNull(),
    changesSeen: integer('changes_seen').notNull(),
    changesLate: integer('changes_late').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [index('certificates_by_connection').on(table.connectionId, table.createdAt)],
);
