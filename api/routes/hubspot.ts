import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type Connection, latestConnection, openConnection } from '../../db/queries/connections.ts';
import { beginConnect } from '../commands/connect-hubspot.ts';
import { disconnect } from '../commands/connection-wakes.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { instant } from '../schemas/shared.ts';

const connectionView = z
  .object({
    status: z.enum(['not-connected', 'active', 'disconnected', 'reconnect-needed']),
    portalId: z.string().nullable(),
    scopes: z.array(z.string()),
    currency: z.string().nullable(),
    timeZone: z.string().nullable(),
    connectedAt: instant.nullable(),
    disconnectedAt: instant.nullable(),
    reason: z.string().nullable().describe('why it is not active'),
    uiUrl: z.string().nullable().describe('the account in HubSpot'),
  })
  .meta({ id: 'HubSpotConnection' });

/** Settings → Integrations and Pixels: connect, look, disconnect. */
export const hubspotRoutes =
  (deps: ApiDependencies): FastifyPluginAsyncZod =>
  async (app) => {
    const tags = ['HubSpot'];

    app.get(
      '/hubspot',
      { schema: { summary: 'The connection to HubSpot', tags, response: { 200: connectionView } } },
      async (request) => {
        const connection = await deps.database.app.inWorkspace(request.workspaceId, latestConnection);
        return showConnection(connection);
      },
    );

    app.post(
      '/hubspot/connect',
      {
        schema: {
          summary: 'Begin connecting: open the answered address in a browser and agree there',
          tags,
          response: { 200: z.object({ authorizeUrl: z.string() }) },
        },
      },
      async (request) => ({ authorizeUrl: await beginConnect(deps, request.workspaceId) }),
    );

    app.post(
      '/hubspot/disconnect',
      {
        schema: {
          summary: 'Disconnect: from now on no data moves either way',
          description: 'What was synced before stays in both systems. Repeating it changes nothing.',
          tags,
          response: { 200: connectionView },
        },
      },
      async (request) => {
        const connection = await deps.database.app.inWorkspace(request.workspaceId, async (tx) => {
          const open = await openConnection(tx);
          return (
            (open && (await disconnect(tx, open.id, 'disconnected-by-operator'))) ?? latestConnection(tx)
          );
        });
        return showConnection(connection);
      },
    );
  };

function showConnection(connection: Connection | null): z.output<typeof connectionView> {
  if (!connection) return { ...nothing };
  const {
    status,
    portalId,
    scopes,
    currency,
    timeZone,
    connectedAt,
    disconnectedAt,
    statusReason,
    uiDomain,
  } = connection;
  return {
    status,
    portalId,
    scopes,
    currency,
    timeZone,
    connectedAt,
    disconnectedAt,
    reason: statusReason,
    uiUrl: `https://${uiDomain}/contacts/${portalId}`,
  };
}

const nothing = {
  status: 'not-connected' as const,
  portalId: null,
  scopes: [],
  currency: null,
  timeZone: null,
  connectedAt: null,
  disconnectedAt: null,
  reason: null,
  uiUrl: null,
};
