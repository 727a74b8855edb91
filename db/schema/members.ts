/** Who may sign in, and to which workspaces they belong. Read by `vf_system` only, but for the memberships. */
import { boolean, index, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { id, instant, workspaceId } from './columns.ts';
import { workspaces } from './workspaces.ts';

/** better-auth reads and writes its three tables with `Date` values. */
const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });

export const memberRoles = ['owner', 'admin', 'member', 'viewer'] as const;

/** One person who signs in; e-mail addresses are kept in lower case. */
export const users = pgTable('users', {
  id: id(),
  name: text('name').notNull(),
  email: text('email').notNull().unique(),
  emailVerified: boolean('email_verified').notNull().default(false),
  image: text('image'),
  createdAt: moment('created_at').notNull(),
  updatedAt: moment('updated_at').notNull(),
});

/** A way to prove who one is; today a password, kept as its scrypt hash. */
export const credentials = pgTable(
  'credentials',
  {
    id: id(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    accountId: text('account_id').notNull(),
    providerId: text('provider_id').notNull(),
    accessToken: text('access_token'),
    refreshToken: text('refresh_token'),
    idToken: text('id_token'),
    accessTokenExpiresAt: moment('access_token_expires_at'),
    refreshTokenExpiresAt: moment('refresh_token_expires_at'),
    scope: text('scope'),
    password: text('password'),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
  },
  (table) => [index('credentials_by_user').on(table.userId)],
);

/** The cookie holds the token with a signature; without the installation's key a copy of this row opens nothing. */
export const sessions = pgTable(
  'sessions',
  {
    id: id(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    token: text('token').notNull().unique(),
    /** Not called `workspace_id`: row-level security would then show sessions to `vf_app`. */
    activeWorkspaceId: uuid('active_workspace_id').references(() => workspaces.id),
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
    expiresAt: moment('expires_at').notNull(),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
  },
  (table) => [index('sessions_by_user').on(table.userId)],
);

export const members = pgTable(
  'members',
  {
    workspaceId: workspaceId().references(() => workspaces.id),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    role: text('role', { enum: memberRoles }).notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.userId] }),
    index('members_by_user').on(table.userId, table.createdAt),
  ],
);

/** One-time links: only the SHA-256 is kept. With a user it signs that one in; without, it makes an owner's account. */
export const signInLinks = pgTable('sign_in_links', {
  tokenHash: text('token_hash').primaryKey(),
  workspaceId: workspaceId().references(() => workspaces.id),
  userId: uuid('user_id').references(() => users.id, { onDelete: 'cascade' }),
  createdAt: instant('created_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
  usedAt: instant('used_at'),
});
