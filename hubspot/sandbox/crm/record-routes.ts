/** `/crm/v3/objects/{type}`: one record at a time, and lists of them. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { invalid } from '../http/errors.ts';
import { decodeCursor, encodeCursor, flag, limit, names, pagingAfter, parsed } from '../http/input.ts';
import type { World } from '../world.ts';
import { findObjectType } from './object-types.ts';
import { type Place, type RecordRow, recordFromRow } from './record.ts';
import {
  associationRequests,
  maxWithHistory,
  propertyValues,
  reference,
  type TypeParams,
  typeCaller,
} from './record-input.ts';
import { findRecord, requireRecord } from './record-lookup.ts';
import { recordView, type Shown, wholeRecordView } from './record-view.ts';
import { archiveRecord, createRecord, updateRecord } from './record-writes.ts';

const createBody = z.object({ properties: propertyValues, associations: associationRequests.nullish() });
const updateBody = z.object({ properties: propertyValues });

const shownQuery = {
  properties: names.default([]),
  propertiesWithHistory: names.default([]),
  associations: names.default([]),
  archived: flag.default(false),
};
const readQuery = z.object({ ...shownQuery, idProperty: z.string().optional() });
const listQuery = z.object({
  ...shownQuery,
  limit: limit({ initial: 10, max: 100 }),
  after: z.string().optional(),
});

type RecordParams = { Params: { type: string; id: string } };

export function recordRoutes(server: FastifyInstance, world: World): void {
  server.post<TypeParams>('/crm/v3/objects/:type', (request, reply) => {
    const caller = typeCaller(world, request, 'write');
    const { properties, associations } = parsed(createBody, request.body);
    const record = world.store.transaction(() =>
      createRecord(world, caller.actor, caller.type, { properties, associations: associations ?? [] }),
    );
    void reply.header('location', `${request.url}/${record.id}`);
    return reply.code(201).send(wholeRecordView(world, record));
  });

  server.get<RecordParams>('/crm/v3/objects/:type/:id', (request) => {
    const caller = typeCaller(world, request, 'read');
    const query = parsed(readQuery, request.query);
    const record = requireRecord(world, reference(caller, request.params.id, query.idProperty), query);
    return recordView(world, record, shown(query));
  });

  server.patch<RecordParams>('/crm/v3/objects/:type/:id', (request) => {
    const caller = typeCaller(world, request, 'write');
    const { idProperty } = parsed(readQuery, request.query);
    const { properties } = parsed(updateBody, request.body);
    const record = world.store.transaction(() => {
      const before = requireRecord(world, reference(caller, request.params.id, idProperty));
      return updateRecord(world, caller.actor, before, { properties });
    });
    return recordView(world, record, { properties: Object.keys(properties) });
  });

  server.delete<RecordParams>('/crm/v3/objects/:type/:id', (request, reply) => {
    const caller = typeCaller(world, request, 'write');
    world.store.transaction(() => {
      const record = findRecord(world, reference(caller, request.params.id));
      if (record?.archivedAt !== null && record !== undefined) return;
      archiveRecord(world, caller.actor, requireRecord(world, reference(caller, request.params.id)));
    });
    return reply.code(204).send();
  });

  server.get<TypeParams>('/crm/v3/objects/:type', (request) => {
    const caller = typeCaller(world, request, 'read');
    const query = parsed(listQuery, request.query);
    if (query.propertiesWithHistory.length > 0 && query.limit > maxWithHistory) {
      throw invalid(`The limit is at most ${maxWithHistory} when propertiesWithHistory are requested.`);
    }
    const records = page(world, caller, query);
    const last = records.length > query.limit ? records[query.limit - 1] : undefined;
    const after = last === undefined ? undefined : encodeCursor(last.id);
    return {
      results: records.slice(0, query.limit).map((record) => recordView(world, record, shown(query))),
      ...pagingAfter(after, `${world.url()}${request.originalUrl}`),
    };
  });
}

/** One record more than the page holds, so that the last page is known. */
function page(world: World, { portalId, type }: Place, query: z.output<typeof listQuery>) {
  const state = query.archived ? 'NOT NULL' : 'NULL';
  return world.store
    .all<RecordRow>(
      `SELECT * FROM records WHERE portal_id = ? AND type = ? AND id > ? AND archived_at IS ${state} ORDER BY id LIMIT ?`,
      portalId,
      type,
      Number(decodeCursor(query.after)),
      query.limit + 1,
    )
    .map((row) => recordFromRow({ portalId, type }, row));
}

const shown = (query: z.output<typeof readQuery>): Shown => ({
  properties: query.properties,
  history: query.propertiesWithHistory,
  associations: query.associations.flatMap((name) => findObjectType(name) ?? []),
});
