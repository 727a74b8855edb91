import type { FastifyPluginAsync } from 'fastify';
import type { ApiDependencies } from '../dependencies.ts';
import { homePage } from '../pages/home-page.ts';
import { sendPage } from '../pages/send-page.ts';

export const homeRoutes =
  ({ config }: ApiDependencies): FastifyPluginAsync =>
  async (app) => {
    app.get('/', { schema: { hide: true } }, (_request, reply) =>
      sendPage(reply, 200, homePage(config.TEMPORAL_UI_URL)),
    );
  };
