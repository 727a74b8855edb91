/**
 * Codes and the grants that they are exchanged for. A grant belongs to one app and one portal; its epoch counts the installs
 * of that app there, so that a log can tell an old connection's requests from a new one's.
 */
import { randomUUID } from 'node:crypto';
import { portalExists } from '../portals.ts';
import type { World } from '../world.ts';
import { type InstallKey, noteInstall } from './installs.ts';
import { OAuthError } from './oauth-error.ts';

export interface Grant {
  readonly refreshToken: string;
  readonly appId: string;
  readonly portalId: number;
  readonly scopes: readonly string[];
  readonly epoch: number;
}

interface TokenRow {
  app_id: string;
  portal_id: number;
  scopes: string;
  epoch: number;
}

const codeLifeMs = 600_000;

export function issueCode(
  world: World,
  input: InstallKey & { redirectUri: string; scopes: readonly string[] },
): string {
  const code = `na1-${randomUUID()}`;
  world.store.run(
    'INSERT INTO codes VALUES (?, ?, ?, ?, ?, ?)',
    code,
    input.appId,
    input.portalId,
    input.redirectUri,
    input.scopes.join(' '),
    world.now() + codeLifeMs,
  );
  return code;
}

/** Uses a code up. Throws the OAuth errors of a code that is unknown, used, expired, another app's or from elsewhere. */
export function redeemCode(
  world: World,
  { appId, code, redirectUri }: { appId: string; code: string; redirectUri: string },
): Grant {
  const row = world.store.get<{
    app_id: string;
    portal_id: number;
    redirect_uri: string;
    scopes: string;
    expires_at: number;
  }>('SELECT * FROM codes WHERE code = ?', code);
  if (row?.app_id !== appId) throw new OAuthError('BAD_AUTH_CODE', 'missing or unknown auth code');
  if (row.redirect_uri !== redirectUri)
    throw new OAuthError('BAD_REDIRECT_URI', 'redirect uri does not match the one authorized');
  world.store.run('DELETE FROM codes WHERE code = ?', code);
  if (row.expires_at <= world.now()) throw new OAuthError('EXPIRED_AUTH_CODE', 'auth code is expired');
  return install(world, { appId, portalId: row.portal_id, scopes: row.scopes.split(' ') });
}

/** The app becomes installed in a portal once more; tokens of earlier installs stay good. */
export function install(
  world: World,
  { appId, portalId, scopes }: InstallKey & { scopes: readonly string[] },
): Grant {
  const grant = {
    refreshToken: `na1-${randomUUID()}`,
    appId,
    portalId,
    scopes,
    epoch: world.store.next(portalId, `install:${appId}`),
  };
  noteInstall(world, { appId, portalId });
  world.store.run(
    'INSERT INTO grants (refresh_token, app_id, portal_id, scopes, epoch) VALUES (?, ?, ?, ?, ?)',
    grant.refreshToken,
    appId,
    portalId,
    scopes.join(' '),
    grant.epoch,
  );
  return grant;
}

/** The grant of a refresh token. Throws when it is unknown, revoked or another app's, or when the portal is gone. */
export function grantOf(world: World, refreshToken: string, appId?: string): Grant {
  const grant = findGrant(world, refreshToken);
  if (grant === undefined || (appId !== undefined && grant.appId !== appId))
    throw new OAuthError('BAD_REFRESH_TOKEN', 'refresh token is invalid, expired or revoked');
  if (!portalExists(world.store, grant.portalId))
    throw new OAuthError('BAD_HUB', 'missing or unknown hub id');
  return grant;
}

export function findGrant(world: World, refreshToken: string): Grant | undefined {
  const row = world.store.get<TokenRow>(
    'SELECT * FROM grants WHERE refresh_token = ? AND revoked = 0',
    refreshToken,
  );
  return (
    row && {
      refreshToken,
      appId: row.app_id,
      portalId: row.portal_id,
      scopes: row.scopes.split(' '),
      epoch: row.epoch,
    }
  );
}

/** Ends a refresh token. Access tokens that it gave stay good until they expire, and the app stays installed. */
export function revoke(world: World, refreshToken: string): boolean {
  return world.store.run('UPDATE grants SET revoked = 1 WHERE refresh_token = ?', refreshToken) > 0;
}
