import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { referralLink } from '../../db/queries/reflection.ts';
import { campaignBySlug } from '../../db/queries/system/public-links.ts';
import { traceHasher } from '../../db/trace-hash.ts';
import { acceptsSignUps } from '../../domain/campaign.ts';
import { joinCampaign } from '../commands/join-campaign.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { formProblems, typedValues } from '../form-input.ts';
import { joinedPage, joinPage } from '../pages/join-page.ts';
import { notOpenPage, unknownPage } from '../pages/message-page.ts';
import { sendPage, wantsPage } from '../pages/send-page.ts';
import { limited } from '../plugins/public-errors.ts';
import { Problem } from '../problem.ts';
import { joinBody } from '../schemas/people.ts';
import { publicWord } from '../schemas/shared.ts';
import { visitorOf } from '../visitor.ts';

const params = z.object({ slug: publicWord });

/** The campaign's join link: by page for people, by JSON for a site of the company's own. */
export const joinRoutes =
  (deps: ApiDependencies): FastifyPluginAsyncZod =>
  async (app) => {
    const { PUBLIC_URL: publicUrl, ENCRYPTION_KEYS } = deps.config;
    const traces = traceHasher(ENCRYPTION_KEYS);

    app.get('/join/:slug', { schema: { hide: true, params } }, async (request, reply) => {
      const campaign = await campaignBySlug(deps.database.system, request.params.slug);
      if (!campaign) return sendPage(reply, 404, unknownPage());
      if (!acceptsSignUps(campaign.status)) return sendPage(reply, 404, notOpenPage());
      return sendPage(reply, 200, joinPage(campaign));
    });

    app.post(
      '/join/:slug',
      {
        ...limited(deps),
        attachValidation: true,
        schema: {
          summary: 'Join a campaign as a referrer',
          description:
            'Answers the same for somebody new and somebody who had joined before. A form gets a page back.',
          tags: ['Public'],
          security: [],
          params,
          body: joinBody,
          response: { 200: z.object({ link: z.string() }) },
        },
      },
      async (request, reply) => {
        const page = wantsPage(request);
        const campaign = await campaignBySlug(deps.database.system, request.params.slug);
        if (!campaign) {
          if (page) return sendPage(reply, 404, unknownPage());
          throw new Problem(404, 'There is no campaign at this address.');
        }
        if (!acceptsSignUps(campaign.status)) {
          if (page) return sendPage(reply, 409, notOpenPage());
          throw new Problem(409, 'This campaign is not open.');
        }
        if (request.validationError) {
          if (!page) throw request.validationError;
          const state = { values: typedValues(request), problems: formProblems(request.validationError) };
          return sendPage(reply, 400, joinPage(campaign, state));
        }
        const visitor = visitorOf(request, reply, { campaign, traces, publicUrl });
        const { code } = await deps.database.app.inWorkspace(campaign.workspaceId, (tx) =>
          joinCampaign(deps, tx, { campaignId: campaign.id, person: request.body, source: 'join', visitor }),
        );
        const link = referralLink(publicUrl, code);
        return page ? sendPage(reply, 200, joinedPage(campaign, link)) : { link };
      },
    );
  };
