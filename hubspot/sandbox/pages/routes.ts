/** The sandbox's own pages: HubSpot's screens, as far as a demonstration needs them. */
import type { FastifyInstance } from 'fastify';
import type { World } from '../world.ts';
import { behaviourPageRoutes } from './behaviour-routes.ts';
import { contactRoutes } from './contact-routes.ts';
import { dealRoutes } from './deal-routes.ts';
import { logRoutes } from './log-routes.ts';
import { settingsRoutes } from './settings-routes.ts';
import { stylesheet } from './style.ts';

export function pageRoutes(server: FastifyInstance, world: World): void {
  server.get('/style.css', (_request, reply) => reply.type('text/css; charset=utf-8').send(stylesheet));
  contactRoutes(server, world);
  dealRoutes(server, world);
  logRoutes(server, world);
  settingsRoutes(server, world);
  behaviourPageRoutes(server, world);
}
