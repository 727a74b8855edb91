/** `/crm/v3/objects/{type}/batch/{read|create|update|upsert|archive}`. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { invalid } from '../http/errors.ts';
import { flag, parsed } from '../http/input.ts';
import type { World } from '../world.ts';
import {
  assertBatchIds,
  assertBatchSize,
  batchAnswer,
  runBatch,
  scattered,
  UnknownId,
  unknownError,
} from './batch.ts';
import type { ObjectType } from './object-types.ts';
import type { CrmRecord } from './record.ts';
import {
  associationRequests,
  maxWithHistory,
  propertyValues,
  type TypeParams,
  typeCaller,
} from './record-input.ts';
import { assertUnique, findRecord, type Reference } from './record-lookup.ts';
import { recordView, wholeRecordView } from './record-view.ts';
import { archiveRecord, createRecord, updateRecord } from './record-writes.ts';

const id = z.coerce.string();
const trace = { objectWriteTraceId: z.string().nullish() };

const readBody = z.object({
  properties: z.array(z.string()).nullish(),
  propertiesWithHistory: z.array(z.string()).nullish(),
  idProperty: z.string().nullish(),
  inputs: z.array(z.object({ id })),
});
const createBody = z.object({
  inputs: z.array(
    z.object({ properties: propertyValues, associations: associationRequests.nullish(), ...trace }),
  ),
});
const updateInput = z.object({ id, idProperty: z.string().nullish(), properties: propertyValues, ...trace });
const updateBody = z.object({ inputs: z.array(updateInput) });
const archiveBody = z.object({ inputs: z.array(z.object({ id })) });
const archivedQuery = z.object({ archived: flag.default(false) });

export function batchRoutes(server: FastifyInstance, world: World): void {
  server.post<TypeParams>('/crm/v3/objects/:type/batch/read', (request, reply) => {
    const { portalId, type } = typeCaller(world, request, 'read');
    const { archived } = parsed(archivedQuery, request.query);
    const body = parsed(readBody, request.body);
    const ids = body.inputs.map((input) => input.id);
    const history = body.propertiesWithHistory ?? [];
    assertBatchIds(ids);
    if (history.length > 0 && ids.length > maxWithHistory) {
      throw invalid(`At most ${maxWithHistory} inputs can be read when propertiesWithHistory are requested.`);
    }
    const startedAt = new Date(world.now()).toISOString();
    const found = ids.map((each) =>
      live(world, { portalId, type, id: each, idProperty: body.idProperty ?? undefined }, archived),
    );
    const results = found.flatMap((record) => record ?? []);
    const missing = ids.filter((_, index) => found[index] === undefined);
    const views = results.map((record) =>
      recordView(world, record, { properties: body.properties ?? [], history }),
    );
    const errors = missing.length === 0 ? [] : [unknownError(type, missing)];
    const answer = batchAnswer(world, { results: scattered(views), errors, startedAt, success: 200 });
    return reply.code(answer.status).send(answer.body);
  });

  server.post<TypeParams>('/crm/v3/objects/:type/batch/create', (request, reply) => {
    const { actor, type } = typeCaller(world, request, 'write');
    const { inputs } = parsed(createBody, request.body);
    assertBatchSize(inputs.length);
    const answer = runBatch(world, type, {
      inputs,
      success: 201,
      work: ({ properties, associations }) =>
        wholeRecordView(
          world,
          createRecord(world, actor, type, { properties, associations: associations ?? [] }),
        ),
    });
    return reply.code(answer.status).send(answer.body);
  });

  server.post<TypeParams>('/crm/v3/objects/:type/batch/update', (request, reply) => {
    const { actor, portalId, type } = typeCaller(world, request, 'write');
    const { inputs } = parsed(updateBody, request.body);
    assertBatchIds(inputs.map((input) => input.id));
    const answer = runBatch(world, type, {
      inputs,
      success: 200,
      work: (input) => {
        const before = live(
          world,
          { portalId, type, id: input.id, idProperty: input.idProperty ?? undefined },
          false,
        );
        if (before === undefined) throw new UnknownId(type, input.id);
        const after = updateRecord(world, actor, before, { properties: input.properties });
        return recordView(world, after, { properties: Object.keys(input.properties) });
      },
    });
    return reply.code(answer.status).send(answer.body);
  });

  server.post<TypeParams>('/crm/v3/objects/:type/batch/upsert', (request, reply) => {
    const { actor, portalId, type } = typeCaller(world, request, 'write');
    const { inputs } = parsed(updateBody, request.body);
    assertBatchIds(inputs.map((input) => input.id));
    const answer = runBatch(world, type, {
      inputs,
      success: 200,
      work: (input) =>
        upsert(world, { input, portalId, type }, (before, properties) =>
          before === undefined
            ? createRecord(world, actor, type, { properties })
            : updateRecord(world, actor, before, { properties }),
        ),
    });
    return reply.code(answer.status).send(answer.body);
  });

  server.post<TypeParams>('/crm/v3/objects/:type/batch/archive', (request, reply) => {
    const { actor, portalId, type } = typeCaller(world, request, 'write');
    const { inputs } = parsed(archiveBody, request.body);
    assertBatchIds(inputs.map((input) => input.id));
    world.store.transaction(() => {
      for (const input of inputs) {
        const record = live(world, { portalId, type, id: input.id }, false);
        if (record !== undefined) archiveRecord(world, actor, record);
      }
    });
    return reply.code(204).send();
  });
}

/** A batch knows live ids and unique values only: the ids of merged-away records are unknown to it. */
function live(world: World, reference: Reference, archived: boolean): CrmRecord | undefined {
  const record = findRecord(world, reference);
  return record !== undefined && (record.archivedAt !== null) === archived ? record : undefined;
}

function upsert(
  world: World,
  { input, portalId, type }: { input: z.output<typeof updateInput>; portalId: number; type: ObjectType },
  write: (before: CrmRecord | undefined, properties: z.output<typeof propertyValues>) => CrmRecord,
) {
  const idProperty = input.idProperty ?? 'hs_object_id';
  if (idProperty !== 'hs_object_id') assertUnique(world, { portalId, type }, idProperty);
  const before = live(world, { portalId, type, id: input.id, idProperty }, false);
  if (before === undefined && idProperty === 'hs_object_id') throw new UnknownId(type, input.id);
  const properties =
    before === undefined ? { [idProperty]: input.id, ...input.properties } : input.properties;
  return { ...wholeRecordView(world, write(before, properties)), new: before === undefined };
}
