/** Access tokens: an OAuth app's, which run out after 30 minutes, and private apps' beside them. */
import { randomBytes } from 'node:crypto';
import type { World } from '../world.ts';
import type { Grant } from './grants.ts';
import { findPrivateToken } from './private-tokens.ts';

export interface AccessToken {
  readonly token: string;
  readonly appId: string;
  readonly portalId: number;
  readonly scopes: readonly string[];
  readonly epoch: number;
  /** Infinite for a private app's. */
  readonly expiresAt: number;
  /** A private app's own requests in ten seconds; null for an OAuth app. */
  readonly privateMaximum: number | null;
}

interface TokenRow {
  app_id: string;
  portal_id: number;
  scopes: string;
  epoch: number;
}

export const accessTokenLifeMs = 1_800_000;
/** Expired tokens are remembered this long, so that HubSpot's "expired" is told apart from "unknown". */
const expiredKeptMs = 7 * 86_400_000;

export function issueAccessToken(world: World, grant: Grant): AccessToken {
  const now = world.now();
  world.store.run('DELETE FROM access_tokens WHERE expires_at < ?', now - expiredKeptMs);
  const token = `CP${randomBytes(210).toString('base64url')}`;
  const expiresAt = now + accessTokenLifeMs;
  world.store.run(
    'INSERT INTO access_tokens VALUES (?, ?, ?, ?, ?, ?)',
    token,
    grant.appId,
    grant.portalId,
    grant.scopes.join(' '),
    grant.epoch,
    expiresAt,
  );
  const { appId, portalId, scopes, epoch } = grant;
  return { token, appId, portalId, scopes, epoch, expiresAt, privateMaximum: null };
}

/** A token of either kind that was ever given out here, run out or not. */
export function findAccessToken(world: World, token: string): AccessToken | undefined {
  const own = findPrivateToken(world, token);
  if (own !== undefined) {
    const { appId, portalId, scopes, maximum: privateMaximum } = own;
    return { token, appId, portalId, scopes, epoch: 1, expiresAt: Number.POSITIVE_INFINITY, privateMaximum };
  }
  const row = world.store.get<TokenRow & { expires_at: number }>(
    'SELECT * FROM access_tokens WHERE token = ?',
    token,
  );
  return (
    row && {
      token,
      appId: row.app_id,
      portalId: row.portal_id,
      scopes: row.scopes.split(' '),
      epoch: row.epoch,
      expiresAt: row.expires_at,
      privateMaximum: null,
    }
  );
}

/** Lets every access token of a portal run out now; refresh tokens stay good. */
export const expireAccessTokens = (world: World, portalId: number): number =>
  world.store.run('UPDATE access_tokens SET expires_at = ? WHERE portal_id = ?', world.now() - 1, portalId);
