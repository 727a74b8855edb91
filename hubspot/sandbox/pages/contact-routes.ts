/** Contacts: a searchable list, and one contact to be changed, archived or merged. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { archiveAsPerson, createAsPerson, editAsPerson, mergeAsPerson } from '../control/person.ts';
import { requireRecord } from '../crm/record-lookup.ts';
import { parsed } from '../http/input.ts';
import type { World } from '../world.ts';
import { contactList } from './contact-list.ts';
import { contactPage, editedNames } from './contact-page.ts';
import { formValues, recordPath, shownPortal } from './fields.ts';
import { editable } from './record-parts.ts';

const listQuery = z.object({
  q: z.string().default(''),
  after: z.coerce.number().int().min(0).catch(0).default(0),
});
const mergeForm = z.object({ other_id: z.string().trim() });

type RecordParams = { Params: { portalId: string; id: string } };

export function contactRoutes(server: FastifyInstance, world: World): void {
  const send = { type: 'text/html; charset=utf-8' } as const;
  const reference = ({ portalId, id }: RecordParams['Params']) =>
    ({ portalId: shownPortal(world, { portal: portalId }), type: 'contacts', id }) as const;

  server.get('/', (request, reply) => {
    const portalId = shownPortal(world, request.query);
    const { q, after } = parsed(listQuery, request.query);
    return reply.type(send.type).send(contactList(world, { portalId, text: q, after }));
  });

  server.post('/contacts/:portalId/new', (request, reply) => {
    const portalId = shownPortal(world, { portal: (request.params as { portalId: string }).portalId });
    const given = Object.entries(parsed(formValues, request.body)).filter(([, value]) => value !== '');
    const { id } = createAsPerson(
      world,
      { portalId, type: 'contacts' },
      { properties: Object.fromEntries(given) },
    );
    return reply.redirect(recordPath(portalId, '0-1', id), 303);
  });

  server.get<RecordParams>('/contacts/:portalId/record/0-1/:id', (request, reply) => {
    const contact = requireRecord(world, reference(request.params));
    return reply.type(send.type).send(contactPage(world, contact));
  });

  server.post<RecordParams>('/contacts/:portalId/record/0-1/:id', (request, reply) => {
    const contact = requireRecord(world, reference(request.params));
    const form = parsed(formValues, request.body);
    const changed = editable(world, contact, editedNames)
      .map(({ name }) => name)
      .filter((name) => form[name] !== undefined && form[name] !== (contact.values[name] ?? ''));
    const properties = Object.fromEntries(changed.map((name) => [name, form[name] ?? '']));
    editAsPerson(world, reference(request.params), { properties });
    return reply.redirect(recordPath(contact.portalId, '0-1', contact.id), 303);
  });

  server.post<RecordParams>('/contacts/:portalId/record/0-1/:id/archive', (request, reply) => {
    archiveAsPerson(world, reference(request.params));
    return reply.redirect(`/?portal=${request.params.portalId}`, 303);
  });

  server.post<RecordParams>('/contacts/:portalId/record/0-1/:id/merge', (request, reply) => {
    const primary = requireRecord(world, reference(request.params));
    const { other_id: otherId } = parsed(mergeForm, request.body);
    const merged = mergeAsPerson(world, primary, { primaryId: String(primary.id), otherId });
    return reply.redirect(recordPath(primary.portalId, '0-1', merged.id), 303);
  });
}
