import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { canFill, holdProblem } from '../../domain/property-fit.ts';
import { createProperties } from '../commands/create-properties.ts';
import { readOwners } from '../commands/hubspot-owners.ts';
import { activeConnection, openInteractive, readPortal } from '../commands/portal-schema.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { answeredBefore, createOnce } from '../plugins/idempotency.ts';
import {
  listView,
  newPropertiesBody,
  newPropertiesView,
  ownerView,
  pipelineView,
  propertyView,
  showProperty,
} from '../schemas/hubspot-portal.ts';
import { mappableField } from '../schemas/hubspot-setup.ts';
import { instant, text, uuidOf } from '../schemas/shared.ts';

const refresh = z
  .enum(['true', 'false'])
  .default('false')
  .transform((value) => value === 'true')
  .describe('true reads HubSpot again, so that a property made a moment ago appears');
const refreshQuery = z.strictObject({ refresh });

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
          querystring: refreshQuery.extend({
            for: mappableField
              .optional()
              .describe('only those that can be written from this field of ours (S33)'),
            from: mappableField
              .optional()
              .describe('only those from which a sync can fill this field of ours (S32)'),
          }),
          response: { 200: z.object({ items: z.array(propertyView), fetchedAt }) },
        },
      },
      async (request) => {
        const connection = await activeConnection(deps, request.workspaceId);
        const { object } = request.params;
        const part = object === 'contacts' ? 'contact-properties' : 'deal-properties';
        const { refresh: again, for: written, from: read } = request.query;
        const { content, fetchedAt: at } = await readPortal(deps, connection, { part, refresh: again });
        const offered = content.filter(
          (property) =>
            (written === undefined || holdProblem(written, property) === null) &&
            (read === undefined || (object === 'contacts' && canFill(read, property))),
        );
        return { items: offered.map(showProperty), fetchedAt: at };
      },
    );

    app.post(
      '/hubspot/properties',
      {
        schema: {
          summary: 'Make our property group and a contact property for each field that has none (S22)',
          description:
            'Repeatable: what is there is answered as it is. 200 when nothing had to be made. 409 when the account did not grant `crm.schemas.contacts.write`; 422 when a name is taken by a property of another type.',
          tags,
          body: newPropertiesBody,
          response: { 200: newPropertiesView, 201: newPropertiesView },
        },
      },
      async (request, reply) => {
        const { workspaceId } = request;
        const { fields, campaignId } = request.body;
        const before = await answeredBefore(deps.database, { request, reply });
        if (before) return reply.send(before as z.output<typeof newPropertiesView>);
        // HubSpot is asked outside of a transaction: a repeated request finds what the first one made.
        const made = await createProperties(deps, {
          workspaceId,
          fields,
          campaignId: campaignId === undefined ? null : uuidOf('campaign', campaignId),
        });
        const items = made.map(({ field, property, created }) => ({
          field,
          created,
          property: showProperty(property),
          mapping: {
            objectType: 'contact' as const,
            property: property.name,
            source: { kind: 'dynamic' as const, field },
          },
        }));
        const status = made.some(({ created }) => created) ? 201 : 200;
        const answer = await createOnce(deps.database, { request, reply }, async () => ({
          status,
          body: { items },
        }));
        return reply.send(answer);
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
      '/hubspot/owners',
      {
        schema: {
          summary: 'Who can be put in charge of a contact or a deal',
          description:
            'Read from HubSpot each time and not kept. 409 when the account did not grant `crm.objects.owners.read`.',
          tags,
          response: { 200: z.object({ items: z.array(ownerView), fetchedAt }) },
        },
      },
      async (request) => {
        const connection = await activeConnection(deps, request.workspaceId);
        return { items: [...(await readOwners(deps, connection))], fetchedAt: deps.now() };
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
