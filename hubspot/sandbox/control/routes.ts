/**
 * `/sandbox/…`: what tests, the demo and people order of the sandbox itself. JSON, no login; none of it counts as a
 * request to HubSpot.
 */
import type { FastifyInstance } from 'fastify';
import type { World } from '../world.ts';
import { accountControlRoutes } from './account-routes.ts';
import { actionControlRoutes } from './action-routes.ts';
import { appRoutes } from './app-routes.ts';
import { behaviourRoutes } from './behaviour-routes.ts';
import { journalRoutes } from './journal-routes.ts';
import { personRoutes } from './person-routes.ts';
import { portalRoutes } from './portal-routes.ts';
import { webhookRoutes } from './webhook-routes.ts';

export function controlRoutes(server: FastifyInstance, world: World): void {
  portalRoutes(server, world);
  personRoutes(server, world);
  appRoutes(server, world);
  accountControlRoutes(server, world);
  webhookRoutes(server, world);
  actionControlRoutes(server, world);
  behaviourRoutes(server, world);
  journalRoutes(server, world);
}
