/** Merging two records, and deleting a contact for good. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { objectCaller } from '../http/caller.ts';
import { parsed } from '../http/input.ts';
import type { World } from '../world.ts';
import { mergeRecords } from './merge.ts';
import { blockEmail, eraseContact } from './privacy.ts';
import { normalEmail } from './record.ts';
import { reference, type TypeParams, typeCaller } from './record-input.ts';
import { findRecord, requireRecord } from './record-lookup.ts';
import { wholeRecordView } from './record-view.ts';

const mergeBody = z.object({ primaryObjectId: z.coerce.string(), objectIdToMerge: z.coerce.string() });
const eraseBody = z.object({ objectId: z.coerce.string(), idProperty: z.string().nullish() });

export function mergeRoutes(server: FastifyInstance, world: World): void {
  server.post<TypeParams>('/crm/v3/objects/:type/merge', (request) => {
    const caller = typeCaller(world, request, 'write');
    const { primaryObjectId, objectIdToMerge } = parsed(mergeBody, request.body);
    const merged = world.store.transaction(() =>
      mergeRecords(world, caller.actor, {
        primary: requireRecord(world, reference(caller, primaryObjectId)),
        other: requireRecord(world, reference(caller, objectIdToMerge)),
      }),
    );
    return wholeRecordView(world, merged);
  });

  server.post('/crm/v3/objects/contacts/gdpr-delete', (request, reply) => {
    const caller = { ...objectCaller(world, request, 'contacts', 'write'), type: 'contacts' as const };
    const { objectId, idProperty } = parsed(eraseBody, request.body);
    world.store.transaction(() => {
      const target = reference(caller, objectId, idProperty ?? undefined);
      const record = findRecord(world, target);
      if (record !== undefined) eraseContact(world, caller.actor, record);
      else if (idProperty === 'email') blockEmail(world, caller.portalId, normalEmail(objectId));
      else eraseContact(world, caller.actor, requireRecord(world, target));
    });
    return reply.code(204).send();
  });
}
