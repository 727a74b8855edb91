import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { listCampaigns } from '../../db/queries/campaign-edits.ts';
import { loadCampaign } from '../../db/queries/campaigns.ts';
import { campaignStatuses } from '../../domain/campaign.ts';
import { toPublicId } from '../../domain/id.ts';
import { createCampaign, editCampaign } from '../commands/edit-campaign.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { etagOf, ifMatch } from '../etag.ts';
import { createOnce } from '../plugins/idempotency.ts';
import { notFound } from '../problem.ts';
import { campaignEdit, campaignView, newCampaignBody, showCampaign } from '../schemas/campaign.ts';
import { cursorOf, idParams, pageFrom, pageOf, pageQuery, uuidOf } from '../schemas/shared.ts';

export const campaignRoutes =
  (deps: ApiDependencies): FastifyPluginAsyncZod =>
  async (app) => {
    const tags = ['Campaigns'];
    const show = (campaign: Parameters<typeof showCampaign>[0]) =>
      showCampaign(campaign, deps.config.PUBLIC_URL);

    app.post(
      '/campaigns',
      {
        schema: {
          summary: 'Create a draft campaign',
          tags,
          body: newCampaignBody,
          response: { 201: campaignView },
        },
      },
      async (request, reply) => {
        const campaign = await createOnce(deps.database, { request, reply }, async (tx) => ({
          status: 201,
          body: show(await createCampaign(tx, request.workspaceId, request.body)),
        }));
        return reply.header('etag', etagOf(campaign)).send(campaign);
      },
    );

    app.get(
      '/campaigns',
      {
        schema: {
          summary: 'List campaigns, newest first',
          tags,
          querystring: pageQuery.extend({ status: z.enum(campaignStatuses).optional() }),
          response: { 200: pageOf(campaignView) },
        },
      },
      async (request) => {
        const { after, limit, status } = request.query;
        const afterId = cursorOf('campaign', after);
        const rows = await deps.database.app.inWorkspace(request.workspaceId, (tx) =>
          listCampaigns(tx, { status, afterId }, limit + 1),
        );
        return pageFrom(rows, { limit, cursor: (row) => toPublicId('campaign', row.id), item: show });
      },
    );

    app.get(
      '/campaigns/:id',
      { schema: { summary: 'One campaign', tags, params: idParams, response: { 200: campaignView } } },
      async (request, reply) => {
        const id = uuidOf('campaign', request.params.id);
        const campaign = await deps.database.app.inWorkspace(request.workspaceId, (tx) =>
          loadCampaign(tx, id),
        );
        if (!campaign) throw notFound('campaign');
        reply.header('etag', etagOf(campaign));
        return show(campaign);
      },
    );

    app.patch(
      '/campaigns/:id',
      {
        schema: {
          summary: 'Edit a campaign; publish, pause or end it',
          description:
            'Send the ETag as If-Match, and an edit that somebody made meanwhile is not overwritten (412).',
          tags,
          params: idParams,
          body: campaignEdit,
          response: { 200: campaignView },
        },
      },
      async (request, reply) => {
        const id = uuidOf('campaign', request.params.id);
        const campaign = await deps.database.app.inWorkspace(request.workspaceId, (tx) =>
          editCampaign(tx, id, { edit: request.body, expectedVersion: ifMatch(request) }),
        );
        reply.header('etag', etagOf(campaign));
        return show(campaign);
      },
    );
  };
