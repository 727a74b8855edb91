import type { FastifyInstance } from 'fastify';

/** The forms that a company may put on a page of its own (P9). */
const paths = ['/join/:slug', '/r/:code/sign-up', '/c/:slug/sign-up'] as const;

/**
 * Lets pages of any origin send the public forms as JSON. Nothing here reads a key, and the one cookie that is read, the
 * visit's, is not sent by another site's page (SameSite) nor by a request without credentials, so a page can do no more
 * in somebody's browser than from its own server.
 */
export function allowPublicOrigins(app: FastifyInstance): void {
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('access-control-allow-origin', '*');
  });
  for (const path of paths) {
    app.options(path, { schema: { hide: true } }, (_request, reply) =>
      reply
        .headers({
          'access-control-allow-methods': 'POST',
          'access-control-allow-headers': 'content-type',
          'access-control-max-age': '86400',
        })
        .code(204)
        .send(),
    );
  }
}
