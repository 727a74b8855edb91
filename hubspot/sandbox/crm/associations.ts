/** Links between records. Each is stored once per direction, so that either end can be asked. */
import { invalid } from '../http/errors.ts';
import type { World } from '../world.ts';
import { type AssociationType, type Category, type Label, labelsBetween } from './association-labels.ts';
import type { End } from './change-events.ts';
import { type ObjectType, objectTypes } from './object-types.ts';
import type { Place } from './record.ts';
import { findRecord } from './record-lookup.ts';

/** As given in a create: to whom, and by which types seen from the new record. */
export interface AssociationRequest {
  readonly to: { readonly id: string };
  readonly types: readonly { readonly associationCategory: string; readonly associationTypeId: number }[];
}

/** The targets and labels of a new record's associations. Throws when one of them does not exist. */
export function resolveAssociations(
  world: World,
  { portalId, type }: Place,
  requests: readonly AssociationRequest[],
): { to: End; labels: Label[] }[] {
  return requests.map((request) => {
    for (const to of objectTypes) {
      const known = labelsBetween(world, portalId, { from: type, to });
      const labels = request.types.map(({ associationTypeId }) =>
        known.find(({ typeId }) => typeId === associationTypeId),
      );
      const target = findRecord(world, { portalId, type: to, id: request.to.id });
      if (labels.length === 0 || target === undefined || target.archivedAt !== null) continue;
      if (labels.every((label) => label !== undefined)) return { to: { type: to, id: target.id }, labels };
    }
    throw invalid('One or more associations are invalid', {
      errors: [{ message: `No association of the given types leads to ${request.to.id}` }],
    });
  });
}

/** Repeating it changes nothing. Answers whether the two records were strangers before. */
export function associate(
  world: World,
  portalId: number,
  { from, to, labels }: { from: End; to: End; labels: readonly Label[] },
): boolean {
  const known = linkTypes(world, portalId, { from, to }).length > 0;
  const plain = labelsBetween(world, portalId, { from: from.type, to: to.type }).slice(0, 1);
  for (const { category, typeId, inverse } of [...plain, ...labels]) {
    insertLink(world, portalId, { from, to, category, typeId });
    insertLink(world, portalId, { from: to, to: from, ...inverse });
  }
  return !known;
}

/** Answers whether there was anything to remove. */
export function dissociate(world: World, portalId: number, { from, to }: { from: End; to: End }): boolean {
  const remove = (a: End, b: End) =>
    world.store.run(
      'DELETE FROM associations WHERE portal_id = ? AND from_type = ? AND from_id = ? AND to_type = ? AND to_id = ?',
      portalId,
      a.type,
      a.id,
      b.type,
      b.id,
    );
  return remove(from, to) + remove(to, from) > 0;
}

export const linkTypes = (
  world: World,
  portalId: number,
  { from, to }: { from: End; to: End },
): AssociationType[] =>
  world.store
    .all<{ category: Category; type_id: number }>(
      `SELECT category, type_id FROM associations
       WHERE portal_id = ? AND from_type = ? AND from_id = ? AND to_type = ? AND to_id = ? ORDER BY type_id`,
      portalId,
      from.type,
      from.id,
      to.type,
      to.id,
    )
    .map((row) => ({ category: row.category, typeId: row.type_id }));

/** Ids of the live records that one is linked to, ascending, after `afterId`. */
export const linkedIds = (
  world: World,
  portalId: number,
  { from, toType, afterId = 0, limit }: { from: End; toType: ObjectType; afterId?: number; limit: number },
): number[] =>
  world.store
    .all<{ to_id: number }>(
      `SELECT DISTINCT to_id FROM associations JOIN records
         ON records.portal_id = associations.portal_id AND records.type = to_type AND records.id = to_id AND archived_at IS NULL
       WHERE associations.portal_id = ? AND from_type = ? AND from_id = ? AND to_type = ? AND to_id > ?
       ORDER BY to_id LIMIT ?`,
      portalId,
      from.type,
      from.id,
      toType,
      afterId,
      limit,
    )
    .map(({ to_id }) => to_id);

function insertLink(world: World, portalId: number, link: { from: End; to: End } & AssociationType): void {
  world.store.run(
    'INSERT OR IGNORE INTO associations VALUES (?, ?, ?, ?, ?, ?, ?)',
    portalId,
    link.from.type,
    link.from.id,
    link.to.type,
    link.to.id,
    link.category,
    link.typeId,
  );
}
