import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { updateCampaign } from '../../db/queries/campaign-edits.ts';
import { loadCampaign, lockCampaign } from '../../db/queries/campaigns.ts';
import { turnOff, turnOn } from '../commands/ongoing-sync.ts';
import { connectionOf } from '../commands/open-run.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { notFound } from '../problem.ts';
import { ongoingBody, ongoingView, showOngoing } from '../schemas/ongoing-sync.ts';
import { idParams, uuidOf } from '../schemas/shared.ts';

export const ongoingSyncRoutes =
  ({ database }: ApiDependencies): FastifyPluginAsyncZod =>
  async (app) => {
    const tags = ['Contact sync'];

    app.put(
      '/campaigns/:id/sync/ongoing',
      {
        schema: {
          summary: 'Turn the ongoing sync on or off',
          description:
            'On: contacts that join the scope later get their link without another run, and a sync catches up with what was missed. Off: takes effect with this answer; a call that is on its way to HubSpot is the last one. The sync that it started to catch up stops as well. Referrers and links stay. Repeating an order changes nothing.',
          tags,
          params: idParams,
          body: ongoingBody,
          response: { 200: ongoingView },
        },
      },
      async (request) => {
        const campaignId = uuidOf('campaign', request.params.id);
        return database.app.inWorkspace(request.workspaceId, async (tx) => {
          const campaign = await lockCampaign(tx, campaignId);
          if (!campaign) throw notFound('campaign');
          const { on } = await showOngoing(tx, campaignId);
          if (on !== request.body.on) {
            if (on) await turnOff(tx, campaign);
            else await turnOn(tx, campaign, await connectionOf(tx, campaign));
            // The toggle is part of the campaign's configuration: who edits an older one of it is told.
            await updateCampaign(tx, campaignId, {});
          }
          return showOngoing(tx, campaignId);
        });
      },
    );

    app.get(
      '/campaigns/:id/sync/ongoing',
      {
        schema: {
          summary: 'Whether the ongoing sync is on, what it has done and what waits',
          tags,
          params: idParams,
          response: { 200: ongoingView },
        },
      },
      async (request) => {
        const campaignId = uuidOf('campaign', request.params.id);
        return database.app.inWorkspace(request.workspaceId, async (tx) => {
          if (!(await loadCampaign(tx, campaignId))) throw notFound('campaign');
          return showOngoing(tx, campaignId);
        });
      },
    );
  };
