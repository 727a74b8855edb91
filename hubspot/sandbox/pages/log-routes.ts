/** What went out and what came in: webhook deliveries and API requests, newest first. */
import type { FastifyInstance } from 'fastify';
import { html } from 'ghtml';
import { z } from 'zod';
import { parsed } from '../http/input.ts';
import type { LoggedRequest } from '../http/request-log.ts';
import type { WebhookBatch } from '../webhooks/batches.ts';
import type { World } from '../world.ts';
import { moment, shownPortal } from './fields.ts';
import { page } from './layout.ts';

const shownRows = 100;
const requestsQuery = z.object({ path: z.string().default('') });

export function logRoutes(server: FastifyInstance, world: World): void {
  server.get('/webhooks', (request, reply) =>
    reply.type('text/html; charset=utf-8').send(webhooksPage(world, shownPortal(world, request.query))),
  );
  server.get('/requests', (request, reply) => {
    const { path } = parsed(requestsQuery, request.query);
    return reply
      .type('text/html; charset=utf-8')
      .send(requestsPage(world, shownPortal(world, request.query), path.trim()));
  });
}

function webhooksPage(world: World, portalId: number): string {
  const { settings } = world.webhooks;
  const counts = world.webhooks.batches.counts();
  const batches = world.webhooks.batches.recent(shownRows);
  const subscriptions = settings.subscriptions
    .filter(({ active }) => active)
    .map(
      ({ eventType, propertyName }) =>
        html`<li class="mono">${eventType}${propertyName === null ? '' : ` ${propertyName}`}</li>`,
    );
  const nothing = html`<tr><td colspan="6" class="quiet">Nothing was sent yet.</td></tr>`;
  return page(world, {
    title: 'Webhooks',
    section: 'webhooks',
    portalId,
    body: html`<h1>Webhooks</h1>
      <p class="note">!${settings.targetUrl === null ? 'The app has no webhook address.' : html`Sent to <span class="mono">${settings.targetUrl}</span>${settings.enabled ? '' : ', switched off at the moment'}`}</p>
      <dl class="figures">
        <div><dt>Events waiting</dt><dd>${counts.pending}</dd></div>
        <div><dt>Delivered</dt><dd>${counts.delivered}</dd></div>
        <div><dt>Given up</dt><dd>${counts.failed}</dd></div>
      </dl>
      <details><summary>${subscriptions.length} subscriptions</summary><ul class="scopes">!${subscriptions}</ul></details>
      <h2>Deliveries of all portals</h2>
      <div class="scroll"><table>
        <thead><tr><th class="number">No.</th><th>State</th><th class="number">Answer</th><th class="number">Tries</th><th>Events</th><th>Settled (UTC)</th></tr></thead>
        <tbody>!${batches.length === 0 ? nothing : batches.map(batchRow)}</tbody>
      </table></div>`,
  });
}

function batchRow({ n, events, attempt, state, status, settledAt }: WebhookBatch): string {
  const told = events.slice(0, 3).map(({ subscriptionType, propertyName, objectId, fromObjectId }) => {
    const what = [subscriptionType, propertyName].filter((part) => part !== undefined).join(' ');
    return html`<div>${what} <span class="quiet">${String(objectId ?? fromObjectId ?? '')}</span></div>`;
  });
  const more = events.length > 3 ? html`<div class="quiet">and ${events.length - 3} more</div>` : '';
  return html`<tr>
    <td class="number">${n}</td>
    <td class="tight !${state === 'failed' ? 'bad' : state === 'delivered' ? 'good' : ''}">${state}</td>
    <td class="number">${status ?? ''}</td>
    <td class="number">${attempt + (state === 'pending' ? 0 : 1)}</td>
    <td class="break">!${told}!${more}<details><summary class="quiet">Body</summary><pre>${JSON.stringify(events, null, 2)}</pre></details></td>
    <td class="tight quiet">${settledAt === null ? '' : moment(settledAt)}</td>
  </tr>`;
}

function requestsPage(world: World, portalId: number, path: string): string {
  const query = { after: 0, limit: shownRows, newestFirst: true, path: path === '' ? undefined : path };
  const requests = world.log.read(query);
  const nothing = html`<tr><td colspan="6" class="quiet">No request to the API yet.</td></tr>`;
  return page(world, {
    title: 'Requests',
    section: 'requests',
    portalId,
    body: html`<div class="split">
        <div><h1>Requests to the API</h1><p class="note">Of all portals, newest first. Bodies are never kept.</p></div>
        <form class="row" action="/requests"><input type="hidden" name="portal" value="${portalId}">
          <label>Part of the path<input type="search" name="path" value="${path}"></label><button>Filter</button></form>
      </div>
      <div class="scroll"><table>
        <thead><tr><th class="number">No.</th><th>At (UTC)</th><th>Method</th><th>Path</th><th class="number">Status</th><th class="number">ms</th></tr></thead>
        <tbody>!${requests.length === 0 ? nothing : requests.map(requestRow)}</tbody>
      </table></div>`,
  });
}

function requestRow({ n, at, method, path, status, finishedAt, portalId }: LoggedRequest): string {
  return html`<tr>
    <td class="number">${n}</td><td class="tight quiet">${moment(at)}</td><td>${method}</td>
    <td class="break"><span class="mono">${path}</span> <span class="quiet">${portalId ?? ''}</span></td>
    <td class="number !${status !== null && status < 400 ? '' : 'bad'}">${status ?? (finishedAt === null ? 'open' : 'broken')}</td>
    <td class="number">${finishedAt === null ? '' : finishedAt - at}</td>
  </tr>`;
}
