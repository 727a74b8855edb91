import type { World } from '../world.ts';
import { linkedIds } from './associations.ts';
import { valueOf } from './computed-values.ts';
import { versionsOf, versionView } from './history.ts';
import { type ObjectType, typeFacts } from './object-types.ts';
import type { CrmRecord } from './record.ts';

/** What a caller asks to see of a record. */
export interface Shown {
  /** HubSpot's defaults when empty; what a record always tells is added. */
  readonly properties?: readonly string[] | undefined;
  readonly history?: readonly string[] | undefined;
  readonly associations?: readonly ObjectType[] | undefined;
}

const maxListedAssociations = 100;

/** A record as HubSpot's API answers it: values are strings, null when empty, absent when there is no such property. */
export function recordView(
  world: World,
  record: CrmRecord,
  { properties = [], history = [], associations = [] }: Shown,
) {
  const { type, portalId } = record;
  const facts = typeFacts[type];
  const names =
    properties.length === 0 && history.length === 0
      ? facts.defaultProperties
      : [...properties, ...history, 'createdate', 'hs_object_id', facts.modifiedProperty];
  const defined = world.catalog.properties(portalId, type);
  const values: Record<string, string | null> = {};
  for (const name of names) if (defined.has(name)) values[name] = valueOf(record, name) ?? null;
  return {
    ...recordHead(world, record),
    properties: values,
    ...(history.length === 0 ? {} : { propertiesWithHistory: histories(world, record, history) }),
    ...(associations.length === 0 ? {} : { associations: links(world, record, associations) }),
  };
}

/** All values of a record, as an answer to its creation. */
export function wholeRecordView(world: World, record: CrmRecord) {
  const names = [
    ...Object.keys(record.values),
    'createdate',
    'hs_object_id',
    typeFacts[record.type].modifiedProperty,
  ];
  return {
    ...recordHead(world, record),
    properties: Object.fromEntries(names.map((name) => [name, valueOf(record, name) ?? null])),
  };
}

function recordHead(world: World, record: CrmRecord) {
  const { id, type, portalId, createdAt, updatedAt, archivedAt } = record;
  return {
    id: String(id),
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
    archived: archivedAt !== null,
    ...(archivedAt === null ? {} : { archivedAt: new Date(archivedAt).toISOString() }),
    url: `${world.url()}/contacts/${portalId}/record/${typeFacts[type].typeId}/${id}`,
  };
}

function histories(world: World, record: CrmRecord, names: readonly string[]) {
  const defined = world.catalog.properties(record.portalId, record.type);
  return Object.fromEntries(
    names
      .filter((name) => defined.has(name))
      .map((name) => [name, versionsOf(world, record, name).map(versionView)]),
  );
}

function links(world: World, record: CrmRecord, types: readonly ObjectType[]) {
  const from = { type: record.type, id: record.id };
  const shown = types.map((toType) => {
    const ids = linkedIds(world, record.portalId, { from, toType, limit: maxListedAssociations });
    const type = `${typeFacts[record.type].singular}_to_${typeFacts[toType].singular}`;
    return [toType, { results: ids.map((id) => ({ id: String(id), type })) }] as const;
  });
  return Object.fromEntries(shown.filter(([, { results }]) => results.length > 0));
}
