/** Requests to the API: how often each endpoint answered what, and the newest of them one by one. */
import { html } from 'ghtml';
import type { RequestCount } from '../http/request-counts.ts';
import type { LoggedRequest } from '../http/request-log.ts';
import type { World } from '../world.ts';
import { moment } from './fields.ts';
import { page } from './layout.ts';

const shownRows = 100;
const shownEndpoints = 30;

export function requestPage(world: World, { portalId, path }: { portalId: number; path: string }): string {
  const filter = { path: path === '' ? undefined : path };
  const requests = world.log.read({ after: 0, limit: shownRows, newestFirst: true, ...filter });
  const nothing = html`<tr><td colspan="7" class="quiet">No request to the API yet.</td></tr>`;
  return page(world, {
    title: 'Requests',
    section: 'requests',
    portalId,
    body: html`<div class="split">
        <div><h1>Requests to the API</h1><p class="note">Of all portals and apps. Bodies are never kept.</p></div>
        <form class="row" action="/requests"><input type="hidden" name="portal" value="${portalId}">
          <label>Part of the path<input type="search" name="path" value="${path}"></label><button>Filter</button></form>
      </div>
      !${countTable(world.log.counts(filter))}
      <h2>Newest first</h2>
      <div class="scroll"><table>
        <thead><tr><th class="number">No.</th><th>Method</th><th>Path</th><th class="number">Status</th><th class="number">ms</th><th>At (UTC)</th><th>Portal</th></tr></thead>
        <tbody>!${requests.length === 0 ? nothing : requests.map(requestRow)}</tbody>
      </table></div>`,
  });
}

function countTable(counts: readonly RequestCount[]): string {
  const endpoints = [...Map.groupBy(counts, ({ method, endpoint }) => `${method} ${endpoint}`).values()];
  if (endpoints.length === 0) return '';
  const rows = endpoints.slice(0, shownEndpoints).map((answers) => {
    const total = answers.reduce((sum, { count }) => sum + count, 0);
    const told = answers.map(
      ({ status, count }) => html`<span class="count ${tone(status)}">${status ?? 'none'} × ${count}</span> `,
    );
    return html`<tr><td>${answers[0]?.method ?? ''}</td><td class="mono break">${answers[0]?.endpoint ?? ''}</td>
      <td>!${told}</td><td class="number">${total}</td></tr>`;
  });
  const more = endpoints.length - rows.length;
  return html`<h2>By endpoint</h2><div class="scroll"><table>
      <thead><tr><th>Method</th><th>Endpoint</th><th>Answers</th><th class="number">Requests</th></tr></thead>
      <tbody>!${rows}</tbody></table></div>
    !${more > 0 ? html`<p class="quiet">and ${more} more endpoints</p>` : ''}`;
}

function requestRow(request: LoggedRequest): string {
  const { n, at, method, path, status, finishedAt, portalId } = request;
  return html`<tr>
    <td class="number">${n}</td><td>${method}</td><td class="mono break">${path}</td>
    <td class="number ${tone(status)}">${status ?? (finishedAt === null ? 'open' : 'broken')}</td>
    <td class="number">${finishedAt === null ? '' : finishedAt - at}</td>
    <td class="tight quiet">${moment(at)}</td><td class="quiet tight">${portalId ?? ''}</td>
  </tr>`;
}

const tone = (status: number | null): string => (status !== null && status < 400 ? '' : 'bad');
