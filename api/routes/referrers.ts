import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { loadCampaign } from '../../db/queries/campaigns.ts';
import { listReferrers, loadListedReferrer } from '../../db/queries/referrer-list.ts';
import { toPublicId } from '../../domain/id.ts';
import { invariant } from '../../domain/invariant.ts';
import { joinCampaign } from '../commands/join-campaign.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { createOnce } from '../plugins/idempotency.ts';
import { notFound } from '../problem.ts';
import { signUpBody } from '../schemas/people.ts';
import { referrerView, showReferrer } from '../schemas/referrer.ts';
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

export const referrerRoutes =
  (deps: ApiDependencies): FastifyPluginAsyncZod =>
  async (app) => {
    const tags = ['Referrers'];
    const { database, config } = deps;

    app.post(
      '/campaigns/:id/referrers',
      {
        schema: {
          summary: 'Make a person a referrer',
          description: 'A person who is one already keeps their link (200).',
          tags,
          params: idParams,
          body: signUpBody,
          response: { 200: referrerView, 201: referrerView },
        },
      },
      async (request, reply) => {
        const campaignId = uuidOf('campaign', request.params.id);
        const referrer = await createOnce(database, { request, reply }, async (tx) => {
          const { id, enrolled } = await joinCampaign(deps, tx, {
            campaignId,
            person: request.body,
            source: 'api',
          });
          const row = await loadListedReferrer(tx, id);
          invariant(row, 'a referrer that was just enrolled is there');
          return { status: enrolled ? 201 : 200, body: showReferrer(row, config.PUBLIC_URL) };
        });
        return reply.send(referrer);
      },
    );

    app.get(
      '/referrers',
      {
        schema: {
          summary: 'List referrers with their links, newest first',
          tags,
          querystring: pageQuery.extend(campaignFilter),
          response: { 200: pageOf(referrerView) },
        },
      },
      async (request) => {
        const { after, limit, campaignId: publicId } = request.query;
        const afterId = cursorOf('referrer', after);
        const campaignId = uuidOrUndefined('campaign', publicId);
        const rows = await database.app.inWorkspace(request.workspaceId, async (tx) => {
          if (campaignId && !(await loadCampaign(tx, campaignId))) throw notFound('campaign');
          return listReferrers(tx, { campaignId, afterId }, limit + 1);
        });
        return pageFrom(rows, {
          limit,
          cursor: ({ referrer }) => toPublicId('referrer', referrer.id),
          item: (row) => showReferrer(row, config.PUBLIC_URL),
        });
      },
    );

    app.get(
      '/referrers/:id',
      { schema: { summary: 'One referrer', tags, params: idParams, response: { 200: referrerView } } },
      async (request) => {
        const id = uuidOf('referrer', request.params.id);
        const row = await database.app.inWorkspace(request.workspaceId, (tx) => loadListedReferrer(tx, id));
        if (!row) throw notFound('referrer');
        return showReferrer(row, config.PUBLIC_URL);
      },
    );
  };
