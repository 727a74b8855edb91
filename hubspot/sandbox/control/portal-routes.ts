/** Portals, their installs, and filling them with records that no app made and no webhook tells. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { associate } from '../crm/associations.ts';
import { objectTypes } from '../crm/object-types.ts';
import { propertyView } from '../crm/property.ts';
import { createProperty, newProperty } from '../crm/property-changes.ts';
import { propertyValues } from '../crm/record-input.ts';
import { requireRecord } from '../crm/record-lookup.ts';
import { createRecord } from '../crm/record-writes.ts';
import { currencyCodes, standardGroups } from '../crm/standard-properties.ts';
import { notFound } from '../http/errors.ts';
import { parsed } from '../http/input.ts';
import { expireAccessTokens } from '../oauth/access-tokens.ts';
import { install } from '../oauth/grants.ts';
import { uninstall } from '../oauth/installs.ts';
import { knownScopes } from '../oauth/scopes.ts';
import { tokenBody } from '../oauth/token-routes.ts';
import { createPortal, deletePortal } from '../portal-setup.ts';
import { type Portal, portalOf, portals } from '../portals.ts';
import type { World } from '../world.ts';
import { given } from './behaviour-routes.ts';
import { seedContacts } from './seed.ts';

export const portalParams = z.object({ portalId: z.coerce.number().int().positive() });
/** An ISO instant, read as epoch milliseconds. */
export const isoInstant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

const portalBody = z.strictObject({
  portalId: z.number().int().positive().optional(),
  currency: z.string().length(3).optional(),
  additionalCurrencies: z.array(z.enum(currencyCodes)).optional(),
  timeZone: z.string().refine(isTimeZone, { error: 'must be an IANA time zone' }).optional(),
});
const contactsBody = z.strictObject({
  contacts: z.array(z.strictObject({ properties: propertyValues, at: isoInstant.optional() })).max(100_000),
});
const dealsBody = z.strictObject({
  deals: z
    .array(
      z.strictObject({
        properties: propertyValues,
        contactIds: z.array(z.coerce.string()).default([]),
        at: isoInstant.optional(),
      }),
    )
    .max(100_000),
});
/** A property as a person makes it; the rest is as in HubSpot's own API. */
const propertyBody = z.looseObject({ objectType: z.enum(objectTypes) });
const seedBody = z.strictObject({ contacts: z.number().int().min(1).max(2_000_000), seed: z.number().int() });
const appField = { appId: z.string().optional().describe('the first app when left out') };
const installBody = z.strictObject({ scopes: z.array(z.string()).optional(), ...appField });
const uninstallBody = z.strictObject(appField);

export function portalRoutes(server: FastifyInstance, world: World): void {
  const portalId = (params: unknown): number =>
    portalOf(world.store, parsed(portalParams, params).portalId).id;

  server.get('/sandbox/portals', () => ({
    results: portals(world.store).map(portalView),
  }));

  server.post('/sandbox/portals', (request, reply) => {
    const { portalId: id, ...settings } = parsed(portalBody, request.body ?? {});
    return reply.code(201).send(portalView(createPortal(world, given({ id, ...settings }))));
  });

  server.delete('/sandbox/portals/:portalId', (request, reply) => {
    if (!deletePortal(world, parsed(portalParams, request.params).portalId))
      throw notFound('There is no such portal.');
    return reply.code(204).send();
  });

  server.post('/sandbox/portals/:portalId/contacts', (request, reply) => {
    const actor = { kind: 'import', portalId: portalId(request.params) } as const;
    const { contacts } = parsed(contactsBody, request.body);
    const ids = world.store.transaction(() =>
      contacts.map(({ properties, at }) =>
        String(createRecord(world, actor, 'contacts', { properties, at }).id),
      ),
    );
    return reply.code(201).send({ ids });
  });

  server.post('/sandbox/portals/:portalId/deals', (request, reply) => {
    const actor = { kind: 'import', portalId: portalId(request.params) } as const;
    const { deals } = parsed(dealsBody, request.body);
    const ids = world.store.transaction(() =>
      deals.map(({ properties, contactIds, at }) => {
        const deal = createRecord(world, actor, 'deals', { properties, at });
        for (const id of contactIds) {
          const contact = requireRecord(world, { portalId: actor.portalId, type: 'contacts', id });
          associate(world, actor.portalId, { from: deal, to: contact, labels: [] });
        }
        return String(deal.id);
      }),
    );
    return reply.code(201).send({ ids });
  });

  server.post('/sandbox/portals/:portalId/properties', (request, reply) => {
    const { objectType: type, ...wanted } = parsed(propertyBody, request.body);
    const group = { groupName: standardGroups[type].name };
    const property = parsed(newProperty, { ...group, ...wanted });
    const created = createProperty(world, { portalId: portalId(request.params), type }, property);
    return reply.code(201).send(propertyView(created));
  });

  server.post('/sandbox/portals/:portalId/seed', async (request, reply) => {
    const portal = portalId(request.params);
    const { contacts, seed } = parsed(seedBody, request.body);
    return reply.code(201).send(await seedContacts(world, portal, { contacts, seed }));
  });

  server.post('/sandbox/portals/:portalId/install', (request, reply) => {
    const portal = portalId(request.params);
    const { scopes = knownScopes, appId } = parsed(installBody, request.body ?? {});
    const app = world.apps.require(appId ?? world.apps.first.appId);
    const body = world.store.transaction(() =>
      tokenBody(world, install(world, { appId: app.appId, portalId: portal, scopes })),
    );
    return reply.code(201).send(body);
  });

  server.post('/sandbox/portals/:portalId/uninstall', (request, reply) => {
    const { appId = world.apps.first.appId } = parsed(uninstallBody, request.body ?? {});
    uninstall(world, { appId: world.apps.require(appId).appId, portalId: portalId(request.params) });
    return reply.code(204).send();
  });

  server.post('/sandbox/portals/:portalId/expire-tokens', (request) => ({
    expired: expireAccessTokens(world, portalId(request.params)),
  }));
}

const portalView = ({ id, ...settings }: Portal) => ({ portalId: id, ...settings });

function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
