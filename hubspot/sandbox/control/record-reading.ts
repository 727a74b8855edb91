/** Records as the sandbox itself shows them: every value, no view of HubSpot's in between. */
import { linkedIds } from '../crm/associations.ts';
import { computedValue } from '../crm/computed-values.ts';
import { versionsOf, versionView } from '../crm/history.ts';
import { type ObjectType, objectTypes, typeFacts } from '../crm/object-types.ts';
import { type CrmRecord, normalEmail, type Place, type RecordRow, recordFromRow } from '../crm/record.ts';
import type { World } from '../world.ts';

export interface RecordQuery {
  readonly limit: number;
  /** Only ids above this one. */
  readonly after: number;
  /** Primary or secondary address. */
  readonly email?: string | undefined;
  /** Part of a name or address. */
  readonly text?: string | undefined;
  readonly archived?: boolean;
}

export function readRecords(world: World, { portalId, type }: Place, query: RecordQuery): CrmRecord[] {
  const text = query.text?.trim().toLowerCase() || null;
  return world.store
    .all<RecordRow>(
      `SELECT * FROM records WHERE portal_id = ?1 AND type = ?2 AND id > ?3
         AND (archived_at IS NULL) = ?4
         AND (?5 IS NULL OR id IN (SELECT record_id FROM unique_values
           WHERE portal_id = ?1 AND type = ?2 AND property = 'email' AND value = ?5))
         AND (?6 IS NULL OR instr(folded(${searchedText(type)}), ?6) > 0)
       ORDER BY id LIMIT ?7`,
      portalId,
      type,
      query.after,
      query.archived === true ? 0 : 1,
      query.email === undefined ? null : normalEmail(query.email),
      text,
      query.limit,
    )
    .map((row) => recordFromRow({ portalId, type }, row));
}

const searchedText = (type: ObjectType): string =>
  typeFacts[type].searchedProperties
    .map((name) => `coalesce(json_extract(properties, '$.${name}'), '')`)
    .join(" || ' ' || ");

export const plainRecord = (record: CrmRecord) => ({
  id: String(record.id),
  properties: record.values,
  createdAt: computedValue(record, 'createdate'),
  updatedAt: computedValue(record, typeFacts[record.type].modifiedProperty),
  archived: record.archivedAt !== null,
});

/** With the whole history of each property, newest first, and the ids of its live neighbours. */
export const fullRecord = (world: World, record: CrmRecord) => ({
  ...plainRecord(record),
  history: Object.fromEntries(
    historyNames(world, record).map((name) => [name, versionsOf(world, record, name).map(versionView)]),
  ),
  associations: Object.fromEntries(
    objectTypes.map((toType) => [toType, neighbours(world, record, toType).map(String)]),
  ),
});

export const neighbours = (world: World, record: CrmRecord, toType: ObjectType): number[] =>
  linkedIds(world, record.portalId, { from: record, toType, limit: 500 });

function historyNames(world: World, { portalId, type, id, values }: CrmRecord): string[] {
  const stored = world.store.all<{ property: string }>(
    'SELECT DISTINCT property FROM history WHERE portal_id = ? AND type = ? AND record_id = ?',
    portalId,
    type,
    id,
  );
  return [...new Set([...Object.keys(values), ...stored.map(({ property }) => property)])].sort();
}
