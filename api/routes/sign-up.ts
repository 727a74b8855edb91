import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { campaignByCode, campaignBySlug } from '../../db/queries/system/public-links.ts';
import { acceptsSignUps } from '../../domain/campaign.ts';
import { signUp } from '../commands/sign-up.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { formProblems, typedValues } from '../form-input.ts';
import { notOpenPage, unknownPage } from '../pages/message-page.ts';
import { sendPage, wantsPage } from '../pages/send-page.ts';
import { inviteNeededPage, signUpPage, thankYouPage } from '../pages/sign-up-page.ts';
import { limited } from '../plugins/public-errors.ts';
import { Problem } from '../problem.ts';
import { signUpBody } from '../schemas/people.ts';
import { publicWord } from '../schemas/shared.ts';

/** Sign-up of the person invited: by page, or by JSON from a landing page of the company's own. */
export const signUpRoutes =
  (deps: ApiDependencies): FastifyPluginAsyncZod =>
  async (app) => {
    const { system, app: database } = deps.database;

    app.get(
      '/c/:slug',
      {
        schema: {
          hide: true,
          params: z.object({ slug: publicWord }),
          querystring: z.object({ ref: publicWord }),
        },
      },
      async (request, reply) => {
        const campaign = await campaignBySlug(system, request.params.slug);
        if (!campaign) return sendPage(reply, 404, unknownPage());
        if (!acceptsSignUps(campaign.status)) return sendPage(reply, 404, notOpenPage());
        const { ref } = request.query;
        const invited = await campaignByCode(system, ref);
        if (invited?.id !== campaign.id) return sendPage(reply, 200, inviteNeededPage(campaign.name));
        return sendPage(reply, 200, signUpPage({ name: campaign.name, code: ref }));
      },
    );

    app.post(
      '/r/:code/sign-up',
      {
        ...limited(deps),
        attachValidation: true,
        schema: {
          summary: 'Sign up through a referral link',
          description: 'Answers the same whatever is known about the person. A form gets a page back.',
          tags: ['Public'],
          security: [],
          params: z.object({ code: publicWord }),
          body: signUpBody,
          response: { 202: z.object({ status: z.literal('accepted') }) },
        },
      },
      async (request, reply) => {
        const page = wantsPage(request);
        const { code } = request.params;
        const campaign = await campaignByCode(system, code);
        if (!campaign) {
          if (page) return sendPage(reply, 404, unknownPage());
          throw new Problem(404, 'There is no such referral code.');
        }
        if (!acceptsSignUps(campaign.status)) {
          if (page) return sendPage(reply, 409, notOpenPage());
          throw new Problem(409, 'This campaign is not open.');
        }
        if (request.validationError) {
          if (!page) throw request.validationError;
          const state = { values: typedValues(request), problems: formProblems(request.validationError) };
          return sendPage(reply, 400, signUpPage({ name: campaign.name, code }, state));
        }
        await database.inWorkspace(campaign.workspaceId, (tx) =>
          signUp(deps, tx, { campaignId: campaign.id, code, person: request.body }),
        );
        if (page) return sendPage(reply, 200, thankYouPage(campaign.name));
        return reply.code(202).send({ status: 'accepted' });
      },
    );
  };
