import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { campaignByCode, campaignBySlug, type PublicCampaign } from '../../db/queries/system/public-links.ts';
import { traceHasher } from '../../db/trace-hash.ts';
import { acceptsSignUps } from '../../domain/campaign.ts';
import { unknownCode } from '../commands/attribute-sign-up.ts';
import { visitCounts } from '../commands/visit-counts.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { notOpenPage, unknownPage } from '../pages/message-page.ts';
import { sendPage, wantsPage } from '../pages/send-page.ts';
import { inviteNeededPage, type SignUpForm, signUpPage } from '../pages/sign-up-page.ts';
import { limited } from '../plugins/public-errors.ts';
import { Problem } from '../problem.ts';
import { publicSignUpBody, publicSlugSignUpBody } from '../schemas/people.ts';
import { publicWord } from '../schemas/shared.ts';
import { visitsOf } from '../visitor.ts';
import { takeSignUp } from './take-sign-up.ts';

/** Sign-up of the person invited: by page, or by JSON from a landing page of the company's own. */
export const signUpRoutes =
  (deps: ApiDependencies): FastifyPluginAsyncZod =>
  async (app) => {
    const { system } = deps.database;
    const traces = traceHasher(deps.config.ENCRYPTION_KEYS);
    const accepted = { 202: z.object({ status: z.literal('accepted') }) };

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
        if (invited?.id === campaign.id && !invited.retired)
          return sendPage(reply, 200, signUpPage(linkForm(campaign, ref)));
        const visitId = visitsOf(request, deps.config.PUBLIC_URL).get(campaign.id);
        const visitHashes = visitId === undefined ? [] : traces.candidates({ kind: 'visit', visitId });
        const counts = await visitCounts(deps, campaign, visitHashes);
        return sendPage(reply, 200, counts ? signUpPage(visitForm(campaign)) : inviteNeededPage(campaign));
      },
    );

    app.post(
      '/r/:code/sign-up',
      {
        ...limited(deps),
        attachValidation: true,
        schema: {
          summary: 'Sign up through a referral link',
          description:
            'Answers the same whatever is known about the person. A form gets a page back. `visit` is what the link added to the address of the company’s own page.',
          tags: ['Public'],
          security: [],
          params: z.object({ code: publicWord }),
          body: publicSignUpBody,
          response: accepted,
        },
      },
      async (request, reply) => {
        const { code } = request.params;
        const campaign = await campaignByCode(system, code);
        if (!campaign) {
          if (wantsPage(request)) return sendPage(reply, 404, unknownPage());
          throw new Problem(404, unknownCode);
        }
        return takeSignUp(deps, request, reply, {
          campaign,
          via: { kind: 'link', code },
          form: linkForm(campaign, code),
          traces,
        });
      },
    );

    app.post(
      '/c/:slug/sign-up',
      {
        ...limited(deps),
        attachValidation: true,
        schema: {
          summary: 'Sign up for a campaign by a code, or by an earlier visit through a link',
          description:
            'The referrer is named by `code`, or else by the visits of the browser’s cookie or of `visit`. Answers the same whatever is known about the person and their visits. A form gets a page back.',
          tags: ['Public'],
          security: [],
          params: z.object({ slug: publicWord }),
          body: publicSlugSignUpBody,
          response: accepted,
        },
      },
      async (request, reply) => {
        const campaign = await campaignBySlug(system, request.params.slug);
        if (!campaign) {
          if (wantsPage(request)) return sendPage(reply, 404, unknownPage());
          throw new Problem(404, 'There is no campaign at this address.');
        }
        const { code } = (request.body ?? {}) as { code?: unknown };
        const typed = typeof code === 'string' && code !== '';
        return takeSignUp(deps, request, reply, {
          campaign,
          via: typed ? { kind: 'code', code } : { kind: 'cookie' },
          form: typed ? codeForm(campaign) : visitForm(campaign),
          traces,
        });
      },
    );
  };

type Named = Pick<PublicCampaign, 'name' | 'slug'>;

const linkForm = ({ name }: Named, code: string): SignUpForm => ({ name, action: `/r/${code}/sign-up` });
const visitForm = ({ name, slug }: Named): SignUpForm => ({ name, action: `/c/${slug}/sign-up` });
const codeForm = (campaign: Named): SignUpForm => ({ ...visitForm(campaign), asksCode: true });
