import { randomBytes } from 'node:crypto';
import { accountOfPortal, updateAccount } from '../../db/queries/connection-resume.ts';
import type { Connection } from '../../db/queries/connections.ts';
import { insertState } from '../../db/queries/oauth-states.ts';
import { type StateUse, takeState } from '../../db/queries/system/oauth-states.ts';
import { isPortalOpen } from '../../db/queries/system/portals.ts';
import { HubSpotError, type HubSpotFailureKind } from '../../hubspot/failures.ts';
import { sha256 } from '../api-key.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { Caller } from '../plugins/authentication.ts';
import { disconnect } from './connection-wakes.ts';
import { openInteractive } from './portal-schema.ts';
import { storeGrant } from './store-grant.ts';

export const redirectUri = ({ config }: Pick<ApiDependencies, 'config'>): string =>
  `${config.PUBLIC_URL}/hubspot/callback`;

/**
 * The consent page of HubSpot with a one-time state of 256 bits. Each call makes a new one and changes nothing else, so
 * it needs no idempotency key; the state is never stored, only its hash.
 */
export async function beginConnect(
  deps: ApiDependencies,
  { workspaceId, caller }: { readonly workspaceId: string; readonly caller: Caller },
): Promise<string> {
  const state = randomBytes(32).toString('base64url');
  await deps.database.app.inWorkspace(workspaceId, (tx) =>
    insertState(tx, {
      stateHash: sha256(state),
      workspaceId,
      ...(caller.kind === 'session' ? { sessionId: caller.id } : { apiKeyId: caller.id }),
    }),
  );
  return deps.hubspot.oauth.authorizeUrl({ redirectUri: redirectUri(deps), state });
}

export type ConnectOutcome =
  | {
      readonly kind: 'connected';
      readonly portalId: string;
      readonly scopes: readonly string[];
      readonly resumed: number;
    }
  | { readonly kind: 'state-refused'; readonly reason: Exclude<StateUse['kind'], 'fresh'> }
  /** S13: another account is active in this workspace. */
  | { readonly kind: 'another-is-active'; readonly portalId: string }
  /** The account is connected to another workspace of this installation. */
  | { readonly kind: 'portal-taken' }
  | { readonly kind: 'code-refused' }
  /** HubSpot does not know our client id, secret or redirect address. */
  | { readonly kind: 'misconfigured' }
  | { readonly kind: 'hubspot-unavailable' };

const refusals: { readonly [K in HubSpotFailureKind]?: 'code-refused' | 'misconfigured' } = {
  invalid: 'code-refused',
  misconfigured: 'misconfigured',
};

/** The second half of connecting: takes the state, trades the code, stores the grant and wakes what waited for it. */
export async function finishConnect(
  deps: ApiDependencies,
  {
    state,
    code,
    sessionId,
  }: { readonly state: string; readonly code: string; readonly sessionId: string | null },
): Promise<ConnectOutcome> {
  const use = await takeState(deps.database.system, { stateHash: sha256(state), sessionId });
  if (use.kind !== 'fresh') return { kind: 'state-refused', reason: use.kind };
  const { workspaceId } = use;
  const grant = await deps.hubspot.oauth
    .exchangeCode({ code, redirectUri: redirectUri(deps) })
    .catch(hubspotFailure);
  if (grant instanceof HubSpotError) {
    return { kind: refusals[grant.kind] ?? 'hubspot-unavailable' };
  }
  const { portalId, scopes, accessToken, refreshToken, expiresAt } = grant;
  const known = await deps.database.app.inWorkspace(workspaceId, (tx) => accountOfPortal(tx, portalId));
  const stored = await storeGrant(deps, {
    workspaceId,
    portalId,
    scopes,
    tokens: { accessToken, refreshToken, expiresAt },
    ...(known ?? unknownAccount),
  });
  if (stored.kind !== 'connected') {
    if (!(await isPortalOpen(deps.database.system, portalId))) await handBack(deps, refreshToken);
    return stored;
  }
  if (!(await learnAccount(deps, stored))) return { kind: 'hubspot-unavailable' };
  return { kind: 'connected', portalId, scopes, resumed: stored.resumed };
}

/** Until the account itself has said it, a moment later. */
const unknownAccount = { timeZone: 'UTC', currency: 'USD', uiDomain: 'app.hubspot.com' } as const;

/**
 * Currency, time zone and address of the account decide how money and days are read, so a first connection without them
 * is given up at once: the person tries again, and nothing was sent meanwhile. A reconnect goes on with what is known.
 */
async function learnAccount(
  deps: ApiDependencies,
  { connection, again }: { readonly connection: Connection; readonly again: boolean },
): Promise<boolean> {
  const details = await openInteractive(deps, connection).account.details().catch(hubspotFailure);
  return deps.database.app.inWorkspace(connection.workspaceId, async (tx) => {
    if (details instanceof HubSpotError) {
      if (again) return true;
      await disconnect(tx, connection.id, 'account-unreadable');
      return false;
    }
    const { timeZone, companyCurrency: currency, uiDomain } = details;
    await updateAccount(tx, connection, { timeZone, currency, uiDomain });
    return true;
  });
}

/**
 * A grant that we may not keep; that HubSpot keeps it a little longer harms nobody. Never for an account that another
 * workspace has connected: HubSpot gives the same refresh token again, and revoking it would end theirs.
 */
const handBack = (deps: ApiDependencies, refreshToken: string): Promise<unknown> =>
  deps.hubspot.oauth.revoke(refreshToken).catch(hubspotFailure);

function hubspotFailure(error: unknown): HubSpotError {
  if (error instanceof HubSpotError) return error;
  throw error;
}
