import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { loadCampaign } from '../../db/queries/campaigns.ts';
import { readSetup } from '../commands/campaign-setup.ts';
import { configureCampaign } from '../commands/configure-campaign.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { etagOf, ifMatch } from '../etag.ts';
import { notFound } from '../problem.ts';
import { hubspotSetupBody, hubspotSetupView } from '../schemas/hubspot-setup.ts';
import { idParams, uuidOf } from '../schemas/shared.ts';

/** The builder's Integrations step and the sync wizard: Person Invited, Person Referring, sync, rule and rewards. */
export const campaignHubSpotRoutes =
  (deps: ApiDependencies): FastifyPluginAsyncZod =>
  async (app) => {
    const tags = ['Campaigns'];

    app.get(
      '/campaigns/:id/hubspot',
      {
        schema: {
          summary: 'The HubSpot configuration of a campaign',
          tags,
          params: idParams,
          response: { 200: hubspotSetupView },
        },
      },
      async (request, reply) => {
        const id = uuidOf('campaign', request.params.id);
        return deps.database.app.inWorkspace(request.workspaceId, async (tx) => {
          const campaign = await loadCampaign(tx, id);
          if (!campaign) throw notFound('campaign');
          reply.header('etag', etagOf(campaign));
          return readSetup(tx, campaign);
        });
      },
    );

    app.put(
      '/campaigns/:id/hubspot',
      {
        schema: {
          summary: 'Save the HubSpot configuration of a campaign',
          description:
            'What is left out stays as it was. The whole is checked against the connected account, and nothing is saved unless all of it fits; each problem names its field.',
          tags,
          params: idParams,
          body: hubspotSetupBody,
          response: { 200: hubspotSetupView },
        },
      },
      async (request, reply) => {
        const { campaign, setup } = await configureCampaign(deps, {
          workspaceId: request.workspaceId,
          campaignId: uuidOf('campaign', request.params.id),
          edit: request.body,
          expectedVersion: ifMatch(request),
        });
        reply.header('etag', etagOf(campaign));
        return setup;
      },
    );
  };
