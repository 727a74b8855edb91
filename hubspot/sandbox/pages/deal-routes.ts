/** Deals: a board of stages on which a deal is moved by a choice, and one deal to be changed. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { createAsPerson, editAsPerson } from '../control/person.ts';
import { pipelinesOf } from '../crm/pipelines.ts';
import type { CrmRecord } from '../crm/record.ts';
import { findRecord, requireRecord } from '../crm/record-lookup.ts';
import { invalid } from '../http/errors.ts';
import { parsed } from '../http/input.ts';
import type { World } from '../world.ts';
import { boardPage, boardPath } from './deal-board.ts';
import { dealPage, editedNames } from './deal-page.ts';
import { formValues, recordPath, shownPortal } from './fields.ts';
import { editable } from './record-parts.ts';

const boardQuery = z.object({ pipeline: z.string().optional() });
const moveForm = z.object({ dealstage: z.string() });
const newForm = z.object({
  dealname: z.string(),
  amount: z.string().default(''),
  dealstage: z.string(),
  pipeline: z.string(),
  contact: z.string().trim().default(''),
});
const sendType = 'text/html; charset=utf-8';

type RecordParams = { Params: { portalId: string; id: string } };

export function dealRoutes(server: FastifyInstance, world: World): void {
  const reference = ({ portalId, id }: RecordParams['Params']) =>
    ({ portalId: shownPortal(world, { portal: portalId }), type: 'deals', id }) as const;

  server.get('/deals', (request, reply) => {
    const portalId = shownPortal(world, request.query);
    const pipelines = pipelinesOf(world.store, portalId);
    const { pipeline } = parsed(boardQuery, request.query);
    const shown = pipelines.find(({ id }) => id === pipeline) ?? pipelines[0];
    if (shown === undefined) throw invalid('The portal has no pipeline.');
    return reply.type(sendType).send(boardPage(world, portalId, { pipelines, shown }));
  });

  server.post<{ Params: { portalId: string } }>('/deals/:portalId/new', (request, reply) => {
    const portalId = shownPortal(world, { portal: request.params.portalId });
    const { contact, ...properties } = parsed(newForm, request.body);
    const person = contact === '' ? undefined : contactNamed(world, portalId, contact);
    createAsPerson(
      world,
      { portalId, type: 'deals' },
      { properties, ...(person === undefined ? {} : { contactId: String(person.id) }) },
    );
    return reply.redirect(boardPath(portalId, properties.pipeline), 303);
  });

  server.post<RecordParams>('/contacts/:portalId/record/0-3/:id/move', (request, reply) => {
    const { dealstage } = parsed(moveForm, request.body);
    const deal = editAsPerson(world, reference(request.params), { properties: { dealstage } });
    return reply.redirect(boardPath(deal.portalId, deal.values['pipeline'] ?? ''), 303);
  });

  server.get<RecordParams>('/contacts/:portalId/record/0-3/:id', (request, reply) =>
    reply.type(sendType).send(dealPage(world, requireRecord(world, reference(request.params)))),
  );

  server.post<RecordParams>('/contacts/:portalId/record/0-3/:id', (request, reply) => {
    const deal = requireRecord(world, reference(request.params));
    const form = parsed(formValues, request.body);
    const changed = editable(world, deal, editedNames)
      .map(({ name }) => name)
      .filter((name) => form[name] !== undefined && form[name] !== (deal.values[name] ?? ''));
    editAsPerson(world, reference(request.params), {
      properties: Object.fromEntries(changed.map((name) => [name, form[name] ?? ''])),
    });
    return reply.redirect(recordPath(deal.portalId, '0-3', deal.id), 303);
  });
}

function contactNamed(world: World, portalId: number, text: string): CrmRecord {
  const place = { portalId, type: 'contacts', id: text } as const;
  const found = text.includes('@')
    ? findRecord(world, { ...place, idProperty: 'email' })
    : findRecord(world, place);
  if (found === undefined || found.archivedAt !== null) throw invalid(`There is no contact ${text}.`);
  return found;
}
