import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { followLink } from '../../db/queries/system/public-links.ts';
import { traceHasher } from '../../db/trace-hash.ts';
import { acceptsSignUps } from '../../domain/campaign.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { notOpenPage, unknownPage } from '../pages/message-page.ts';
import { sendPage } from '../pages/send-page.ts';
import { publicWord } from '../schemas/shared.ts';
import { newVisitId, visitCookie, visitsOf } from '../visitor.ts';

/** The link that people share: commits the click and leads on, to where the campaign's row says and nowhere else. */
export const referralLinkRoutes =
  ({ config, database }: ApiDependencies): FastifyPluginAsyncZod =>
  async (app) => {
    const traces = traceHasher(config.ENCRYPTION_KEYS);
    const hash = (visitId: string) => traces.hash({ kind: 'visit', visitId });

    // Without HEAD: a preview that only looks whether the link works is no click.
    app.get(
      '/r/:code',
      { exposeHeadRoute: false, schema: { hide: true, params: z.object({ code: publicWord }) } },
      async (request, reply) => {
        const { code } = request.params;
        const visits = visitsOf(request, config.PUBLIC_URL);
        const fresh = newVisitId();
        const link = await followLink(database.system, code, {
          known: Object.fromEntries([...visits].map(([campaignId, visitId]) => [campaignId, hash(visitId)])),
          fresh: hash(fresh),
        });
        if (!link) return sendPage(reply, 404, unknownPage());
        if (!acceptsSignUps(link.status)) return sendPage(reply, 404, notOpenPage());
        const visitId = visits.get(link.id) ?? fresh;
        const target = new URL(link.landingUrl ?? `${config.PUBLIC_URL}/c/${link.slug}`);
        target.searchParams.set('ref', code);
        // A page of the company's own cannot read our cookie; it hands this on with the sign-up.
        if (link.landingUrl !== null) target.searchParams.set('visit', visitId);
        return reply
          .header('cache-control', 'no-store')
          .header('set-cookie', visitCookie(link, visitId, config.PUBLIC_URL))
          .redirect(target.href, 302);
      },
    );
  };
