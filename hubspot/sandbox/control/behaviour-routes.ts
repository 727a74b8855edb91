/** How the sandbox behaves: webhooks, limits, search lag and faults. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { faultSchema } from '../http/faults.ts';
import { parsed } from '../http/input.ts';
import type { WebhookBatch } from '../webhooks/batches.ts';
import { maxConcurrentRequests } from '../webhooks/delivery.ts';
import type { World } from '../world.ts';

const delayMs = z.number().int().min(0).max(86_400_000);

const webhooksBody = z.strictObject({
  targetUrl: z.url().nullable().optional(),
  enabled: z.boolean().optional(),
  shuffleSeed: z.number().int().nullable().optional(),
  duplicate: z.boolean().optional(),
  retryDelaysMs: z.array(delayMs).max(10).optional(),
  batchWindowMs: z.number().int().min(0).max(60_000).optional(),
  subscriptions: z
    .array(
      z.strictObject({
        eventType: z.string(),
        propertyName: z.string().nullable().default(null),
        active: z.boolean().default(true),
      }),
    )
    .max(1000)
    .optional(),
});
const limitsBody = z.strictObject({
  enabled: z.boolean(),
  maximum: z.number().int().min(1).optional(),
  intervalMs: z.number().int().min(1).optional(),
  searchPerSecond: z.number().int().min(1).optional(),
});
const searchBody = z.strictObject({ lagMs: z.number().int().min(0).max(3_600_000) });
const faultsBody = z.strictObject({ faults: z.array(faultSchema).max(100) });

const shownDeliveries = 50;

export function behaviourRoutes(server: FastifyInstance, world: World): void {
  const webhooks = () => ({
    ...world.webhooks.settings,
    maxConcurrentRequests,
    ...world.webhooks.batches.counts(),
    recent: world.webhooks.batches.recent(shownDeliveries).map(deliveryView),
  });

  server.get('/sandbox/webhooks', webhooks);

  server.put('/sandbox/webhooks', (request) => {
    const { subscriptions, ...settings } = parsed(webhooksBody, request.body);
    if (subscriptions !== undefined) world.webhooks.subscribe(subscriptions);
    const change = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
    world.webhooks.change(change);
    return webhooks();
  });

  server.get('/sandbox/limits', () => world.limits.settings);

  server.put('/sandbox/limits', (request) => {
    const given = Object.entries(parsed(limitsBody, request.body)).filter(([, value]) => value !== undefined);
    world.limits.settings = { ...world.limits.settings, ...Object.fromEntries(given) };
    world.limits.clear();
    return world.limits.settings;
  });

  server.put('/sandbox/search', (request) => {
    world.search.lagMs = parsed(searchBody, request.body).lagMs;
    if (world.search.lagMs === 0) world.store.run('DELETE FROM search_shadows');
    return world.search;
  });

  server.get('/sandbox/faults', () => ({ faults: world.faults.list() }));

  server.put('/sandbox/faults', (request) => {
    world.faults.arm(parsed(faultsBody, request.body).faults);
    return { faults: world.faults.list() };
  });

  server.delete('/sandbox/faults', (_request, reply) => {
    world.faults.arm([]);
    return reply.code(204).send();
  });
}

const deliveryView = ({ n, portalId, events, attempt, state, status, dueAt, settledAt }: WebhookBatch) => ({
  n,
  portalId,
  events,
  attempt,
  state,
  status,
  dueAt: new Date(dueAt).toISOString(),
  settledAt: settledAt === null ? null : new Date(settledAt).toISOString(),
});
