/** What an administrator sets up in a portal: colleagues, private apps, and rules for writes; and the notes that apps left. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { notesOf } from '../crm/notes.ts';
import { objectTypes } from '../crm/object-types.ts';
import { setWriteRules, writeRules, writeRulesSchema } from '../crm/write-rules.ts';
import { notFound } from '../http/errors.ts';
import { parsed } from '../http/input.ts';
import { createPrivateToken, deletePrivateToken, privateTokens } from '../oauth/private-tokens.ts';
import { knownScopes } from '../oauth/scopes.ts';
import { insertOwner, portalOf } from '../portals.ts';
import type { World } from '../world.ts';
import { portalParams } from './portal-routes.ts';

const ownerBody = z.strictObject({
  email: z.email(),
  firstName: z.string().default(''),
  lastName: z.string().default(''),
});
const tokenBody = z.strictObject({
  name: z.string().min(1).default('Private app'),
  scopes: z.array(z.enum(knownScopes)).default([...knownScopes]),
  maximum: z.number().int().min(1).default(190),
});
const tokenParams = portalParams.extend({ appId: z.string() });
const rulesBody = writeRulesSchema.extend({ objectType: z.enum(objectTypes) });

export function accountControlRoutes(server: FastifyInstance, world: World): void {
  const portalId = (request: FastifyRequest): number =>
    portalOf(world.store, parsed(portalParams, request.params).portalId).id;

  server.post('/sandbox/portals/:portalId/owners', (request, reply) => {
    const portal = portalId(request);
    const owner = insertOwner(world.store, portal, {
      ...parsed(ownerBody, request.body),
      createdAt: world.now(),
    });
    world.catalog.forget(portal);
    return reply.code(201).send({ ...owner, id: String(owner.id) });
  });

  server.get('/sandbox/portals/:portalId/notes', (request) => ({
    results: notesOf(world, portalId(request)).map(({ id, at, body, about }) => ({
      id: String(id),
      at: new Date(at).toISOString(),
      body,
      about: about.map((record) => ({ objectType: record.type, id: String(record.id) })),
    })),
  }));

  server.get('/sandbox/portals/:portalId/private-tokens', (request) => ({
    results: privateTokens(world, portalId(request)),
  }));

  server.post('/sandbox/portals/:portalId/private-tokens', (request, reply) => {
    const given = parsed(tokenBody, request.body ?? {});
    return reply.code(201).send(createPrivateToken(world, { portalId: portalId(request), ...given }));
  });

  server.delete('/sandbox/portals/:portalId/private-tokens/:appId', (request, reply) => {
    const { appId } = parsed(tokenParams, request.params);
    if (!deletePrivateToken(world, portalId(request), appId)) throw notFound(`There is no app ${appId}.`);
    return reply.code(204).send();
  });

  server.get('/sandbox/portals/:portalId/write-rules', (request) => {
    const portal = portalId(request);
    return Object.fromEntries(
      objectTypes.map((type) => [type, writeRules(world, { portalId: portal, type })]),
    );
  });

  server.put('/sandbox/portals/:portalId/write-rules', (request) => {
    const { objectType: type, ...rules } = parsed(rulesBody, request.body);
    const place = { portalId: portalId(request), type };
    setWriteRules(world, place, rules);
    return writeRules(world, place);
  });
}
