import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { recordRejection } from '../../db/queries/attribution.ts';
import { loadCampaign } from '../../db/queries/campaigns.ts';
import { listFindings } from '../../db/queries/fraud.ts';
import { listReferrals, loadListedReferral } from '../../db/queries/referral-list.ts';
import { traceHasher } from '../../db/trace-hash.ts';
import { fraudRules } from '../../domain/fraud.ts';
import { toPublicId } from '../../domain/id.ts';
import { invariant } from '../../domain/invariant.ts';
import { referralStatuses } from '../../domain/referral.ts';
import { decideAlreadyQualified } from '../commands/already-qualified.ts';
import { RefusedSignUp } from '../commands/attribute-sign-up.ts';
import { signUp } from '../commands/sign-up.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { createOnce } from '../plugins/idempotency.ts';
import { notFound } from '../problem.ts';
import { signUpByApi } from '../schemas/people.ts';
import { referralDetailView, referralView, showReferral, showReferralDetail } from '../schemas/referral.ts';
import {
  campaignFilter,
  cursorOf,
  idParams,
  pageFrom,
  pageOf,
  pageQuery,
  uuidOf,
  uuidOrUndefined,
} from '../schemas/shared.ts';
import { handedOnVisitor } from '../visitor.ts';

const signUpAnswer = z.object({
  outcome: z.enum(['registered', 'already-referred', 'credit-moved', 'self-referral']),
  referral: referralView,
});

export const referralRoutes =
  (deps: ApiDependencies): FastifyPluginAsyncZod =>
  async (app) => {
    const tags = ['Referrals'];
    const { database, config } = deps;
    const traces = traceHasher(config.ENCRYPTION_KEYS);

    app.post(
      '/campaigns/:id/referrals',
      {
        schema: {
          summary: 'Sign a person up through a referral code',
          description:
            'The referrer is named by a code, or by the `visit` that the link added to the address of the company’s page. A person has one live referral per campaign: signing up again answers 200 with that one, and the first referrer keeps the credit unless the campaign’s `creditKept` says otherwise. A person who refers themselves is stored as rejected.',
          tags,
          params: idParams,
          body: signUpByApi,
          response: { 200: signUpAnswer, 201: signUpAnswer },
        },
      },
      async (request, reply) => {
        const campaignId = uuidOf('campaign', request.params.id);
        const { referralCode: code, visit, ...person } = request.body;
        const via = code === undefined ? ({ kind: 'cookie' } as const) : ({ kind: 'code', code } as const);
        const visitor = handedOnVisitor(traces, visit);
        const answer = await createOnce(database, { request, reply }, async (tx) => {
          const outcome = await signUp(deps, tx, { campaignId, via, visitor, person });
          if (outcome.kind === 'refused') throw new RefusedSignUp(outcome.rejection, outcome.campaignStatus);
          const row = await loadListedReferral(tx, outcome.referral.id);
          invariant(row, 'a referral that was just stored is there');
          return {
            status: outcome.kind === 'registered' || outcome.kind === 'self-referral' ? 201 : 200,
            body: { outcome: outcome.kind, referral: showReferral(row, config.TEMPORAL_UI_URL) },
          };
        }).catch(async (error: unknown) => {
          if (error instanceof RefusedSignUp) {
            const { rejection } = error;
            await database.app.inWorkspace(request.workspaceId, (tx) => recordRejection(tx, rejection));
          }
          throw error;
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
      {
        schema: {
          summary: 'One referral, with what fraud checks found about it',
          tags,
          params: idParams,
          response: { 200: referralDetailView },
        },
      },
      async (request) => {
        const id = uuidOf('referral', request.params.id);
        return database.app.inWorkspace(request.workspaceId, async (tx) => {
          const row = await loadListedReferral(tx, id);
          if (!row) throw notFound('referral');
          const findings = await listFindings(tx, { referralId: id }, fraudRules.length);
          return showReferralDetail(row, findings, config.TEMPORAL_UI_URL);
        });
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
