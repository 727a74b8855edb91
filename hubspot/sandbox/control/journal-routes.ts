/** What happened: requests, creates and writes by the app; and starting over. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { creates, writes } from '../crm/app-journal.ts';
import { parsed } from '../http/input.ts';
import { hubSpotLimits } from '../http/limits.ts';
import type { LoggedRequest } from '../http/request-log.ts';
import { ensureFirstPortal } from '../portal-setup.ts';
import type { World } from '../world.ts';

const portalId = z.coerce.number().int().optional();
const logQuery = z.object({
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(10_000).default(1000),
  portalId,
  path: z.string().optional(),
});
const countsQuery = z.object({ portalId, path: z.string().optional() });
const createsQuery = z.object({ portalId, appId: z.string().optional() });
const writesQuery = createsQuery.extend({ property: z.string().optional() });

export function journalRoutes(server: FastifyInstance, world: World): void {
  server.get('/sandbox/log', (request) => {
    const results = world.log.read(parsed(logQuery, request.query));
    return { results: results.map(logView), after: results.at(-1)?.n ?? null };
  });

  server.get('/sandbox/log/counts', (request) => ({
    results: world.log.counts(parsed(countsQuery, request.query)),
  }));

  server.get('/sandbox/creates', (request) => ({
    results: creates(world, parsed(createsQuery, request.query)),
  }));

  server.get('/sandbox/writes', (request) => ({
    results: writes(world, parsed(writesQuery, request.query)),
  }));

  server.post('/sandbox/reset', (_request, reply) => {
    world.log.clear();
    world.store.reset();
    world.catalog.forgetAll();
    world.faults.arm([]);
    world.apps.restore();
    world.limits.change(hubSpotLimits);
    world.search.restore();
    world.webhooks.restore();
    ensureFirstPortal(world);
    return reply.code(204).send();
  });
}

const logView = ({ at, finishedAt, ...entry }: LoggedRequest) => ({
  ...entry,
  at: new Date(at).toISOString(),
  finishedAt: finishedAt === null ? null : new Date(finishedAt).toISOString(),
});
