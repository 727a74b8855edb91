/**
 * What each property has been, since when and by whom. A record's first values are not stored here: they are its
 * values at creation until they first change, which keeps a million imported contacts small.
 */
import type { World } from '../world.ts';
import type { Source } from './actor.ts';
import { computedValue } from './computed-values.ts';
import type { CrmRecord, Place } from './record.ts';

export interface Version {
  readonly at: number;
  /** `''` when the property was emptied. */
  readonly value: string;
  readonly source: Source;
}

interface VersionRow {
  at: number;
  value: string;
  source_type: string;
  source_id: string;
}

const insertVersion = 'INSERT OR REPLACE INTO history VALUES (?, ?, ?, ?, ?, ?, ?, ?)';

/**
 * Adds a version. Without `at` it comes after the newest one, at the present instant or a moment later; with an `at`
 * before the newest one it only completes the past, and is not `current`.
 */
export function appendVersion(
  world: World,
  record: CrmRecord,
  version: { property: string; value: string; source: Source; at: number | undefined },
): { at: number; current: boolean } {
  const { property, value, source } = version;
  const key = [record.portalId, record.type, record.id, property] as const;
  const stored = world.store.require<{ at: number | null }>(
    'SELECT max(at) AS at FROM history WHERE portal_id = ? AND type = ? AND record_id = ? AND property = ?',
    ...key,
  ).at;
  const first = stored === null ? firstVersion(record, property) : undefined;
  if (first !== undefined) {
    world.store.run(insertVersion, ...key, first.at, first.value, first.source.type, first.source.id);
  }
  const newestAt = stored ?? first?.at ?? Number.NEGATIVE_INFINITY;
  const at = version.at ?? Math.max(world.now(), newestAt + 1);
  world.store.run(insertVersion, ...key, at, value, source.type, source.id);
  return { at, current: at >= newestAt };
}

/** Whether a version at this instant would be the value in force; without one it always is. */
export function comesLast(
  world: World,
  record: CrmRecord,
  property: string,
  at: number | undefined,
): boolean {
  return at === undefined || at >= (versionsOf(world, record, property)[0]?.at ?? Number.NEGATIVE_INFINITY);
}

/** Newest first. */
export function versionsOf(world: World, record: CrmRecord, property: string): Version[] {
  const rows = world.store.all<VersionRow>(
    `SELECT at, value, source_type, source_id FROM history
     WHERE portal_id = ? AND type = ? AND record_id = ? AND property = ? ORDER BY at DESC`,
    record.portalId,
    record.type,
    record.id,
    property,
  );
  if (rows.length > 0) {
    return rows.map((row) => ({
      at: row.at,
      value: row.value,
      source: { type: row.source_type, id: row.source_id },
    }));
  }
  const first = firstVersion(record, property);
  return first === undefined ? [] : [first];
}

export function deleteHistory(world: World, { portalId, type, id }: Place & { id: number }): void {
  world.store.run(
    'DELETE FROM history WHERE portal_id = ? AND type = ? AND record_id = ?',
    portalId,
    type,
    id,
  );
}

/** Gives one property's past to another record, as a merge does. */
export function copyHistory(world: World, from: CrmRecord, toId: number, property: string): void {
  for (const { at, value, source } of versionsOf(world, from, property)) {
    world.store.run(
      insertVersion,
      from.portalId,
      from.type,
      toId,
      property,
      at,
      value,
      source.type,
      source.id,
    );
  }
}

/** Each version as HubSpot's API tells it. */
export const versionView = ({ at, value, source }: Version) => ({
  value,
  timestamp: new Date(at).toISOString(),
  sourceType: source.type,
  sourceId: source.id,
  ...(source.id.startsWith('userId:') ? { updatedByUserId: Number(source.id.slice('userId:'.length)) } : {}),
});

function firstVersion(record: CrmRecord, property: string): Version | undefined {
  const value = record.values[property] ?? computedValue(record, property);
  if (value === undefined) return undefined;
  return {
    at: record.createdAt,
    value,
    source: {
      type: record.values['hs_object_source'] ?? 'IMPORT',
      id: record.values['hs_object_source_id'] ?? '',
    },
  };
}
