/** HubSpot's API for an app's webhook address and subscriptions, opened by the developer's key in the query. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { developersApp } from '../http/developer.ts';
import { notFound } from '../http/errors.ts';
import { parsed } from '../http/input.ts';
import type { World } from '../world.ts';
import type { WebhookQueue } from './queue.ts';
import {
  addSubscription,
  removeSubscription,
  requireSubscription,
  setActive,
} from './subscription-changes.ts';
import { eventTypes, maxSubscriptions, type Subscription } from './subscriptions.ts';

const settingsBody = z.object({
  targetUrl: z.url(),
  throttling: z.object({ maxConcurrentRequests: z.number().int().min(6) }),
});
const createBody = z.object({
  eventType: z.enum(eventTypes),
  propertyName: z.string().nullish(),
  objectTypeId: z.enum(['0-1', '0-3']).nullish(),
  active: z.boolean().default(false),
});
const activeBody = z.object({ active: z.boolean() });
const batchBody = z.object({
  inputs: z.array(z.object({ id: z.coerce.number(), active: z.boolean() })).max(maxSubscriptions),
});

type SubscriptionParams = { Params: { appId: string; id: string } };

export function webhookManagementRoutes(server: FastifyInstance, world: World): void {
  const base = '/webhooks/v3/:appId';
  const queue = (request: FastifyRequest): WebhookQueue =>
    world.webhooks.of(developersApp(world, request).appId);

  server.get(`${base}/settings`, (request) => settingsView(queue(request)));

  server.put(`${base}/settings`, (request) => {
    const own = queue(request);
    const { targetUrl, throttling } = parsed(settingsBody, request.body);
    own.changeLater({ targetUrl, maxConcurrentRequests: throttling.maxConcurrentRequests });
    return settingsView(own);
  });

  server.delete(`${base}/settings`, (request, reply) => {
    queue(request).changeLater({ targetUrl: null });
    return reply.code(204).send();
  });

  server.get(`${base}/subscriptions`, (request) => ({
    results: queue(request).settings.subscriptions.map(subscriptionView),
  }));

  server.post(`${base}/subscriptions`, (request, reply) => {
    const created = addSubscription(queue(request), parsed(createBody, request.body), world.now());
    return reply.code(201).send(subscriptionView(created));
  });

  server.post(`${base}/subscriptions/batch/update`, (request) => {
    const own = queue(request);
    const startedAt = new Date(world.now()).toISOString();
    const { inputs } = parsed(batchBody, request.body);
    const results = inputs.map(({ id, active }) => setActive(own, { id, active, now: world.now() }));
    const completedAt = new Date(world.now()).toISOString();
    return { status: 'COMPLETE', results: results.map(subscriptionView), startedAt, completedAt };
  });

  server.get<SubscriptionParams>(`${base}/subscriptions/:id`, (request) =>
    subscriptionView(requireSubscription(queue(request), Number(request.params.id))),
  );

  server.patch<SubscriptionParams>(`${base}/subscriptions/:id`, (request) => {
    const { active } = parsed(activeBody, request.body);
    const change = { id: Number(request.params.id), active, now: world.now() };
    return subscriptionView(setActive(queue(request), change));
  });

  server.delete<SubscriptionParams>(`${base}/subscriptions/:id`, (request, reply) => {
    removeSubscription(queue(request), Number(request.params.id));
    return reply.code(204).send();
  });
}

function settingsView({ settings }: WebhookQueue) {
  const { targetUrl, maxConcurrentRequests, updatedAt } = settings;
  if (targetUrl === null) throw notFound('The app has no webhook settings.');
  const at = new Date(updatedAt).toISOString();
  return { targetUrl, throttling: { maxConcurrentRequests }, createdAt: at, updatedAt: at };
}

const subscriptionView = (subscription: Subscription) => ({
  id: String(subscription.id),
  eventType: subscription.eventType,
  ...(subscription.propertyName === null ? {} : { propertyName: subscription.propertyName }),
  ...(subscription.objectTypeId === null ? {} : { objectTypeId: subscription.objectTypeId }),
  active: subscription.active,
  createdAt: new Date(subscription.createdAt).toISOString(),
  updatedAt: new Date(subscription.updatedAt).toISOString(),
});
