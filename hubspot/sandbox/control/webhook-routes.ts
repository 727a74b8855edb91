/** The webhooks of an app, without HubSpot's developer key: the first app's, or those of `?appId=`. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { parsed } from '../http/input.ts';
import type { WebhookBatch } from '../webhooks/batch.ts';
import type { WebhookQueue } from '../webhooks/queue.ts';
import { maxSubscriptions } from '../webhooks/subscriptions.ts';
import type { World } from '../world.ts';
import { given } from './behaviour-routes.ts';

const delayMs = z.number().int().min(0).max(86_400_000);

const webhooksBody = z.strictObject({
  targetUrl: z.url().nullable().optional(),
  enabled: z.boolean().optional(),
  shuffleSeed: z.number().int().nullable().optional(),
  duplicate: z.boolean().optional(),
  retryDelaysMs: z.array(delayMs).max(10).optional(),
  batchWindowMs: z.number().int().min(0).max(60_000).optional(),
  maxConcurrentRequests: z.number().int().min(1).max(100).optional(),
  settingsCacheMs: z.number().int().min(0).max(300_000).optional(),
  subscriptions: z
    .array(
      z.strictObject({
        eventType: z.string(),
        propertyName: z.string().nullable().default(null),
        objectTypeId: z.string().nullable().default(null),
        active: z.boolean().default(true),
      }),
    )
    .max(maxSubscriptions)
    .optional(),
});
const appQuery = z.object({ appId: z.string().optional() });

const shownDeliveries = 50;

export function webhookRoutes(server: FastifyInstance, world: World): void {
  const queueOf = (request: FastifyRequest): WebhookQueue =>
    world.webhooks.of(parsed(appQuery, request.query).appId ?? world.apps.first.appId);

  server.get('/sandbox/webhooks', (request) => webhooksView(queueOf(request)));

  server.put('/sandbox/webhooks', (request) => {
    const queue = queueOf(request);
    const { subscriptions, ...settings } = parsed(webhooksBody, request.body);
    if (subscriptions !== undefined) queue.subscribe(subscriptions);
    queue.change(given(settings));
    return webhooksView(queue);
  });
}

const webhooksView = ({ app, settings, batches }: WebhookQueue) => ({
  appId: app.appId,
  ...settings,
  updatedAt: new Date(settings.updatedAt).toISOString(),
  subscriptions: settings.subscriptions.map(
    ({ createdAt: _created, updatedAt: _updated, ...subscription }) => subscription,
  ),
  ...batches.counts(),
  recent: batches.recent(shownDeliveries).map(deliveryView),
});

const deliveryView = ({ dueAt, settledAt, tries, ...batch }: WebhookBatch) => ({
  ...batch,
  dueAt: new Date(dueAt).toISOString(),
  settledAt: settledAt === null ? null : new Date(settledAt).toISOString(),
  tries: tries.map(({ at, status }) => ({ at: new Date(at).toISOString(), status })),
});
