import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { loadCampaign } from '../../db/queries/campaigns.ts';
import { listReferrals, loadListedReferral } from '../../db/queries/referral-list.ts';
import { toPublicId } from '../../domain/id.ts';
import { invariant } from '../../domain/invariant.ts';
import { referralStatuses } from '../../domain/referral.ts';
import { decideAlreadyQualified } from '../commands/already-qualified.ts';
import { signUp } from '../commands/sign-up.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { createOnce } from '../plugins/idempotency.ts';
import { notFound } from '../problem.ts';
import { signUpBody } from '../schemas/people.ts';
import { referralView, showReferral } from '../schemas/referral.ts';
import {
  campaignFilter,
  cursorOf,
  idParams,
  line,
  pageFrom,
  pageOf,
  pageQuery,
  uuidOf,
  uuidOrUndefined,
} from '../schemas/shared.ts';

const signUpByApi = signUpBody.extend({ referralCode: line(64) });
const signUpAnswer = z.object({
  outcome: z.enum(['registered', 'already-referred', 'self-referral']),
  referral: referralView,
});

export const referralRoutes =
  (deps: ApiDependencies): FastifyPluginAsyncZod =>
  async (app) => {
    const tags = ['Referrals'];
    const { database, config } = deps;

    app.post(
      '/campaigns/:id/referrals',
      {
        schema: {
          summary: 'Sign a person up through a referral code',
          description:
            'A person has one live referral per campaign: signing up again answers 200 with that one, and the first referrer keeps the credit. A person who refers themselves is stored as rejected.',
          tags,
          params: idParams,
          body: signUpByApi,
          response: { 200: signUpAnswer, 201: signUpAnswer },
        },
      },
      async (request, reply) => {
        const campaignId = uuidOf('campaign', request.params.id);
        const { referralCode: code, ...person } = request.body;
        const answer = await createOnce(database, { request, reply }, async (tx) => {
          const { kind, referral } = await signUp(deps, tx, { campaignId, code, person });
          const row = await loadListedReferral(tx, referral.id);
          invariant(row, 'a referral that was just stored is there');
          return {
            status: kind === 'already-referred' ? 200 : 201,
            body: { outcome: kind, referral: showReferral(row, config.TEMPORAL_UI_URL) },
          };
        });
        return reply.send(answer);
      },
    );

    app.get(
      '/referrals',
      {
        schema: {
          summary: 'List referrals, newest first',
          tags,
          querystring: pageQuery.extend({ ...campaignFilter, status: z.enum(referralStatuses).optional() }),
          response: { 200: pageOf(referralView) },
        },
      },
      async (request) => {
        const { after, limit, status, campaignId: publicId } = request.query;
        const afterId = cursorOf('referral', after);
        const campaignId = uuidOrUndefined('campaign', publicId);
        const rows = await database.app.inWorkspace(request.workspaceId, async (tx) => {
          if (campaignId && !(await loadCampaign(tx, campaignId))) throw notFound('campaign');
          return listReferrals(tx, { campaignId, status, afterId }, limit + 1);
        });
        return pageFrom(rows, {
          limit,
          cursor: ({ referral }) => toPublicId('referral', referral.id),
          item: (row) => showReferral(row, config.TEMPORAL_UI_URL),
        });
      },
    );

    app.get(
      '/referrals/:id',
      { schema: { summary: 'One referral', tags, params: idParams, response: { 200: referralView } } },
      async (request) => {
        const id = uuidOf('referral', request.params.id);
        const row = await database.app.inWorkspace(request.workspaceId, (tx) => loadListedReferral(tx, id));
        if (!row) throw notFound('referral');
        return showReferral(row, config.TEMPORAL_UI_URL);
      },
    );

    app.post(
      '/referrals/:id/already-qualified',
      {
        schema: {
          summary: 'Accept or reject a person who had qualified before the sign-up (S68)',
          tags,
          params: idParams,
          body: z.strictObject({ decision: z.enum(['accept', 'reject']) }),
          response: { 200: referralView },
        },
      },
      async (request) => {
        const id = uuidOf('referral', request.params.id);
        const row = await database.app.inWorkspace(request.workspaceId, async (tx) => {
          await decideAlreadyQualified(tx, id, { decision: request.body.decision, at: deps.now() });
          return loadListedReferral(tx, id);
        });
        if (!row) throw notFound('referral');
        return showReferral(row, config.TEMPORAL_UI_URL);
      },
    );
  };
