/** `/crm/v4/associations/{a}/{b}/labels`: names for links, such as a referrer and whom they referred. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { schemaCaller } from '../http/caller.ts';
import { alreadyExists } from '../http/errors.ts';
import { parsed } from '../http/input.ts';
import type { World } from '../world.ts';
import { labelsBetween } from './association-labels.ts';
import { type ObjectType, objectType } from './object-types.ts';

const createBody = z.object({
  name: z.string().regex(/^[a-z][a-z0-9_]*$/, 'must be lower case letters, digits and underscores'),
  label: z.string().min(1),
  inverseLabel: z.string().min(1).optional(),
});

type Types = { Params: { a: string; b: string } };

export function associationLabelRoutes(server: FastifyInstance, world: World): void {
  const open = (request: FastifyRequest<Types>, right: 'read' | 'write') => {
    const from = objectType(request.params.a);
    return {
      portalId: schemaCaller(world, request, from, right).portalId,
      from,
      to: objectType(request.params.b),
    };
  };

  server.get<Types>('/crm/v4/associations/:a/:b/labels', (request) => {
    const { portalId, from, to } = open(request, 'read');
    return {
      results: labelsBetween(world, portalId, { from, to }).map(({ category, typeId, label }) => ({
        category,
        typeId,
        label,
      })),
    };
  });

  server.post<Types>('/crm/v4/associations/:a/:b/labels', (request) => {
    const { portalId, from, to } = open(request, 'write');
    const { name, label, inverseLabel = label } = parsed(createBody, request.body);
    const known = world.store.get(
      'SELECT 1 FROM association_labels WHERE portal_id = ? AND name = ?',
      portalId,
      name,
    );
    if (known !== undefined) throw alreadyExists(`An association label named '${name}' already exists.`);
    const typeId = world.store.next(portalId, 'association-label');
    // A label that reads the same from both ends is one type; else each direction has its own.
    const inverseId =
      inverseLabel === label && from === to ? typeId : world.store.next(portalId, 'association-label');
    const insert = (id: number, ends: { from: ObjectType; to: ObjectType }, text: string, inverse: number) =>
      world.store.run(
        'INSERT OR IGNORE INTO association_labels VALUES (?, ?, ?, ?, ?, ?, ?)',
        portalId,
        id,
        ends.from,
        ends.to,
        name,
        text,
        inverse,
      );
    insert(typeId, { from, to }, label, inverseId);
    insert(inverseId, { from: to, to: from }, inverseLabel, typeId);
    return {
      results: [...new Set([typeId, inverseId])].map((id) => ({
        category: 'USER_DEFINED',
        typeId: id,
        label: id === typeId ? label : inverseLabel,
      })),
    };
  });
}
