/** `/crm/v4/objects/{a}/{id}/associations/…`: the links of one record. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { limit, pagingAfter, parsed } from '../http/input.ts';
import type { World } from '../world.ts';
import {
  defaultResults,
  knownLabels,
  labelledResult,
  link,
  linkCaller,
  linked,
  requiredPair,
  typesBody,
  unlink,
} from './association-parts.ts';
import { batchAnswer } from './batch.ts';
import { requireRecord } from './record-lookup.ts';

const listQuery = z.object({ limit: limit({ initial: 500, max: 500 }), after: z.string().optional() });
type Ends = { Params: { a: string; id: string; b: string; toId: string } };

export function associationRoutes(server: FastifyInstance, world: World): void {
  const one = '/crm/v4/objects/:a/:id/associations';

  server.put<Ends>(`${one}/default/:b/:toId`, (request) => {
    const caller = linkCaller(world, request, 'write');
    const startedAt = new Date(world.now()).toISOString();
    const pair = requiredPair(world, caller, { from: request.params.id, to: request.params.toId });
    link(world, caller, pair, []);
    return batchAnswer(world, {
      results: defaultResults(world, caller.portalId, pair),
      errors: [],
      startedAt,
      success: 200,
    }).body;
  });

  server.put<Ends>(`${one}/:b/:toId`, (request, reply) => {
    const caller = linkCaller(world, request, 'write');
    const pair = requiredPair(world, caller, { from: request.params.id, to: request.params.toId });
    const labels = knownLabels(world, caller, parsed(typesBody, request.body));
    link(world, caller, pair, labels);
    return reply.code(201).send(labelledResult(pair, caller, labels));
  });

  server.delete<Ends>(`${one}/:b/:toId`, (request, reply) => {
    const caller = linkCaller(world, request, 'write');
    unlink(world, caller, requiredPair(world, caller, { from: request.params.id, to: request.params.toId }));
    return reply.code(204).send();
  });

  server.get<Ends>(`${one}/:b`, (request) => {
    const caller = linkCaller(world, request, 'read');
    const query = parsed(listQuery, request.query);
    const from = requireRecord(world, { portalId: caller.portalId, type: caller.a, id: request.params.id });
    const { results, after } = linked(world, caller, from, { after: query.after, size: query.limit });
    return { results, ...pagingAfter(after, `${world.url()}${request.originalUrl}`) };
  });
}
