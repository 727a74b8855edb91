import { readFileSync } from 'node:fs';
import type { FastifyPluginAsync } from 'fastify';

const types = {
  'vouchflow.css': 'text/css; charset=utf-8',
  'copy.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const;

/** The few static files of the public pages, read once. */
export const assetRoutes = (): FastifyPluginAsync => async (app) => {
  for (const [name, type] of Object.entries(types)) {
    const content = readFileSync(new URL(`../pages/assets/${name}`, import.meta.url));
    app.get(`/assets/${name}`, { schema: { hide: true }, logLevel: 'warn' }, (_request, reply) =>
      reply.type(type).header('cache-control', 'public, max-age=3600').send(content),
    );
  }
};
