/** What routes of one link and of many share. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Caller, objectCaller } from '../http/caller.ts';
import { invalid } from '../http/errors.ts';
import { decodeCursor, encodeCursor } from '../http/input.ts';
import type { World } from '../world.ts';
import { type Label, labelsBetween } from './association-labels.ts';
import { associate, dissociate, linkedIds, linkTypes } from './associations.ts';
import { type End, tellAssociation } from './change-events.ts';
import { type ObjectType, objectType, typeFacts } from './object-types.ts';
import { requireRecord } from './record-lookup.ts';

export const typesBody = z
  .array(z.object({ associationCategory: z.string(), associationTypeId: z.number().int() }))
  .min(1);

export type TypesParams = { Params: { a: string; b: string } };

/** A caller on the way from records of type `a` to records of type `b`. */
export interface LinkCaller extends Caller {
  readonly a: ObjectType;
  readonly b: ObjectType;
}

export interface Pair {
  readonly from: End;
  readonly to: End;
}

export function linkCaller(
  world: World,
  request: FastifyRequest<TypesParams>,
  right: 'read' | 'write',
): LinkCaller {
  const a = objectType(request.params.a);
  const b = objectType(request.params.b);
  objectCaller(world, request, a, right);
  return { ...objectCaller(world, request, b, 'read'), a, b };
}

/** Both records of a link. Throws HubSpot's 404. */
export const requiredPair = (
  world: World,
  { portalId, a, b }: LinkCaller,
  ids: { from: string; to: string },
): Pair => ({
  from: requireRecord(world, { portalId, type: a, id: ids.from }),
  to: requireRecord(world, { portalId, type: b, id: ids.to }),
});

export function link(world: World, { portalId, actor }: Caller, pair: Pair, labels: readonly Label[]): void {
  world.store.transaction(() => {
    const added = associate(world, portalId, { ...pair, labels });
    if (added) tellAssociation(world, actor, { portalId, ...pair, at: world.now(), removed: false });
  });
}

export function unlink(world: World, { portalId, actor }: Caller, pair: Pair): void {
  world.store.transaction(() => {
    const removed = dissociate(world, portalId, pair);
    if (removed) tellAssociation(world, actor, { portalId, ...pair, at: world.now(), removed });
  });
}

/** One page of a record's neighbours, each with the types of the link. */
export function linked(
  world: World,
  { portalId, a, b }: { portalId: number; a: ObjectType; b: ObjectType },
  from: { id: number },
  { after, size }: { after: string | undefined; size: number },
) {
  const start = { type: a, id: from.id };
  const afterId = Number(decodeCursor(after));
  const ids = linkedIds(world, portalId, { from: start, toType: b, afterId, limit: size + 1 });
  const labels = new Map(
    labelsBetween(world, portalId, { from: a, to: b }).map(({ typeId, label }) => [typeId, label]),
  );
  const last = ids.length > size ? ids[size - 1] : undefined;
  const results = ids.slice(0, size).map((toObjectId) => ({
    toObjectId,
    associationTypes: linkTypes(world, portalId, { from: start, to: { type: b, id: toObjectId } }).map(
      (type) => ({
        ...type,
        label: labels.get(type.typeId) ?? null,
      }),
    ),
  }));
  return { results, after: last === undefined ? undefined : encodeCursor(last) };
}

/** Throws when a type does not lead from `a` to `b`. */
export function knownLabels(
  world: World,
  { portalId, a, b }: { portalId: number; a: ObjectType; b: ObjectType },
  types: z.output<typeof typesBody>,
): Label[] {
  const known = labelsBetween(world, portalId, { from: a, to: b });
  return types.map(({ associationCategory, associationTypeId }) => {
    const label = known.find(
      ({ category, typeId }) => category === associationCategory && typeId === associationTypeId,
    );
    if (label === undefined) {
      throw invalid('One or more associations are invalid', {
        errors: [
          {
            message: `No ${associationCategory} association type ${associationTypeId} leads from ${a} to ${b}`,
          },
        ],
      });
    }
    return label;
  });
}

/** Both directions, as HubSpot answers a default association. */
export const defaultResults = (world: World, portalId: number, { from, to }: { from: End; to: End }) =>
  [
    [from, to],
    [to, from],
  ].flatMap(([start, target]) => {
    if (start === undefined || target === undefined) return [];
    const [plain] = labelsBetween(world, portalId, { from: start.type, to: target.type });
    return [
      {
        from: { id: String(start.id) },
        to: { id: String(target.id) },
        associationSpec: { associationCategory: plain?.category, associationTypeId: plain?.typeId },
      },
    ];
  });

export const labelledResult = (
  { from, to }: { from: End; to: End },
  { a, b }: { a: ObjectType; b: ObjectType },
  labels: readonly Label[],
) => ({
  fromObjectTypeId: typeFacts[a].typeId,
  fromObjectId: from.id,
  toObjectTypeId: typeFacts[b].typeId,
  toObjectId: to.id,
  labels: labels.flatMap(({ label }) => label ?? []),
});
