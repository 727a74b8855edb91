import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type Connection, latestConnection, openConnection } from '../../db/queries/connections.ts';
import { missingScopes, optionalScopes } from '../../hubspot/scopes.ts';
import { beginConnect } from '../commands/connect-hubspot.ts';
import { connectPrivate } from '../commands/connect-private.ts';
import { disconnect } from '../commands/connection-wakes.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { instant } from '../schemas/shared.ts';

const connectionView = z
  .object({
    status: z.enum(['not-connected', 'active', 'disconnected', 'reconnect-needed']),
    portalId: z.string().nullable(),
    access: z
      .enum(['oauth', 'private-token'])
      .nullable()
      .describe('a private token brings no webhooks: changes are noticed by polling'),
    scopes: z.array(z.string()).describe('as granted; empty for a private token, which does not tell'),
    missingScopes: z
      .array(z.string())
      .nullable()
      .describe('without these contacts cannot be synced; null when nobody can tell'),
    missingOptionalScopes: z
      .array(z.string())
      .nullable()
      .describe('without these deals, lists or owners cannot be used; null when nobody can tell'),
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
      async (request) => ({ authorizeUrl: await beginConnect(deps, request) }),
    );

    app.post(
      '/hubspot/connect-private',
      {
        schema: {
          summary: 'Connect the account of HUBSPOT_PRIVATE_TOKEN, without OAuth',
          description:
            'For an installation that serves one HubSpot account: the token of a private app or service key is checked and kept sealed. HubSpot sends no webhooks for it, so changes are noticed by polling. Repeating it takes up the token that is configured now.',
          tags,
          response: { 200: connectionView },
        },
      },
      async (request) => showConnection(await connectPrivate(deps, request.workspaceId)),
    );

    app.post(
      '/hubspot/disconnect',
      {
        schema: {
          summary: 'Disconnect: from now on no data moves either way',
          description: 'What was synced before stays in both systems. Repeating it changes nothing.',
          tags,
          response: {
            200: connectionView.extend({
              notice: z.string().nullable().describe('what is left for a person to do in HubSpot'),
            }),
          },
        },
      },
      async (request) => {
        const { connection, access } = await deps.database.app.inWorkspace(
          request.workspaceId,
          async (tx) => {
            const open = await openConnection(tx);
            const closed = open && (await disconnect(tx, open.id, 'disconnected-by-operator'));
            return { connection: closed ?? (await latestConnection(tx)), access: open && accessOf(open) };
          },
        );
        return {
          ...showConnection(connection),
          notice: access === 'private-token' ? tokenStaysInHubSpot : null,
        };
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
    access: accessOf(connection),
    scopes,
    missingScopes: mutable(missingScopes(scopes)),
    missingOptionalScopes: mutable(missingScopes(scopes, optionalScopes)),
    currency,
    timeZone,
    connectedAt,
    disconnectedAt,
    reason: statusReason,
    uiUrl: `https://${uiDomain}/contacts/${portalId}`,
  };
}

/** Told by the tokens that are kept; null once they are gone. */
function accessOf({ accessToken, refreshToken }: Connection): 'oauth' | 'private-token' | null {
  if (accessToken === null) return null;
  return refreshToken === null ? 'private-token' : 'oauth';
}

const mutable = (list: readonly string[] | null): string[] | null => list && [...list];

const tokenStaysInHubSpot =
  'Our copy of the private token is erased. The token itself works until you delete it in HubSpot: Settings → Integrations → Private apps (or Service keys). Also remove HUBSPOT_PRIVATE_TOKEN from this installation.';

const nothing = {
  status: 'not-connected' as const,
  portalId: null,
  access: null,
  scopes: [],
  missingScopes: null,
  missingOptionalScopes: null,
  currency: null,
  timeZone: null,
  connectedAt: null,
  disconnectedAt: null,
  reason: null,
  uiUrl: null,
};
