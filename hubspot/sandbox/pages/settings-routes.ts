/** What a portal's administrator sets up: properties, the connected app, sample contacts, further accounts. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { seedContacts } from '../control/seed.ts';
import { objectTypes } from '../crm/object-types.ts';
import { createProperty, newProperty } from '../crm/property-changes.ts';
import { currencyCodes, standardGroups } from '../crm/standard-properties.ts';
import { parsed } from '../http/input.ts';
import { uninstall } from '../oauth/installs.ts';
import { createPortal } from '../portal-setup.ts';
import type { World } from '../world.ts';
import { shownPortal } from './fields.ts';
import { fieldChoices, settingsPage } from './settings-page.ts';

const propertyForm = z.object({
  type: z.enum(objectTypes),
  label: z.string().trim().min(1),
  name: z.string().trim().default(''),
  field: z.string(),
  unique: z.literal('on').optional(),
});
const seedForm = z.object({ contacts: z.coerce.number().int().min(1).max(100_000) });
const uninstallForm = z.object({ app_id: z.string().optional() });
const portalForm = z.object({
  currency: z.enum(currencyCodes),
  several: z.literal('on').optional(),
});

type PortalParams = { Params: { portalId: string } };

export function settingsRoutes(server: FastifyInstance, world: World): void {
  const portalOfPath = ({ portalId }: PortalParams['Params']): number =>
    shownPortal(world, { portal: portalId });

  server.get('/settings', (request, reply) =>
    reply.type('text/html; charset=utf-8').send(settingsPage(world, shownPortal(world, request.query))),
  );

  server.post<PortalParams>('/settings/:portalId/properties', (request, reply) => {
    const portalId = portalOfPath(request.params);
    const { type, label, name, field, unique } = parsed(propertyForm, request.body);
    const choice = fieldChoices.find(({ fieldType }) => fieldType === field) ?? fieldChoices[0];
    const property = parsed(newProperty, {
      name: name || internalName(label),
      label,
      groupName: standardGroups[type].name,
      type: choice.type,
      fieldType: choice.fieldType,
      hasUniqueValue: unique === 'on',
    });
    createProperty(world, { portalId, type }, property);
    return reply.redirect(`/settings?portal=${portalId}`, 303);
  });

  server.post<PortalParams>('/settings/:portalId/uninstall', (request, reply) => {
    const portalId = portalOfPath(request.params);
    const { app_id: appId = world.apps.first.appId } = parsed(uninstallForm, request.body ?? {});
    uninstall(world, { appId, portalId });
    return reply.redirect(`/settings?portal=${portalId}`, 303);
  });

  server.post<PortalParams>('/settings/:portalId/seed', async (request, reply) => {
    const portalId = portalOfPath(request.params);
    const { contacts } = parsed(seedForm, request.body);
    await seedContacts(world, portalId, { contacts, seed: 1 });
    return reply.redirect(`/?portal=${portalId}`, 303);
  });

  server.post('/settings/accounts', (request, reply) => {
    const { currency, several } = parsed(portalForm, request.body);
    const { id } = createPortal(world, {
      currency,
      additionalCurrencies: several === 'on' ? currencyCodes : [],
    });
    return reply.redirect(`/settings?portal=${id}`, 303);
  });
}

/** HubSpot makes a property's internal name from its label, once and for all. */
const internalName = (label: string): string =>
  label
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[_0-9]+|_+$/g, '');
