/**
 * Codes, refresh tokens and access tokens. A grant belongs to the app and one portal; its epoch counts the installs
 * of that portal, so that a log can tell an old connection's requests from a new one's.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { portalExists } from '../portals.ts';
import type { World } from '../world.ts';
import { OAuthError } from './oauth-error.ts';

export interface Grant {
  readonly refreshToken: string;
  readonly portalId: number;
  readonly scopes: readonly string[];
  readonly epoch: number;
}

export interface AccessToken {
  readonly token: string;
  readonly portalId: number;
  readonly scopes: readonly string[];
  readonly epoch: number;
  readonly expiresAt: number;
}

interface TokenRow {
  portal_id: number;
  scopes: string;
  epoch: number;
}

export const accessTokenLifeMs = 1_800_000;
const codeLifeMs = 600_000;
/** Expired tokens are remembered this long, so that HubSpot's "expired" is told apart from "unknown". */
const expiredKeptMs = 7 * 86_400_000;

export function issueCode(
  world: World,
  input: { portalId: number; redirectUri: string; scopes: readonly string[] },
): string {
  const code = `na1-${randomUUID()}`;
  world.store.run(
    'INSERT INTO codes VALUES (?, ?, ?, ?, ?)',
    code,
    input.portalId,
    input.redirectUri,
    input.scopes.join(' '),
    world.now() + codeLifeMs,
  );
  return code;
}

/** Uses a code up. Throws the OAuth errors of a code that is unknown, used, expired or sent from elsewhere. */
export function redeemCode(
  world: World,
  { code, redirectUri }: { code: string; redirectUri: string },
): Grant {
  const row = world.store.get<{
    portal_id: number;
    redirect_uri: string;
    scopes: string;
    expires_at: number;
  }>('SELECT * FROM codes WHERE code = ?', code);
  if (row === undefined) throw new OAuthError('BAD_AUTH_CODE', 'missing or unknown auth code');
  if (row.redirect_uri !== redirectUri)
    throw new OAuthError('BAD_REDIRECT_URI', 'redirect uri does not match the one authorized');
  world.store.run('DELETE FROM codes WHERE code = ?', code);
  if (row.expires_at <= world.now()) throw new OAuthError('EXPIRED_AUTH_CODE', 'auth code is expired');
  return install(world, { portalId: row.portal_id, scopes: row.scopes.split(' ') });
}

/** The app becomes installed in a portal once more; tokens of earlier installs stay good. */
export function install(
  world: World,
  { portalId, scopes }: { portalId: number; scopes: readonly string[] },
): Grant {
  const grant = {
    refreshToken: `na1-${randomUUID()}`,
    portalId,
    scopes,
    epoch: world.store.next(portalId, 'install'),
  };
  world.store.run(
    'INSERT INTO grants (refresh_token, portal_id, scopes, epoch) VALUES (?, ?, ?, ?)',
    grant.refreshToken,
    portalId,
    scopes.join(' '),
    grant.epoch,
  );
  return grant;
}

/** The grant of a refresh token. Throws when it is unknown or revoked, or when the portal is gone. */
export function grantOf(world: World, refreshToken: string): Grant {
  const grant = findGrant(world, refreshToken);
  if (grant === undefined)
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
  return row && { refreshToken, portalId: row.portal_id, scopes: row.scopes.split(' '), epoch: row.epoch };
}

export function issueAccessToken(world: World, grant: Grant): AccessToken {
  const now = world.now();
  world.store.run('DELETE FROM access_tokens WHERE expires_at < ?', now - expiredKeptMs);
  const token = `CP${randomBytes(210).toString('base64url')}`;
  const expiresAt = now + accessTokenLifeMs;
  world.store.run(
    'INSERT INTO access_tokens VALUES (?, ?, ?, ?, ?)',
    token,
    grant.portalId,
    grant.scopes.join(' '),
    grant.epoch,
    expiresAt,
  );
  return { token, portalId: grant.portalId, scopes: grant.scopes, epoch: grant.epoch, expiresAt };
}

export function findAccessToken(world: World, token: string): AccessToken | undefined {
  const row = world.store.get<TokenRow & { expires_at: number }>(
    'SELECT * FROM access_tokens WHERE token = ?',
    token,
  );
  return (
    row && {
      token,
      portalId: row.portal_id,
      scopes: row.scopes.split(' '),
      epoch: row.epoch,
      expiresAt: row.expires_at,
    }
  );
}

/** Ends a refresh token. Access tokens that it gave stay good until they expire, and the app stays installed. */
export function revoke(world: World, refreshToken: string): boolean {
  return world.store.run('UPDATE grants SET revoked = 1 WHERE refresh_token = ?', refreshToken) > 0;
}

/** Takes the app out of a portal: every token of it is refused from now on. */
export function uninstall(world: World, portalId: number): void {
  world.store.run('UPDATE grants SET revoked = 1 WHERE portal_id = ?', portalId);
  world.store.run('DELETE FROM access_tokens WHERE portal_id = ?', portalId);
}

/** Lets every access token of a portal run out now; refresh tokens stay good. */
export const expireAccessTokens = (world: World, portalId: number): number =>
  world.store.run('UPDATE access_tokens SET expires_at = ? WHERE portal_id = ?', world.now() - 1, portalId);
