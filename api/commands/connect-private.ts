import { type Connection, openConnection } from '../../db/queries/connections.ts';
import { HubSpotError, type HubSpotFailureKind } from '../../hubspot/failures.ts';
import { requiredScopes } from '../../hubspot/scopes.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { Problem } from '../problem.ts';
import { storeGrant } from './store-grant.ts';

/**
 * Connects the account of HUBSPOT_PRIVATE_TOKEN without OAuth; repeating it takes up the token that is configured now.
 * Throws a `Problem` that says what to change.
 */
export async function connectPrivate(deps: ApiDependencies, workspaceId: string): Promise<Connection> {
  const token = deps.config.HUBSPOT_PRIVATE_TOKEN;
  if (token === undefined) throw new Problem(409, notConfigured);
  const account = await deps.hubspot.privateTokens.account(token).catch((error: unknown) => {
    throw error instanceof HubSpotError ? refusal(error.kind) : error;
  });
  const open = await deps.database.app.inWorkspace(workspaceId, openConnection);
  if (open?.portalId === account.portalId && open.refreshToken !== null) throw new Problem(409, byOAuth);
  const { portalId, timeZone, companyCurrency: currency, uiDomain } = account;
  const stored = await storeGrant(deps, {
    workspaceId,
    portalId,
    scopes: [],
    timeZone,
    currency,
    uiDomain,
    tokens: { accessToken: token, refreshToken: null, expiresAt: null },
  });
  switch (stored.kind) {
    case 'connected':
      return stored.connection;
    case 'another-is-active':
      throw new Problem(
        409,
        `This workspace is connected to account ${stored.portalId}, and only one can be active. Disconnect it first: POST /api/v1/hubspot/disconnect.`,
      );
    case 'portal-taken':
      throw new Problem(
        409,
        'The account of HUBSPOT_PRIVATE_TOKEN is connected to another workspace here. Disconnect it there first.',
      );
  }
}

const notConfigured =
  'This installation has no HUBSPOT_PRIVATE_TOKEN. Set it and restart the API, or connect by OAuth: POST /api/v1/hubspot/connect.';
const byOAuth =
  'This account is connected by OAuth already. Disconnect it first if the private token shall take its place: POST /api/v1/hubspot/disconnect.';

function refusal(kind: HubSpotFailureKind): Problem {
  if (kind === 'reconnect-needed') {
    return new Problem(
      409,
      'HubSpot does not know HUBSPOT_PRIVATE_TOKEN, or not any more. Copy the token of the private app or service key anew.',
    );
  }
  if (kind === 'missing-scope') return new Problem(409, scopesNeeded);
  return new Problem(502, 'HubSpot did not answer. Nothing was connected; try again in a moment.');
}

/** `oauth` is no scope of a private app. */
const scopesNeeded = `HUBSPOT_PRIVATE_TOKEN may not read contacts. Give the private app or service key these scopes: ${requiredScopes
  .filter((scope) => scope !== 'oauth')
  .join(', ')}.`;
