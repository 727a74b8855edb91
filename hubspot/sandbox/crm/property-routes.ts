/** `/crm/v3/properties/{type}`: property definitions. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { schemaCaller } from '../http/caller.ts';
import { invalid } from '../http/errors.ts';
import { flag, parsed } from '../http/input.ts';
import type { World } from '../world.ts';
import { objectType } from './object-types.ts';
import { propertyView, type StoredProperty } from './property.ts';
import {
  archiveProperty,
  assertFits,
  createProperty,
  newProperty,
  propertyChange,
  requiredProperty,
} from './property-changes.ts';
import type { Place } from './record.ts';

const archivedQuery = z.object({ archived: flag.default(false) });

type TypeParams = { Params: { type: string } };
type NameParams = { Params: { type: string; name: string } };

export function propertyRoutes(server: FastifyInstance, world: World): void {
  const open = (request: FastifyRequest<TypeParams>, right: 'read' | 'write'): Place => {
    const type = objectType(request.params.type);
    return { portalId: schemaCaller(world, request, type, right).portalId, type };
  };

  server.get<TypeParams>('/crm/v3/properties/:type', (request) => {
    const { portalId, type } = open(request, 'read');
    const { archived } = parsed(archivedQuery, request.query);
    const found = archived
      ? world.catalog.archived(portalId, type)
      : [...world.catalog.properties(portalId, type).values()];
    return { results: found.map(propertyView) };
  });

  server.post<TypeParams>('/crm/v3/properties/:type', (request, reply) => {
    const place = open(request, 'write');
    const property = createProperty(world, place, parsed(newProperty, request.body));
    return reply.code(201).send(propertyView(property));
  });

  server.get<NameParams>('/crm/v3/properties/:type/:name', (request) => {
    const place = open(request, 'read');
    return propertyView(
      requiredProperty(world, place, request.params.name, parsed(archivedQuery, request.query).archived),
    );
  });

  server.patch<NameParams>('/crm/v3/properties/:type/:name', (request) => {
    const place = open(request, 'write');
    const before = requiredProperty(world, place, request.params.name, false);
    const given = parsed(propertyChange, request.body);
    const sent = Object.keys(request.body ?? {});
    const change = Object.fromEntries(Object.entries(given).filter(([name]) => sent.includes(name)));
    const after: StoredProperty = { ...before, ...change, updatedAt: world.now() };
    if (before.hubspotDefined && (after.type !== before.type || before.external !== undefined)) {
      throw invalid(`Property ${before.name} is defined by HubSpot and cannot be changed that way.`);
    }
    assertFits(world, place, after);
    world.catalog.save(place.portalId, place.type, after);
    return propertyView(after);
  });

  server.delete<NameParams>('/crm/v3/properties/:type/:name', (request, reply) => {
    const place = open(request, 'write');
    archiveProperty(world, place, request.params.name);
    return reply.code(204).send();
  });
}
