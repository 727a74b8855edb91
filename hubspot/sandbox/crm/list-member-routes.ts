/** `/crm/v3/lists/{id}/memberships`: who is in a list, and changing it by hand. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { callerWith } from '../http/caller.ts';
import { invalid } from '../http/errors.ts';
import { limit, parsed } from '../http/input.ts';
import type { World } from '../world.ts';
import { memberPage } from './list-member-page.ts';
import {
  addFrom,
  addMembers,
  assertKeptByHand,
  type MemberOrder,
  memberOf,
  removeMembers,
} from './list-members.ts';
import { listWriter } from './list-routes.ts';
import { lists, requireList } from './lists.ts';
import { objectType } from './object-types.ts';

const membersQuery = z.object({
  limit: limit({ initial: 100, max: 250 }),
  after: z.string().optional(),
  before: z.string().optional(),
});
const idsBody = z.array(z.coerce.string());
const bothBody = z.object({ recordIdsToAdd: idsBody.default([]), recordIdsToRemove: idsBody.default([]) });

type ListParams = { Params: { listId: string } };

export function listMemberRoutes(server: FastifyInstance, world: World): void {
  server.get<ListParams>('/crm/v3/lists/:listId/memberships', (request) => page(request, 'id'));
  server.get<ListParams>('/crm/v3/lists/:listId/memberships/join-order', (request) =>
    page(request, 'joined'),
  );

  function page(request: FastifyRequest<ListParams>, order: MemberOrder) {
    const portalId = callerWith(world, request, 'crm.lists.read').portalId;
    const list = requireList(world, portalId, request.params.listId);
    const url = `${world.url()}${request.originalUrl}`;
    return memberPage(world, list, { order, url, ...parsed(membersQuery, request.query) });
  }

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

  server.put<{ Params: { listId: string; sourceId: string } }>(
    '/crm/v3/lists/:listId/memberships/add-from/:sourceId',
    (request, reply) => {
      const portalId = listWriter(world, request);
      const list = requireList(world, portalId, request.params.listId);
      const source = requireList(world, portalId, request.params.sourceId);
      assertKeptByHand(list);
      if (source.type !== list.type) throw invalid('The lists hold records of different types.');
      addFrom(world, list, source);
      return reply.code(204).send();
    },
  );

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
      const results = lists(world, portalId).flatMap((list) => {
        const member = list.type === type ? memberOf(world, list, recordId) : undefined;
        if (member === undefined) return [];
        const at = new Date(member.addedAt).toISOString();
        return { listId: String(list.id), listVersion: 1, firstAddedTimestamp: at, lastAddedTimestamp: at };
      });
      return { results };
    },
  );
}
