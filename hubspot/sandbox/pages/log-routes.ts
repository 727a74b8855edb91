/** What went out and what came in: webhook deliveries and API requests, newest first. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { parsed } from '../http/input.ts';
import type { World } from '../world.ts';
import { shownPortal } from './fields.ts';
import { requestPage } from './request-page.ts';
import { webhookPage } from './webhook-page.ts';

const requestsQuery = z.object({ path: z.string().trim().default('') });
const webhooksQuery = z.object({ app: z.string().optional() });

export function logRoutes(server: FastifyInstance, world: World): void {
  server.get('/webhooks', (request, reply) => {
    const { app = world.apps.first.appId } = parsed(webhooksQuery, request.query);
    const content = { portalId: shownPortal(world, request.query), queue: world.webhooks.of(app) };
    return reply.type('text/html; charset=utf-8').send(webhookPage(world, content));
  });

  server.get('/requests', (request, reply) => {
    const { path } = parsed(requestsQuery, request.query);
    const content = { portalId: shownPortal(world, request.query), path };
    return reply.type('text/html; charset=utf-8').send(requestPage(world, content));
  });
}
