/** What every request to HubSpot's API passes on its way in and out: ids, the log, faults, tokens and limits. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { portalOf } from '../portals.ts';
import type { World } from '../world.ts';
import { assertLiveToken, tokenOf } from './caller.ts';
import { ApiError } from './errors.ts';
import { htmlFailure } from './faults.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The work is done, and then the connection breaks. */
    answerDropped: boolean;
  }
}

/** Everything else is the sandbox's own: its pages and its controls. */
const apiPath = /^\/(crm|oauth|account-info|appinstalls|webhooks|app-webhooks|automation|integrators)\//;
const withToken = /^\/(crm|account-info|automation\/v4\/actions\/callbacks)\//;
const searchPath = /^\/crm\/v3\/objects\/[^/]+\/search(?=[/?]|$)/;
/** HubSpot marks these as exempt from the ten-second window. */
const exemptPath = /^\/crm\/v4\/associations\/[^/]+\/[^/]+\/batch\//;

/** Making one takes longer than a request does. */
const dateFormats = new Map<string, Intl.DateTimeFormat>();

/** About where HubSpot's front answers 414: long property lists belong into a batch read. */
const maxUrlLength = 8192;

export const isApi = (request: FastifyRequest): boolean => apiPath.test(request.url);

export function apiGate(server: FastifyInstance, world: World): void {
  server.decorateRequest('token', null);
  server.decorateRequest('correlationId', '');
  server.decorateRequest('answerDropped', false);

  server.addHook('onRequest', async (request, reply) => {
    if (!isApi(request)) return refuseForeignPost(request);
    request.correlationId = randomUUID();
    void reply.header('x-hubspot-correlation-id', request.correlationId);
    request.token = tokenOf(world, request);
    keepLog(world, request, reply);
    if (await meetFault(world, request, reply)) return reply;
    if (request.originalUrl.length > maxUrlLength) throw new ApiError(414, { message: 'URI Too Long' });
    if (withToken.test(request.url)) takeLimit(world, request, reply);
  });

  server.addHook('onSend', async (request, reply, payload) => {
    if (request.answerDropped) request.raw.socket.destroy();
    else if (isApi(request) && String(reply.getHeader('content-type')).startsWith('application/json')) {
      void reply.header('content-type', 'application/json;charset=utf-8');
    }
    return payload;
  });
}

function keepLog(world: World, request: FastifyRequest, reply: FastifyReply): void {
  const entry = world.log.begin({
    at: world.now(),
    method: request.method,
    path: withoutTokens(request.originalUrl),
    portalId: request.token?.portalId ?? null,
    appId: request.token?.appId ?? null,
    tokenEpoch: request.token?.epoch ?? null,
  });
  const finish = (status: number | null) => world.log.finish(entry, { at: world.now(), status });
  reply.raw.once('finish', () => finish(request.answerDropped ? null : reply.raw.statusCode));
  reply.raw.once('close', () => finish(null));
}

/** Some old OAuth paths carry a token, the webhook management API a key; the log must not. */
const withoutTokens = (url: string): string =>
  url.replace(/((?:access|refresh)-tokens\/)[^/?]+/, '$1…').replace(/(hapikey=)[^&]+/, '$1…');

/** Answers whether the request has met its end. */
async function meetFault(world: World, request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
  const fault = world.faults.take({ method: request.method, path: request.originalUrl });
  if (fault === undefined) return false;
  if (fault.delayMs > 0) await delay(fault.delayMs, undefined, { ref: false });
  request.answerDropped = fault.dropResponse;
  if (fault.hang) {
    reply.hijack();
    return true;
  }
  if (fault.status === undefined) return false;
  void reply.code(fault.status).headers(fault.headers);
  if (fault.body === 'html') void reply.type('text/html; charset=utf-8').send(htmlFailure(fault.status));
  else if (fault.body === 'empty') void reply.send();
  else if (fault.preset === undefined && fault.json !== undefined) void reply.send(fault.json);
  else void reply.send(errorBody(request, fault.json ?? { message: 'This failure was ordered.' }));
  return true;
}

function takeLimit(world: World, request: FastifyRequest, reply: FastifyReply): void {
  const token = assertLiveToken(world, request);
  const { portalId } = token;
  const now = world.now();
  const daily = token.privateMaximum === null ? {} : world.limits.takeDaily(portalId, today(world, portalId));
  if (searchPath.test(request.url)) world.limits.takeSearch(portalId, now);
  else if (exemptPath.test(request.url)) void reply.headers(daily);
  else void reply.headers({ ...world.limits.takeGeneral(token, now), ...daily });
}

/** The portal's own date: quotas of a day begin anew at its midnight. */
function today(world: World, portalId: number): string {
  const { timeZone } = portalOf(world.store, portalId);
  const known = dateFormats.get(timeZone) ?? new Intl.DateTimeFormat('en-CA', { timeZone });
  dateFormats.set(timeZone, known);
  return known.format(world.now());
}

/** The controls have no login, so a page of another site must not reach them through a visitor's browser. */
function refuseForeignPost(request: FastifyRequest): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  if (request.headers['sec-fetch-site'] === 'cross-site') {
    throw new ApiError(403, { message: 'Requests from pages of other sites are refused.' });
  }
}

const errorBody = (request: FastifyRequest, body: object) => ({
  status: 'error',
  correlationId: request.correlationId,
  ...body,
});

/** An error as its HTTP answer: HubSpot's body for what was thrown on purpose, a plain one for the rest. */
export function apiFailure(
  error: FastifyError | ApiError,
  request: FastifyRequest,
): { status: number; body: object } {
  if (error instanceof ApiError) return { status: error.status, body: errorBody(request, error.body) };
  const status = error.statusCode ?? 500;
  const message = status < 500 ? error.message : 'internal error';
  return { status, body: errorBody(request, { message }) };
}
