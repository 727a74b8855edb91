/** Merging: two records end, a third one takes their place, and both old ids lead to it from then on. */
import { invalid } from '../http/errors.ts';
import type { World } from '../world.ts';
import { type Actor, sourceOf } from './actor.ts';
import { labelsBetween } from './association-labels.ts';
import { associate, dissociate, linkedIds, linkTypes } from './associations.ts';
import { tell } from './change-events.ts';
import { appendVersion, copyHistory, deleteHistory } from './history.ts';
import { objectTypes } from './object-types.ts';
import { type CrmRecord, deleteRecord, insertRecord, type Values } from './record.ts';
import { additionalEmails, assertFree, claim, release } from './unique-values.ts';

/** Bounds how often a record may have been merged, as HubSpot does. */
const maxMerges = 250;
/** Each merge makes two ids old. */
const maxOldIds = 2 * maxMerges;

/**
 * The primary record's values win, the other one fills its gaps; the addresses of both stay, the lifecycle stage is
 * the one furthest along. The result has a new id.
 */
export function mergeRecords(
  world: World,
  actor: Actor,
  { primary, other }: { primary: CrmRecord; other: CrmRecord },
): CrmRecord {
  if (primary.id === other.id) throw invalid('A record cannot be merged into itself.');
  const { portalId, type } = primary;
  const now = world.now();
  const oldIds = [primary, other].flatMap((record) => [
    String(record.id),
    ...(record.values['hs_merged_object_ids'] ?? '').split(';').filter(Boolean),
  ]);
  if (oldIds.length > maxOldIds) throw invalid(`A record can be merged at most ${maxMerges} times.`);
  const values = mergedValues(world, { primary, other, oldIds });
  const id = world.store.next(portalId, type);
  const merged: CrmRecord = {
    portalId,
    type,
    id,
    values,
    archivedAt: null,
    createdAt: Math.min(primary.createdAt, other.createdAt),
    updatedAt: Math.max(primary.updatedAt, other.updatedAt, now),
  };
  release(world, primary);
  release(world, other);
  assertFree(world, primary, values, [primary.id, other.id]);
  insertRecord(world, merged);
  claim(world, merged);
  moveHistory(world, actor, { primary, other, merged });
  for (const old of [primary, other]) {
    moveLinks(world, old, merged);
    followAliases(world, old, merged.id);
    deleteHistory(world, old);
    deleteRecord(world, old);
  }
  tell(world, actor, {
    portalId,
    type,
    kind: 'merge',
    id,
    at: now,
    details: {
      primaryObjectId: primary.id,
      mergedObjectIds: [other.id],
      newObjectId: id,
      numberOfPropertiesMoved: Object.keys(values).length,
    },
  });
  return merged;
}

function mergedValues(
  world: World,
  { primary, other, oldIds }: { primary: CrmRecord; other: CrmRecord; oldIds: readonly string[] },
): Values {
  const values: Record<string, string> = { ...other.values, ...primary.values };
  values['hs_merged_object_ids'] = oldIds.join(';');
  if (primary.type !== 'contacts') return values;
  const addresses = [primary, other].flatMap((record) => [
    record.values['email'] ?? '',
    ...additionalEmails(record.values),
  ]);
  const secondary = [...new Set(addresses)].filter(
    (address) => address !== '' && address !== values['email'],
  );
  if (secondary.length > 0) values['hs_additional_emails'] = secondary.join(';');
  const stages = world.catalog.properties(primary.portalId, 'contacts').get('lifecyclestage')?.options ?? [];
  const furthest = stages.findLast(
    ({ value }) => value === primary.values['lifecyclestage'] || value === other.values['lifecyclestage'],
  );
  if (furthest !== undefined) values['lifecyclestage'] = furthest.value;
  return values;
}

/** Each property keeps the past of the record that its value came from; a value that is new begins now. */
function moveHistory(
  world: World,
  actor: Actor,
  { primary, other, merged }: { primary: CrmRecord; other: CrmRecord; merged: CrmRecord },
): void {
  for (const [property, value] of Object.entries(merged.values)) {
    const origin = [primary, other].find((record) => record.values[property] === value);
    copyHistory(world, origin ?? primary, merged.id, property);
    if (origin !== undefined) continue;
    const before = { ...merged, values: primary.values };
    appendVersion(world, before, { property, value, source: sourceOf(actor), at: undefined });
  }
}

function moveLinks(world: World, old: CrmRecord, merged: CrmRecord): void {
  const { portalId, type } = merged;
  const from = { type, id: old.id };
  for (const toType of objectTypes) {
    for (const id of linkedIds(world, portalId, { from, toType, limit: 10_000 })) {
      const to = { type: toType, id };
      const kept = new Set(linkTypes(world, portalId, { from, to }).map(({ typeId }) => typeId));
      const labels = labelsBetween(world, portalId, { from: type, to: toType }).filter(({ typeId }) =>
        kept.has(typeId),
      );
      dissociate(world, portalId, { from, to });
      if (toType !== type || id !== merged.id)
        associate(world, portalId, { from: { type, id: merged.id }, to, labels });
    }
  }
  world.store.run(
    `INSERT OR IGNORE INTO list_members SELECT portal_id, list_id, ?1, added_at FROM list_members
     WHERE portal_id = ?2 AND record_id = ?3
       AND list_id IN (SELECT id FROM lists WHERE portal_id = ?2 AND type = ?4)`,
    merged.id,
    portalId,
    old.id,
    type,
  );
}

function followAliases(world: World, { portalId, type, id: oldId }: CrmRecord, id: number): void {
  world.store.run(
    'UPDATE aliases SET id = ? WHERE portal_id = ? AND type = ? AND id = ?',
    id,
    portalId,
    type,
    oldId,
  );
  world.store.run('INSERT INTO aliases VALUES (?, ?, ?, ?)', portalId, type, oldId, id);
}
