import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import { messagePage } from '../pages/message-page.ts';
import { sendPage } from '../pages/send-page.ts';

const built = fileURLToPath(new URL('../../web/dist/dashboard/', import.meta.url));

/** What the build writes wherever a nonce belongs; replaced anew for each answer. */
const placeholder = /VOUCHFLOW_NONCE/g;

/**
 * The operators' dashboard at `/dashboard/`: its page for every address below, since the browser routes, and its files,
 * whose names change with their content.
 */
export const dashboardRoutes =
  (folder: string = built): FastifyPluginAsync =>
  async (app) => {
    app.get('/dashboard', { schema: { hide: true } }, (_request, reply) => reply.redirect('/dashboard/'));
    app.get('/dashboard/*', { schema: { hide: true } }, async (_request, reply) => {
      // Read each time: a build that replaces the files while this process runs also renames the page's scripts.
      const template = await readFile(`${folder}index.html`, 'utf8').catch(() => null);
      return template === null ? notBuilt(reply) : sendDashboard(reply, template);
    });
    if (!existsSync(`${folder}assets`)) return;
    await app.register(fastifyStatic, {
      root: `${folder}assets`,
      prefix: '/dashboard/assets/',
      schemaHide: true,
      decorateReply: false,
      preCompressed: true,
      index: false,
      immutable: true,
      maxAge: '365d',
    });
  };

function sendDashboard(reply: FastifyReply, template: string): FastifyReply {
  const nonce = randomBytes(16).toString('base64url');
  return reply
    .header('content-security-policy', policy(nonce))
    .header('cache-control', 'no-cache')
    .type('text/html; charset=utf-8')
    .send(template.replaceAll(placeholder, nonce));
}

/** Scripts come from files of ours only; the nonce is for the few rules of style that the components make. */
const policy = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

const notBuilt = (reply: FastifyReply): FastifyReply =>
  sendPage(
    reply,
    503,
    messagePage({
      tone: 'neutral',
      title: 'The dashboard is not built',
      text: 'Run `npm run build:web`, then start the API again. Everything else works meanwhile.',
    }),
  );
