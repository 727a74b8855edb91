/** `/crm/v3/lists`: lists themselves. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { callerWith } from '../http/caller.ts';
import { notFound } from '../http/errors.ts';
import { flag, names, parsed } from '../http/input.ts';
import type { World } from '../world.ts';
import { filterBranchSchema } from './list-filter.ts';
import { createList, foundListView, lists, listView, requireList } from './lists.ts';
import { objectType, typeFacts } from './object-types.ts';

const createBody = z.object({
  name: z.string().min(1),
  objectTypeId: z.string(),
  processingType: z.enum(['MANUAL', 'DYNAMIC', 'SNAPSHOT']),
  filterBranch: filterBranchSchema.nullish(),
});
const searchBody = z.object({
  query: z.string().nullish(),
  offset: z
    .number()
    .int()
    .min(0)
    .nullish()
    .transform((offset) => offset ?? 0),
  count: z
    .number()
    .int()
    .min(1)
    .max(500)
    .nullish()
    .transform((count) => count ?? 20),
  processingTypes: z.array(z.string()).nullish(),
  listIds: z.array(z.coerce.string()).nullish(),
  objectTypeId: z.string().nullish(),
});
const listQuery = z.object({ includeFilters: flag.default(false), listIds: names.default([]) });

type ListParams = { Params: { listId: string } };

export function listRoutes(server: FastifyInstance, world: World): void {
  const reader = (request: FastifyRequest): number => callerWith(world, request, 'crm.lists.read').portalId;
  const writer = (request: FastifyRequest): number => listWriter(world, request);

  server.post('/crm/v3/lists', (request) => {
    const { objectTypeId, filterBranch, ...body } = parsed(createBody, request.body);
    const list = { ...body, type: objectType(objectTypeId), filterBranch: filterBranch ?? null };
    const portalId = writer(request);
    return {
      list: listView(
        world,
        world.store.transaction(() => createList(world, portalId, list)),
        { includeFilters: true },
      ),
    };
  });

  server.get('/crm/v3/lists', (request) => {
    const portalId = reader(request);
    const { listIds, includeFilters } = parsed(listQuery, request.query);
    const found = lists(world, portalId).filter(({ id }) => listIds.includes(String(id)));
    return { lists: found.map((list) => listView(world, list, { includeFilters })) };
  });

  server.post('/crm/v3/lists/search', (request) => {
    const portalId = reader(request);
    const { query, offset, count, processingTypes, listIds, objectTypeId } = parsed(
      searchBody,
      request.body ?? {},
    );
    const found = lists(world, portalId).filter(
      (list) =>
        (query == null || list.name.toLowerCase().includes(query.toLowerCase())) &&
        (processingTypes == null ||
          processingTypes.length === 0 ||
          processingTypes.includes(list.processingType)) &&
        (listIds == null || listIds.length === 0 || listIds.includes(String(list.id))) &&
        (objectTypeId == null || typeFacts[list.type].typeId === objectTypeId),
    );
    const shown = found.slice(offset, offset + count);
    return {
      offset: offset + shown.length,
      hasMore: offset + shown.length < found.length,
      lists: shown.map((list) => foundListView(world, list)),
      total: found.length,
    };
  });

  server.get<ListParams>('/crm/v3/lists/:listId', (request) => {
    const portalId = reader(request);
    const { includeFilters } = parsed(listQuery, request.query);
    return { list: listView(world, requireList(world, portalId, request.params.listId), { includeFilters }) };
  });

  server.get<{ Params: { typeId: string; name: string } }>(
    '/crm/v3/lists/object-type-id/:typeId/name/:name',
    (request) => {
      const portalId = reader(request);
      const { includeFilters } = parsed(listQuery, request.query);
      const { typeId, name } = request.params;
      const list = lists(world, portalId).find(
        (each) => each.name === name && each.type === objectType(typeId),
      );
      if (list === undefined) throw notFound(`List ${name} does not exist.`);
      return { list: listView(world, list, { includeFilters }) };
    },
  );

  server.delete<ListParams>('/crm/v3/lists/:listId', (request, reply) => {
    const portalId = writer(request);
    const { id } = requireList(world, portalId, request.params.listId);
    world.store.run(
      'UPDATE lists SET deleted_at = ? WHERE portal_id = ? AND id = ?',
      world.now(),
      portalId,
      id,
    );
    return reply.code(204).send();
  });

  server.put<ListParams>('/crm/v3/lists/:listId/restore', (request, reply) => {
    const portalId = writer(request);
    const restored = world.store.run(
      'UPDATE lists SET deleted_at = NULL WHERE portal_id = ? AND id = ?',
      portalId,
      Number(request.params.listId),
    );
    if (restored === 0) throw notFound(`List ${request.params.listId} does not exist.`);
    return reply.code(204).send();
  });
}

/** Writing lists takes both scopes. */
export function listWriter(world: World, request: FastifyRequest): number {
  callerWith(world, request, 'crm.lists.read');
  return callerWith(world, request, 'crm.lists.write').portalId;
}
