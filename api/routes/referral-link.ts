import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { followLink } from '../../db/queries/system/public-links.ts';
import { acceptsSignUps } from '../../domain/campaign.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { notOpenPage, unknownPage } from '../pages/message-page.ts';
import { sendPage } from '../pages/send-page.ts';
import { publicWord } from '../schemas/shared.ts';

/** The link that people share: commits the click and leads on, to where the campaign's row says and nowhere else. */
export const referralLinkRoutes =
  ({ config, database }: ApiDependencies): FastifyPluginAsyncZod =>
  async (app) => {
    // Without HEAD: a preview that only looks whether the link works is no click.
    app.get(
      '/r/:code',
      { exposeHeadRoute: false, schema: { hide: true, params: z.object({ code: publicWord }) } },
      async (request, reply) => {
        const { code } = request.params;
        const link = await followLink(database.system, code);
        if (!link) return sendPage(reply, 404, unknownPage());
        if (!acceptsSignUps(link.status)) return sendPage(reply, 404, notOpenPage());
        const target = new URL(link.landingUrl ?? `${config.PUBLIC_URL}/c/${link.slug}`);
        target.searchParams.set('ref', code);
        return reply.header('cache-control', 'no-store').redirect(target.href, 302);
      },
    );
  };
