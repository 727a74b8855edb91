/** `/crm/v3/objects/notes`: making a note on records, and reading one. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { callerWith } from '../http/caller.ts';
import { invalid, recordNotFound } from '../http/errors.ts';
import { parsed } from '../http/input.ts';
import type { World } from '../world.ts';
import { createNote, type Note, notesOf } from './notes.ts';
import { associationRequests } from './record-input.ts';
import { instant } from './validation.ts';

const createBody = z.object({
  properties: z.object({
    hs_timestamp: z.union([z.string(), z.number()]).transform(String),
    hs_note_body: z.string().default(''),
  }),
  associations: associationRequests.nullish(),
});

export function noteRoutes(server: FastifyInstance, world: World): void {
  server.post('/crm/v3/objects/notes', (request, reply) => {
    const { portalId } = callerWith(world, request, 'crm.objects.contacts.write');
    const { properties, associations } = parsed(createBody, request.body);
    const at = instant(properties.hs_timestamp);
    if (at === undefined) throw invalid(`${properties.hs_timestamp} was not a valid date.`);
    const note = { body: properties.hs_note_body, at, associations: associations ?? [] };
    return reply.code(201).send(noteView(createNote(world, portalId, note)));
  });

  server.get<{ Params: { id: string } }>('/crm/v3/objects/notes/:id', (request) => {
    const { portalId } = callerWith(world, request, 'crm.objects.contacts.read');
    const note = notesOf(world, portalId).find(({ id }) => String(id) === request.params.id);
    if (note === undefined) throw recordNotFound(request.params.id);
    return noteView(note);
  });
}

function noteView({ id, body, at, createdAt }: Note) {
  const made = new Date(createdAt).toISOString();
  return {
    id: String(id),
    properties: {
      hs_createdate: made,
      hs_lastmodifieddate: made,
      hs_note_body: body,
      hs_object_id: String(id),
      hs_timestamp: new Date(at).toISOString(),
    },
    createdAt: made,
    updatedAt: made,
    archived: false,
  };
}
