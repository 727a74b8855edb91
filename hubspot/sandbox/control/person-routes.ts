/** Acts of a person in HubSpot, and reading what is there. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type ObjectType, objectTypes } from '../crm/object-types.ts';
import { propertyValues } from '../crm/record-input.ts';
import { findRecord, type Reference, requireRecord } from '../crm/record-lookup.ts';
import { flag, parsed } from '../http/input.ts';
import { portalOf } from '../portals.ts';
import type { World } from '../world.ts';
import { archiveAsPerson, editAsPerson, mergeAsPerson, restoreAsPerson } from './person.ts';
import { isoInstant, portalParams } from './portal-routes.ts';
import { fullRecord, plainRecord, readRecords } from './record-reading.ts';

const recordParams = portalParams.extend({ id: z.string() });
const listQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  after: z.coerce.number().int().min(0).default(0),
  email: z.string().optional(),
  text: z.string().optional(),
  archived: flag.default(false),
});
/** `at` is the instant in history; before the newest version of a property it only completes the past. */
const editBody = z.strictObject({ properties: propertyValues, at: isoInstant.optional() });
const mergeBody = z.strictObject({ primaryId: z.coerce.string(), otherId: z.coerce.string() });

export function personRoutes(server: FastifyInstance, world: World): void {
  for (const type of objectTypes) routesOf(server, world, type);
}

function routesOf(server: FastifyInstance, world: World, type: ObjectType): void {
  const base = `/sandbox/portals/:portalId/${type}`;
  const place = (request: FastifyRequest) => ({
    portalId: portalOf(world.store, parsed(portalParams, request.params).portalId).id,
    type,
  });
  const reference = (request: FastifyRequest): Reference => ({
    ...place(request),
    id: parsed(recordParams, request.params).id,
  });

  server.get(base, (request) => {
    const query = parsed(listQuery, request.query);
    const found = readRecords(world, place(request), { ...query, limit: query.limit + 1 });
    const last = found.length > query.limit ? found[query.limit - 1] : undefined;
    return {
      results: found.slice(0, query.limit).map(plainRecord),
      after: last === undefined ? null : String(last.id),
    };
  });

  server.get(`${base}/:id`, (request) => {
    const wanted = reference(request);
    const archived = findRecord(world, wanted)?.archivedAt != null;
    return fullRecord(world, requireRecord(world, wanted, { archived }));
  });

  server.patch(`${base}/:id`, (request) =>
    plainRecord(editAsPerson(world, reference(request), parsed(editBody, request.body))),
  );

  server.post(`${base}/:id/archive`, (request, reply) => {
    archiveAsPerson(world, reference(request));
    return reply.code(204).send();
  });

  server.post(`${base}/:id/restore`, (request) => plainRecord(restoreAsPerson(world, reference(request))));

  server.post(`${base}/merge`, (request) =>
    plainRecord(mergeAsPerson(world, place(request), parsed(mergeBody, request.body))),
  );
}
