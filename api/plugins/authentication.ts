import type { FastifyInstance, FastifyRequest } from 'fastify';
import { findApiKey, touchApiKey } from '../../db/queries/system/api-keys.ts';
import { hashesTo, readApiKey } from '../api-key.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { Problem } from '../problem.ts';
import { refuseForeignPages } from './same-origin.ts';
import type { Sessions } from './session.ts';

/** Who asks: an API key or a person's session. */
export type Caller =
  | { readonly kind: 'api-key'; readonly id: string }
  | { readonly kind: 'session'; readonly id: string; readonly userId: string };

declare module 'fastify' {
  interface FastifyRequest {
    /** The workspace of the caller; the only source of a workspace in operator routes. */
    workspaceId: string;
    caller: Caller;
  }
}

/** Lets only valid API keys and sessions into the routes of this scope; a revoked one fails with its next request. */
export function requireCaller(app: FastifyInstance, deps: ApiDependencies, sessions: Sessions): void {
  app.decorateRequest('workspaceId', '');
  app.decorateRequest('caller');
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    if (request.headers.authorization !== undefined) return byApiKey(request, deps);
    const person = await sessions.read(request, reply);
    if (!person) throw notAuthenticated();
    refuseForeignPages(request, deps.config.PUBLIC_URL);
    request.workspaceId = person.workspaceId;
    request.caller = { kind: 'session', id: person.sessionId, userId: person.userId };
  });
}

async function byApiKey(request: FastifyRequest, { database }: ApiDependencies): Promise<void> {
  const [scheme, token = ''] = (request.headers.authorization ?? '').split(' ');
  const presented = scheme?.toLowerCase() === 'bearer' ? readApiKey(token) : null;
  const key = presented && (await findApiKey(database.system, presented.id));
  if (!presented || !key || key.revokedAt !== null || !hashesTo(presented.key, key.secretHash)) {
    throw notAuthenticated();
  }
  request.workspaceId = key.workspaceId;
  request.caller = { kind: 'api-key', id: key.id };
  await touchApiKey(database.system, key);
}

const notAuthenticated = (): Problem =>
  new Problem(401, 'Send a valid API key: `Authorization: Bearer vf_…`. People sign in at /dashboard/.', {
    headers: { 'www-authenticate': 'Bearer' },
  });
