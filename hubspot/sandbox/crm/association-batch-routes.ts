/** `/crm/v4/associations/{a}/{b}/batch/…`: links of many records at once. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { pagingAfter, parsed } from '../http/input.ts';
import type { World } from '../world.ts';
import {
  defaultResults,
  knownLabels,
  labelledResult,
  link,
  linkCaller,
  linked,
  requiredPair,
  type TypesParams,
  typesBody,
  unlink,
} from './association-parts.ts';
import { assertBatchIds, assertBatchSize, batchAnswer } from './batch.ts';
import { type ObjectType, typeFacts } from './object-types.ts';
import { findRecord } from './record-lookup.ts';

const end = z.object({ id: z.coerce.string() });
const readBody = z.object({
  inputs: z.array(z.object({ id: z.coerce.string(), after: z.string().nullish() })),
});
const pairsBody = z.object({
  inputs: z.array(z.object({ from: end, to: end, types: typesBody.optional() })),
});
const removeBody = z.object({ inputs: z.array(z.object({ from: end, to: z.array(end) })) });

const maxRead = 1000;
const maxWritten = 2000;
const pageSize = 500;

export function associationBatchRoutes(server: FastifyInstance, world: World): void {
  const batch = '/crm/v4/associations/:a/:b/batch';

  server.post<TypesParams>(`${batch}/read`, (request, reply) => {
    const caller = linkCaller(world, request, 'read');
    const { inputs } = parsed(readBody, request.body);
    assertBatchIds(
      inputs.map(({ id }) => id),
      maxRead,
    );
    const startedAt = new Date(world.now()).toISOString();
    const results: unknown[] = [];
    const errors: unknown[] = [];
    for (const { id, after } of inputs) {
      const from = findRecord(world, { portalId: caller.portalId, type: caller.a, id });
      const found = from && linked(world, caller, from, { after: after ?? undefined, size: pageSize });
      if (found === undefined || found.results.length === 0) errors.push(noneFound(caller, id));
      else
        results.push({
          from: { id },
          to: found.results,
          ...pagingAfter(found.after, `${world.url()}${request.originalUrl}`),
        });
    }
    const answer = batchAnswer(world, { results, errors, startedAt, success: 200 });
    return reply.code(answer.status).send(answer.body);
  });

  server.post<TypesParams>(`${batch}/associate/default`, (request) => {
    const caller = linkCaller(world, request, 'write');
    const { inputs } = parsed(pairsBody, request.body);
    assertBatchSize(inputs.length, maxWritten);
    const startedAt = new Date(world.now()).toISOString();
    const pairs = inputs.map(({ from, to }) => requiredPair(world, caller, { from: from.id, to: to.id }));
    for (const pair of pairs) link(world, caller, pair, []);
    const results = pairs.flatMap((pair) => defaultResults(world, caller.portalId, pair));
    return batchAnswer(world, { results, errors: [], startedAt, success: 200 }).body;
  });

  server.post<TypesParams>(`${batch}/create`, (request, reply) => {
    const caller = linkCaller(world, request, 'write');
    const { inputs } = parsed(pairsBody, request.body);
    assertBatchSize(inputs.length, maxWritten);
    const startedAt = new Date(world.now()).toISOString();
    const links = inputs.map(({ from, to, types = [] }) => ({
      pair: requiredPair(world, caller, { from: from.id, to: to.id }),
      labels: knownLabels(world, caller, types),
    }));
    for (const { pair, labels } of links) link(world, caller, pair, labels);
    const results = links.map(({ pair, labels }) => labelledResult(pair, caller, labels));
    return reply.code(201).send(batchAnswer(world, { results, errors: [], startedAt, success: 201 }).body);
  });

  server.post<TypesParams>(`${batch}/archive`, (request, reply) => {
    const caller = linkCaller(world, request, 'write');
    const { inputs } = parsed(removeBody, request.body);
    const pairs = inputs.flatMap(({ from, to }) =>
      to.map((target) => requiredPair(world, caller, { from: from.id, to: target.id })),
    );
    for (const pair of pairs) unlink(world, caller, pair);
    return reply.code(204).send();
  });
}

const noneFound = ({ a, b }: { a: ObjectType; b: ObjectType }, id: string) => ({
  status: 'error',
  category: 'OBJECT_NOT_FOUND',
  subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
  message: `No ${typeFacts[b].singular} is associated with ${typeFacts[a].singular} ${id}.`,
  context: { fromObjectId: [id], fromObjectType: [typeFacts[a].typeId], toObjectType: [typeFacts[b].typeId] },
});
