import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { activeConnection, openInteractive, readPortal } from '../commands/portal-schema.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { instant, text } from '../schemas/shared.ts';

const refresh = z
  .enum(['true', 'false'])
  .default('false')
  .transform((value) => value === 'true')
  .describe('true reads HubSpot again, so that a property made a moment ago appears');
const refreshQuery = z.strictObject({ refresh });

const propertyView = z
  .object({
    name: z.string(),
    label: z.string(),
    type: z.string(),
    fieldType: z.string(),
    groupName: z.string(),
    options: z.array(z.object({ label: z.string(), value: z.string() })),
    readOnly: z.boolean(),
    hasUniqueValue: z.boolean(),
    custom: z.boolean(),
  })
  .meta({ id: 'HubSpotProperty' });

const pipelineView = z
  .object({
    id: z.string(),
    label: z.string(),
    stages: z.array(
      z.object({ id: z.string(), label: z.string(), outcome: z.enum(['open', 'won', 'lost']) }),
    ),
  })
  .meta({ id: 'HubSpotPipeline' });

const listView = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(['active', 'static', 'snapshot']),
    size: z.int().nullable(),
  })
  .meta({ id: 'HubSpotList' });

/** What the selects of the builder and of the sync wizard offer, straight from the connected account (S61). */
export const hubspotPortalRoutes =
  (deps: ApiDependencies): FastifyPluginAsyncZod =>
  async (app) => {
    const tags = ['HubSpot'];
    const fetchedAt = instant.describe('when HubSpot was read');

    app.get(
      '/hubspot/properties/:object',
      {
        schema: {
          summary: 'Properties of contacts or deals',
          tags,
          params: z.object({ object: z.enum(['contacts', 'deals']) }),
          querystring: refreshQuery,
          response: { 200: z.object({ items: z.array(propertyView), fetchedAt }) },
        },
      },
      async (request) => {
        const connection = await activeConnection(deps, request.workspaceId);
        const part = request.params.object === 'contacts' ? 'contact-properties' : 'deal-properties';
        const { content, fetchedAt: at } = await readPortal(deps, connection, {
          part,
          refresh: request.query.refresh,
        });
        return {
          items: content.map((property) => ({ ...property, options: [...property.options] })),
          fetchedAt: at,
        };
      },
    );

    app.get(
      '/hubspot/pipelines',
      {
        schema: {
          summary: 'Deal pipelines with their stages',
          tags,
          querystring: refreshQuery,
          response: { 200: z.object({ items: z.array(pipelineView), fetchedAt }) },
        },
      },
      async (request) => {
        const connection = await activeConnection(deps, request.workspaceId);
        const read = await readPortal(deps, connection, {
          part: 'pipelines',
          refresh: request.query.refresh,
        });
        return {
          items: read.content.map((pipeline) => ({ ...pipeline, stages: [...pipeline.stages] })),
          fetchedAt: read.fetchedAt,
        };
      },
    );

    app.get(
      '/hubspot/lists',
      {
        schema: {
          summary: 'Contact lists, active and static (S30); `query` searches their names in HubSpot',
          tags,
          querystring: refreshQuery.extend({ query: text(100).optional() }),
          response: { 200: z.object({ items: z.array(listView), fetchedAt }) },
        },
      },
      async (request) => {
        const connection = await activeConnection(deps, request.workspaceId);
        const { query, refresh: again } = request.query;
        if (query)
          return {
            items: [...(await openInteractive(deps, connection).lists.search(query))],
            fetchedAt: deps.now(),
          };
        const read = await readPortal(deps, connection, { part: 'lists', refresh: again });
        return { items: [...read.content], fetchedAt: read.fetchedAt };
      },
    );
  };
