/** How a record is found by whatever a caller knows of it. */
import { invalid, recordNotFound } from '../http/errors.ts';
import type { Store } from '../store.ts';
import type { World } from '../world.ts';
import { typeFacts } from './object-types.ts';
import { type CrmRecord, loadRecord, normalEmail, type Place } from './record.ts';

/** How a caller names a record. */
export interface Reference extends Place {
  readonly id: string;
  /** `hs_object_id` when left out; else `email` or a property with unique values. */
  readonly idProperty?: string | undefined;
}

/** The record that a reference names by a live id or a unique value; merged-away ids are unknown to it. */
export function findRecord(world: World, reference: Reference): CrmRecord | undefined {
  const { portalId, type, id, idProperty = 'hs_object_id' } = reference;
  if (idProperty === 'hs_object_id')
    return /^\d{1,15}$/.test(id) ? loadRecord(world.store, reference, Number(id)) : undefined;
  assertUnique(world, reference, idProperty);
  const value = idProperty === 'email' ? normalEmail(id) : id;
  const row = world.store.get<{ record_id: number }>(
    `SELECT record_id FROM unique_values
     WHERE portal_id = ? AND type = ? AND property = ? AND value = ? AND secondary = 0`,
    portalId,
    type,
    idProperty,
    value,
  );
  return row && loadRecord(world.store, reference, row.record_id);
}

/**
 * As `findRecord`, and a merged-away id finds the record that it became part of. Archived records are found only on
 * request, as in HubSpot; throws its 404.
 */
export function requireRecord(
  world: World,
  reference: Reference,
  { archived = false }: { archived?: boolean } = {},
): CrmRecord {
  const record = findRecord(world, reference) ?? findMerged(world.store, reference);
  if (record === undefined || (record.archivedAt !== null) !== archived) throw recordNotFound(reference.id);
  return record;
}

function findMerged(
  store: Store,
  { portalId, type, id, idProperty = 'hs_object_id' }: Reference,
): CrmRecord | undefined {
  if (idProperty !== 'hs_object_id' || !/^\d{1,15}$/.test(id)) return undefined;
  const row = store.get<{ id: number }>(
    'SELECT id FROM aliases WHERE portal_id = ? AND type = ? AND old_id = ?',
    portalId,
    type,
    Number(id),
  );
  return row && loadRecord(store, { portalId, type }, row.id);
}

/** Only properties with unique values can name a record. */
export function assertUnique(world: World, { portalId, type }: Place, idProperty: string): void {
  if (type === 'contacts' && idProperty === 'email') return;
  if (world.catalog.uniqueNames(portalId, type).includes(idProperty)) return;
  throw invalid(
    `Unable to perform update/upsert by non-unique ${typeFacts[type].typeId} property ${idProperty}`,
  );
}
