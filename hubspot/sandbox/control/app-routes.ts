/** Further apps beside the one that the sandbox was started with. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { RegisteredApp } from '../apps.ts';
import { parsed } from '../http/input.ts';
import { forgetApp } from '../oauth/installs.ts';
import type { World } from '../world.ts';

const newApp = z.strictObject({
  appId: z.string().regex(/^\d+$/).optional(),
  clientId: z.string().min(1).optional(),
  clientSecret: z.string().min(1).optional(),
  name: z.string().min(1).optional(),
  redirectUrls: z.array(z.url()).max(100).default([]),
  webhookUrl: z.url().nullable().optional(),
});

export function appRoutes(server: FastifyInstance, world: World): void {
  server.get('/sandbox/apps', () => ({ results: world.apps.all().map(appView) }));

  server.post('/sandbox/apps', (request, reply) => {
    const { redirectUrls, ...given } = parsed(newApp, request.body ?? {});
    const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const app = world.apps.register({ ...known, redirectUrls });
    world.webhooks.add(app);
    return reply.code(201).send({ ...appView(app), clientSecret: app.clientSecret });
  });

  server.delete<{ Params: { appId: string } }>('/sandbox/apps/:appId', async (request, reply) => {
    const { appId } = request.params;
    world.store.transaction(() => {
      world.apps.remove(appId);
      forgetApp(world, appId);
      world.actions.forgetApp(appId);
    });
    await world.webhooks.remove(appId);
    return reply.code(204).send();
  });
}

/** Without the secret, which only the answer to its registration tells. */
const appView = ({ appId, name, clientId, developerKey, redirectUrls, webhookUrl }: RegisteredApp) => ({
  appId,
  name,
  clientId,
  developerKey,
  redirectUrls,
  webhookUrl,
});
