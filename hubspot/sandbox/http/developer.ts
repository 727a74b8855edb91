import type { FastifyRequest } from 'fastify';
import type { RegisteredApp } from '../apps.ts';
import type { World } from '../world.ts';
import { ApiError } from './errors.ts';

/** The app that a path names, if the query brings its developer's key; else HubSpot's 401. */
export function developersApp({ apps }: World, request: FastifyRequest): RegisteredApp {
  const { appId } = request.params as { appId: string };
  const { hapikey } = request.query as { hapikey?: string };
  const app = apps.all().find((each) => each.appId === appId);
  if (app === undefined || hapikey !== app.developerKey) {
    throw new ApiError(401, {
      message: "The API key provided is invalid. View or manage the developer account's API key.",
      category: 'INVALID_AUTHENTICATION',
    });
  }
  return app;
}
