import type { FastifyInstance } from 'fastify';
import { findApiKey, touchApiKey } from '../../db/queries/system/api-keys.ts';
import { hashesTo, readApiKey } from '../api-key.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { Problem } from '../problem.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The workspace of the API key; the only source of a workspace in operator routes. */
    workspaceId: string;
    apiKeyId: string;
  }
}

/** Lets only valid API keys into the routes of this scope; a revoked one fails with its next request. */
export function requireApiKey(app: FastifyInstance, { database }: ApiDependencies): void {
  app.decorateRequest('workspaceId', '');
  app.decorateRequest('apiKeyId', '');
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const [scheme, token = ''] = (request.headers.authorization ?? '').split(' ');
    const presented = scheme?.toLowerCase() === 'bearer' ? readApiKey(token) : null;
    const key = presented && (await findApiKey(database.system, presented.id));
    if (!presented || !key || key.revokedAt !== null || !hashesTo(presented.key, key.secretHash)) {
      throw new Problem(401, 'Send a valid API key: `Authorization: Bearer vf_…`.', {
        headers: { 'www-authenticate': 'Bearer' },
      });
    }
    request.workspaceId = key.workspaceId;
    request.apiKeyId = key.id;
    await touchApiKey(database.system, key);
  });
}
