import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { listRejections } from '../../db/queries/attribution.ts';
import { loadCampaign } from '../../db/queries/campaigns.ts';
import { rejectionReasons } from '../../domain/attribution.ts';
import { toPublicId } from '../../domain/id.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { notFound } from '../problem.ts';
import { rejectionView, showRejection } from '../schemas/attribution.ts';
import { campaignFilter, cursorOf, pageFrom, pageOf, pageQuery, uuidOrUndefined } from '../schemas/shared.ts';

/** P10: sign-ups that gave nobody credit, and why. */
export const attributionRoutes =
  ({ database }: ApiDependencies): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/attribution-rejections',
      {
        schema: {
          summary: 'List sign-ups that gave nobody credit, newest first, each with its reason',
          description: 'Kept for a year. The public is told nothing of this.',
          tags: ['Attribution'],
          querystring: pageQuery.extend({ ...campaignFilter, reason: z.enum(rejectionReasons).optional() }),
          response: { 200: pageOf(rejectionView) },
        },
      },
      async (request) => {
        const { after, limit, reason, campaignId: publicId } = request.query;
        const afterId = cursorOf('rejection', after);
        const campaignId = uuidOrUndefined('campaign', publicId);
        const rows = await database.app.inWorkspace(request.workspaceId, async (tx) => {
          if (campaignId && !(await loadCampaign(tx, campaignId))) throw notFound('campaign');
          return listRejections(tx, { campaignId, reason, afterId }, limit + 1);
        });
        return pageFrom(rows, {
          limit,
          cursor: ({ id }) => toPublicId('rejection', id),
          item: showRejection,
        });
      },
    );
  };
