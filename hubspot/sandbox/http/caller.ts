/** Who calls HubSpot's API: the app, in one portal, with the scopes that were granted there. */
import type { FastifyRequest } from 'fastify';
import type { AppActor } from '../crm/actor.ts';
import type { ObjectType } from '../crm/object-types.ts';
import { type AccessToken, findAccessToken } from '../oauth/access-tokens.ts';
import { portalExists } from '../portals.ts';
import type { World } from '../world.ts';
import { ApiError, missingScopes } from './errors.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null when the request brought no token that was ever issued. */
    token: AccessToken | null;
    correlationId: string;
  }
}

export interface Caller {
  readonly portalId: number;
  readonly actor: AppActor;
}

/** Since this version writes obey the rules that an administrator set; older ones ignore them. */
const rulesApplyTo = /^\/crm\/objects\/2026-09\//;

export function tokenOf(world: World, request: FastifyRequest): AccessToken | null {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || token === undefined) return null;
  return findAccessToken(world, token) ?? null;
}

/** Throws HubSpot's 401 when the token is unknown or has run out. */
export function assertLiveToken(world: World, request: FastifyRequest): AccessToken {
  const { token } = request;
  if (token === null || !portalExists(world.store, token.portalId)) {
    throw new ApiError(401, {
      message:
        'Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview',
      category: 'INVALID_AUTHENTICATION',
    });
  }
  const agoMs = world.now() - token.expiresAt;
  if (agoMs >= 0) {
    throw new ApiError(401, {
      message: `The OAuth token used to make this call expired ${Math.floor(agoMs / 1000)} second(s) ago.`,
      category: 'EXPIRED_AUTHENTICATION',
      context: { 'expire time': [new Date(token.expiresAt).toISOString()] },
    });
  }
  return token;
}

/** The caller, if any one of the scopes was granted; else HubSpot's 403. */
export function callerWith(world: World, request: FastifyRequest, ...anyOf: readonly string[]): Caller {
  const token = assertLiveToken(world, request);
  if (!anyOf.some((scope) => token.scopes.includes(scope))) throw missingScopes(anyOf);
  return {
    portalId: token.portalId,
    actor: {
      kind: 'app',
      portalId: token.portalId,
      appId: token.appId,
      bound: rulesApplyTo.test(request.originalUrl),
    },
  };
}

export const objectCaller = (
  world: World,
  request: FastifyRequest,
  type: ObjectType,
  right: 'read' | 'write',
): Caller => callerWith(world, request, `crm.objects.${type}.${right}`);

export const schemaCaller = (
  world: World,
  request: FastifyRequest,
  type: ObjectType,
  right: 'read' | 'write',
): Caller =>
  callerWith(
    world,
    request,
    `crm.schemas.${type}.${right}`,
    ...(right === 'read' ? [`crm.objects.${type}.read`] : []),
  );
