/** `/crm/v3/properties/{type}/batch/{read|create|archive}`. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { schemaCaller } from '../http/caller.ts';
import { parsed } from '../http/input.ts';
import type { World } from '../world.ts';
import { assertBatchIds, batchAnswer } from './batch.ts';
import { objectType } from './object-types.ts';
import { propertyView } from './property.ts';
import {
  archiveProperty,
  assertCreatable,
  createProperty,
  findProperty,
  newProperty,
} from './property-changes.ts';
import type { Place } from './record.ts';

const namesBody = z.object({
  inputs: z.array(z.object({ name: z.string() })),
  archived: z.boolean().default(false),
});
const createManyBody = z.object({ inputs: z.array(newProperty) });

const unknownProperties = {
  status: 'error',
  category: 'OBJECT_NOT_FOUND',
  message: 'Some properties do not exist',
};

type TypeParams = { Params: { type: string } };

export function propertyBatchRoutes(server: FastifyInstance, world: World): void {
  const open = (request: FastifyRequest<TypeParams>, right: 'read' | 'write'): Place => {
    const type = objectType(request.params.type);
    return { portalId: schemaCaller(world, request, type, right).portalId, type };
  };

  server.post<TypeParams>('/crm/v3/properties/:type/batch/read', (request, reply) => {
    const place = open(request, 'read');
    const { inputs, archived } = parsed(namesBody, request.body);
    assertBatchIds(inputs.map(({ name }) => name));
    const startedAt = new Date(world.now()).toISOString();
    const found = inputs.map(({ name }) => findProperty(world, place, name, archived));
    const missing = inputs.filter((_, index) => found[index] === undefined).map(({ name }) => name);
    const errors = missing.length === 0 ? [] : [{ ...unknownProperties, context: { ids: missing } }];
    const results = found.flatMap((property) => (property === undefined ? [] : propertyView(property)));
    const answer = batchAnswer(world, { results, errors, startedAt, success: 200 });
    return reply.code(answer.status).send(answer.body);
  });

  server.post<TypeParams>('/crm/v3/properties/:type/batch/create', (request, reply) => {
    const place = open(request, 'write');
    const { inputs } = parsed(createManyBody, request.body);
    assertBatchIds(inputs.map(({ name }) => name));
    const startedAt = new Date(world.now()).toISOString();
    for (const input of inputs) assertCreatable(world, place, input);
    const results = inputs.map((input) => propertyView(createProperty(world, place, input)));
    const answer = batchAnswer(world, { results, errors: [], startedAt, success: 201 });
    return reply.code(answer.status).send(answer.body);
  });

  server.post<TypeParams>('/crm/v3/properties/:type/batch/archive', (request, reply) => {
    const place = open(request, 'write');
    for (const { name } of parsed(namesBody, request.body).inputs) archiveProperty(world, place, name);
    return reply.code(204).send();
  });
}
