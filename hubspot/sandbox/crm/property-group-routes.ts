/** `/crm/v3/properties/{type}/groups`. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { schemaCaller } from '../http/caller.ts';
import { alreadyExists, invalid, notFound } from '../http/errors.ts';
import { parsed } from '../http/input.ts';
import type { World } from '../world.ts';
import { objectType } from './object-types.ts';
import type { Place } from './record.ts';

const createBody = z.object({
  name: z.string().regex(/^[a-z][a-z0-9_]*$/, 'must be lower case letters, digits and underscores'),
  label: z.string().min(1),
  displayOrder: z
    .number()
    .int()
    .nullish()
    .transform((order) => order ?? -1),
});
const changeBody = createBody.pick({ label: true, displayOrder: true }).partial();

interface Group {
  readonly name: string;
  readonly label: string;
  readonly displayOrder: number;
}

type TypeParams = { Params: { type: string } };
type NameParams = { Params: { type: string; name: string } };

export function propertyGroupRoutes(server: FastifyInstance, world: World): void {
  const open = (request: FastifyRequest<TypeParams>, right: 'read' | 'write'): Place => {
    const type = objectType(request.params.type);
    return { portalId: schemaCaller(world, request, type, right).portalId, type };
  };

  server.get<TypeParams>('/crm/v3/properties/:type/groups', (request) => ({
    results: groups(world, open(request, 'read')).map(view),
  }));

  server.post<TypeParams>('/crm/v3/properties/:type/groups', (request, reply) => {
    const place = open(request, 'write');
    const group = parsed(createBody, request.body);
    if (groups(world, place).some(({ name }) => name === group.name)) {
      throw alreadyExists(`A property group named '${group.name}' already exists.`);
    }
    save(world, place, group);
    return reply.code(201).send(view(group));
  });

  server.get<NameParams>('/crm/v3/properties/:type/groups/:name', (request) =>
    view(required(world, open(request, 'read'), request.params.name)),
  );

  server.patch<NameParams>('/crm/v3/properties/:type/groups/:name', (request) => {
    const place = open(request, 'write');
    const before = required(world, place, request.params.name);
    const { label = before.label, displayOrder } = parsed(changeBody, request.body);
    const group = { ...before, label, displayOrder: displayOrder ?? before.displayOrder };
    save(world, place, group);
    return view(group);
  });

  server.delete<NameParams>('/crm/v3/properties/:type/groups/:name', (request, reply) => {
    const place = open(request, 'write');
    const { name } = required(world, place, request.params.name);
    const properties = [...world.catalog.properties(place.portalId, place.type).values()];
    if (properties.some((property) => property.groupName === name)) {
      throw invalid(`The group ${name} still has properties.`);
    }
    world.store.run(
      'DELETE FROM property_groups WHERE portal_id = ? AND type = ? AND name = ?',
      place.portalId,
      place.type,
      name,
    );
    return reply.code(204).send();
  });
}

const groups = (world: World, { portalId, type }: Place): Group[] =>
  world.store
    .all<{ name: string; label: string; display_order: number }>(
      'SELECT * FROM property_groups WHERE portal_id = ? AND type = ? ORDER BY display_order, name',
      portalId,
      type,
    )
    .map((row) => ({ name: row.name, label: row.label, displayOrder: row.display_order }));

function required(world: World, place: Place, name: string): Group {
  const group = groups(world, place).find((each) => each.name === name);
  if (group === undefined) throw notFound(`Property group ${name} does not exist.`);
  return group;
}

function save(world: World, { portalId, type }: Place, { name, label, displayOrder }: Group): void {
  world.store.run(
    'INSERT OR REPLACE INTO property_groups VALUES (?, ?, ?, ?, ?)',
    portalId,
    type,
    name,
    label,
    displayOrder,
  );
}

const view = ({ name, label, displayOrder }: Group) => ({ name, label, displayOrder, archived: false });
