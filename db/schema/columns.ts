/** Column shapes that every table shares. */
import { bigint, customType, uuid } from 'drizzle-orm/pg-core';

/** A `timestamptz` read and written as an ISO 8601 instant in UTC with milliseconds. */
export const instant = customType<{ data: string; driverData: string }>({
  dataType: () => 'timestamp(3) with time zone',
  fromDriver: (value) => new Date(value).toISOString(),
});

/** UUIDv7 made by the application. */
export const id = () => uuid('id').primaryKey();

/** Row-level security looks at this column; see `db/security.ts`. */
export const workspaceId = () => uuid('workspace_id').notNull();

/** Money in minor units of its currency; safe integers only. */
export const minor = (name: string) => bigint(name, { mode: 'number' });
