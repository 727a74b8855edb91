/** OAuth without the browser: tokens, introspection, revocation, and the app's way out of a portal. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { RegisteredApp } from '../apps.ts';
import { callerWith } from '../http/caller.ts';
import { notFound } from '../http/errors.ts';
import { parsed } from '../http/input.ts';
import { adminEmail, adminUserId } from '../portals.ts';
import type { World } from '../world.ts';
import { accessTokenLifeMs, findAccessToken, issueAccessToken } from './access-tokens.ts';
import { findGrant, type Grant, grantOf, redeemCode, revoke } from './grants.ts';
import { uninstall } from './installs.ts';
import { OAuthError } from './oauth-error.ts';

const form = z.record(z.string(), z.string()).catch({});

type Form = Readonly<Record<string, string>>;

export function tokenRoutes(server: FastifyInstance, world: World): void {
  for (const version of ['v1', 'v3']) {
    server.post(`/oauth/${version}/token`, (request, reply) => {
      const body = parsed(form, request.body);
      const app = clientOf(world, body);
      const grant = world.store.transaction(() => exchange(world, app, body));
      return reply.header('cache-control', 'no-store').send(tokenBody(world, grant));
    });
  }

  server.post('/oauth/v3/token/introspect', (request) => {
    const body = parsed(form, request.body);
    return introspection(world, clientOf(world, body), body['token'] ?? '');
  });

  server.post('/oauth/v3/token/revoke', (request, reply) => {
    const body = parsed(form, request.body);
    const { appId } = clientOf(world, body);
    const token = body['token'] ?? '';
    if (findGrant(world, token)?.appId === appId) revoke(world, token);
    return reply.code(200).send({});
  });

  server.get<{ Params: { token: string } }>('/oauth/v1/access-tokens/:token', (request) => {
    const token = findAccessToken(world, request.params.token);
    if (token === undefined || token.expiresAt <= world.now())
      throw notFound('the access token is unknown or expired');
    return {
      ...holder(token),
      token: token.token,
      app_id: Number(token.appId),
      expires_in: secondsUntil(token.expiresAt, world.now()),
      token_type: 'access',
    };
  });

  server.get<{ Params: { token: string } }>('/oauth/v1/refresh-tokens/:token', (request) => {
    const grant = grantOf(world, request.params.token);
    return {
      ...holder(grant),
      token: grant.refreshToken,
      client_id: world.apps.require(grant.appId).clientId,
      token_type: 'refresh',
    };
  });

  server.delete<{ Params: { token: string } }>('/oauth/v1/refresh-tokens/:token', (request, reply) => {
    if (!revoke(world, request.params.token)) throw notFound('the refresh token is unknown');
    return reply.code(204).send();
  });

  server.delete('/appinstalls/v3/external-install', (request, reply) => {
    const { portalId, actor } = callerWith(world, request, 'oauth');
    uninstall(world, { appId: actor.appId, portalId });
    return reply.code(204).send();
  });
}

function exchange(world: World, { appId }: RegisteredApp, body: Form): Grant {
  switch (body['grant_type']) {
    case 'authorization_code':
      return redeemCode(world, {
        appId,
        code: body['code'] ?? '',
        redirectUri: body['redirect_uri'] ?? '',
      });
    case 'refresh_token':
      return grantOf(world, body['refresh_token'] ?? '', appId);
    default:
      throw new OAuthError('BAD_GRANT_TYPE', 'grant_type must be authorization_code or refresh_token');
  }
}

function clientOf({ apps }: World, body: Form): RegisteredApp {
  const app = apps.byClientId(body['client_id']);
  if (app === undefined) throw new OAuthError('BAD_CLIENT_ID', 'missing or unknown client id');
  if (body['client_secret'] !== app.clientSecret)
    throw new OAuthError('BAD_CLIENT_SECRET', 'missing or invalid client secret');
  return app;
}

/** HubSpot's answer to a grant: a new access token beside the refresh token, which stays the same. */
export function tokenBody(world: World, grant: Grant) {
  const { token } = issueAccessToken(world, grant);
  return {
    token_type: 'bearer',
    token_use: 'access_token',
    access_token: token,
    refresh_token: grant.refreshToken,
    expires_in: accessTokenLifeMs / 1000,
    hub_id: grant.portalId,
    scopes: grant.scopes,
    user_id: adminUserId,
  };
}

/** A token of another app is as good as none. */
function introspection(world: World, app: RegisteredApp, token: string) {
  const access = findAccessToken(world, token);
  const found = access ?? findGrant(world, token);
  if (found?.appId !== app.appId || (access !== undefined && access.expiresAt <= world.now()))
    return { active: false };
  return {
    active: true,
    token,
    ...holder(found),
    client_id: app.clientId,
    app_id: Number(app.appId),
    expires_in: access === undefined ? null : secondsUntil(access.expiresAt, world.now()),
    is_private_distribution: false,
    token_use: access === undefined ? 'refresh_token' : 'access_token',
    token_type: 'bearer',
  };
}

const holder = ({ portalId, scopes }: { portalId: number; scopes: readonly string[] }) => ({
  hub_id: portalId,
  user_id: adminUserId,
  user: adminEmail(portalId),
  hub_domain: `portal-${portalId}.example`,
  scopes,
});

const secondsUntil = (at: number, now: number): number => Math.max(0, Math.floor((at - now) / 1000));
