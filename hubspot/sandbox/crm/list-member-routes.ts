/** `/crm/v3/lists/{id}/memberships`: who is in a list, and changing it by hand. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { callerWith } from '../http/caller.ts';
import { invalid } from '../http/errors.ts';
import { decodeCursor, encodeCursor, limit, pagingAfter, parsed } from '../http/input.ts';
import type { World } from '../world.ts';
import { addMembers, assertKeptByHand, members, removeMembers } from './list-members.ts';
import { listWriter } from './list-routes.ts';
import { lists, requireList } from './lists.ts';
import { objectType } from './object-types.ts';

const membersQuery = z.object({ limit: limit({ initial: 100, max: 250 }), after: z.string().optional() });
const idsBody = z.array(z.coerce.string());
const bothBody = z.object({ recordIdsToAdd: idsBody.default([]), recordIdsToRemove: idsBody.default([]) });

type ListParams = { Params: { listId: string } };

export function listMemberRoutes(server: FastifyInstance, world: World): void {
  server.get<ListParams>('/crm/v3/lists/:listId/memberships', (request) => {
    const portalId = callerWith(world, request, 'crm.lists.read').portalId;
    const query = parsed(membersQuery, request.query);
    const list = requireList(world, portalId, request.params.listId);
    const found = members(world, list, { after: Number(decodeCursor(query.after)), limit: query.limit + 1 });
    const last = found.length > query.limit ? found[query.limit - 1] : undefined;
    return {
      results: found.slice(0, query.limit).map(({ recordId, addedAt }) => ({
        recordId: String(recordId),
        membershipTimestamp: new Date(addedAt).toISOString(),
      })),
      ...pagingAfter(last && encodeCursor(last.recordId), `${world.url()}${request.originalUrl}`),
    };
  });

  const change = (
    request: FastifyRequest<ListParams>,
    { add, remove }: { add: string[]; remove: string[] },
  ) => {
    const list = requireList(world, listWriter(world, request), request.params.listId);
    assertKeptByHand(list);
    return world.store.transaction(() => {
      const { added, missing } = addMembers(world, list, add);
      return {
        recordsIdsAdded: added,
        recordIdsRemoved: removeMembers(world, list, remove),
        recordIdsMissing: missing,
      };
    });
  };

  server.put<ListParams>('/crm/v3/lists/:listId/memberships/add', (request) =>
    change(request, { add: parsed(idsBody, request.body), remove: [] }),
  );
  server.put<ListParams>('/crm/v3/lists/:listId/memberships/remove', (request) =>
    change(request, { add: [], remove: parsed(idsBody, request.body) }),
  );
  server.put<ListParams>('/crm/v3/lists/:listId/memberships/add-and-remove', (request) => {
    const { recordIdsToAdd, recordIdsToRemove } = parsed(bothBody, request.body);
    return change(request, { add: recordIdsToAdd, remove: recordIdsToRemove });
  });

  server.delete<ListParams>('/crm/v3/lists/:listId/memberships', (request, reply) => {
    const list = requireList(world, listWriter(world, request), request.params.listId);
    assertKeptByHand(list);
    world.store.run('DELETE FROM list_members WHERE portal_id = ? AND list_id = ?', list.portalId, list.id);
    return reply.code(204).send();
  });

  server.get<{ Params: { typeId: string; recordId: string } }>(
    '/crm/v3/lists/records/:typeId/:recordId/memberships',
    (request) => {
      const portalId = callerWith(world, request, 'crm.lists.read').portalId;
      const type = objectType(request.params.typeId);
      const recordId = Number(request.params.recordId);
      if (!Number.isInteger(recordId)) throw invalid(`${request.params.recordId} is not a record id.`);
      const found = lists(world, portalId).filter(
        (list) =>
          list.type === type &&
          members(world, list, { after: recordId - 1, limit: 1 })[0]?.recordId === recordId,
      );
      return { results: found.map(({ id }) => ({ listId: String(id), listVersion: 1 })) };
    },
  );
}
