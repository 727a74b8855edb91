/** Records as they are stored. */
import type { Store } from '../store.ts';
import type { World } from '../world.ts';
import type { ObjectType } from './object-types.ts';

/** Values by property name; an empty property has no entry. */
export type Values = Readonly<Record<string, string>>;

export interface CrmRecord {
  readonly portalId: number;
  readonly type: ObjectType;
  readonly id: number;
  readonly values: Values;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly archivedAt: number | null;
}

export interface RecordRow {
  id: number;
  properties: string;
  created_at: number;
  updated_at: number;
  archived_at: number | null;
}

export interface Place {
  readonly portalId: number;
  readonly type: ObjectType;
}

export const recordFromRow = ({ portalId, type }: Place, row: RecordRow): CrmRecord => ({
  portalId,
  type,
  id: row.id,
  values: JSON.parse(row.properties) as Values,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  archivedAt: row.archived_at,
});

export function loadRecord(store: Store, { portalId, type }: Place, id: number): CrmRecord | undefined {
  const row = store.get<RecordRow>(
    'SELECT * FROM records WHERE portal_id = ? AND type = ? AND id = ?',
    portalId,
    type,
    id,
  );
  return row && recordFromRow({ portalId, type }, row);
}

export function insertRecord(world: World, record: CrmRecord): void {
  shadow(world, record, null);
  world.store.run(
    `INSERT INTO records (portal_id, type, id, properties, created_at, updated_at, archived_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    record.portalId,
    record.type,
    record.id,
    JSON.stringify(record.values),
    record.createdAt,
    record.updatedAt,
    record.archivedAt,
  );
}

export function saveRecord(world: World, before: CrmRecord, after: CrmRecord): void {
  shadow(world, after, before);
  world.store.run(
    'UPDATE records SET properties = ?, updated_at = ?, archived_at = ? WHERE portal_id = ? AND type = ? AND id = ?',
    JSON.stringify(after.values),
    after.updatedAt,
    after.archivedAt,
    after.portalId,
    after.type,
    after.id,
  );
}

export function deleteRecord(world: World, { portalId, type, id }: CrmRecord): void {
  world.store.run('DELETE FROM records WHERE portal_id = ? AND type = ? AND id = ?', portalId, type, id);
  world.store.run(
    'DELETE FROM search_shadows WHERE portal_id = ? AND type = ? AND id = ?',
    portalId,
    type,
    id,
  );
}

export const normalEmail = (text: string): string => text.trim().toLowerCase();

/** Keeps what search goes on seeing of a record until its index has caught up; null when it did not exist yet. */
function shadow(world: World, { portalId, type, id }: CrmRecord, before: CrmRecord | null): void {
  if (world.search.settings.lagMs === 0) return;
  const seen = before?.archivedAt === null ? before : null;
  world.store.run(
    `INSERT INTO search_shadows (portal_id, type, id, properties, created_at, updated_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    portalId,
    type,
    id,
    seen && JSON.stringify(seen.values),
    seen?.createdAt ?? null,
    seen?.updatedAt ?? null,
    world.now() + world.search.nextLagMs(),
  );
}
