/** An app's webhooks: what it is subscribed to, and each delivery with all its tries. */
import { html } from 'ghtml';
import type { WebhookBatch } from '../webhooks/batch.ts';
import type { WebhookQueue } from '../webhooks/queue.ts';
import type { World } from '../world.ts';
import { moment } from './fields.ts';
import { page } from './layout.ts';

const shownRows = 100;

export function webhookPage(
  world: World,
  { portalId, queue }: { portalId: number; queue: WebhookQueue },
): string {
  const { settings, batches, app } = queue;
  const counts = batches.counts();
  const recent = batches.recent(shownRows);
  const subscriptions = settings.subscriptions
    .filter(({ active }) => active)
    .map(
      ({ eventType, propertyName, objectTypeId }) =>
        html`<li class="mono">${[eventType, propertyName, objectTypeId].filter(Boolean).join(' ')}</li>`,
    );
  const paused = settings.subscriptions.length - subscriptions.length;
  const nothing = html`<tr><td colspan="5" class="quiet">Nothing was sent yet.</td></tr>`;
  return page(world, {
    title: 'Webhooks',
    section: 'webhooks',
    portalId,
    body: html`<div class="split">
        <div><h1>Webhooks of ${app.name}</h1>
          <p class="note">!${settings.targetUrl === null ? 'The app has no webhook address.' : html`Sent to <span class="mono">${settings.targetUrl}</span>${settings.enabled ? '' : ', switched off at the moment'}`}</p></div>
        !${appChoice(world, portalId, app.appId)}
      </div>
      <dl class="figures">
        <div><dt>Events waiting</dt><dd>${counts.pending}</dd></div>
        <div><dt>Delivered</dt><dd>${counts.delivered}</dd></div>
        <div><dt>Given up</dt><dd>${counts.failed}</dd></div>
      </dl>
      <details><summary>${subscriptions.length} subscriptions${paused === 0 ? '' : `, ${paused} more paused`}</summary><ul class="scopes">!${subscriptions}</ul></details>
      <h2>Deliveries</h2>
      <div class="scroll"><table>
        <thead><tr><th class="number">No.</th><th>State</th><th>Events</th><th>Tries (UTC)</th><th>Portal</th></tr></thead>
        <tbody>!${recent.length === 0 ? nothing : recent.map(batchRow)}</tbody>
      </table></div>`,
  });
}

function appChoice(world: World, portalId: number, shown: string): string {
  const apps = world.apps.all();
  if (apps.length === 1) return '';
  const options = apps.map(
    ({ appId, name }) =>
      html`<option value="${appId}" !${appId === shown ? 'selected' : ''}>${name} (${appId})</option>`,
  );
  return html`<form class="row" action="/webhooks"><input type="hidden" name="portal" value="${portalId}">
    <label>App<select name="app">!${options}</select></label><button>Show</button></form>`;
}

function batchRow({ n, portalId, events, tries, state, dueAt }: WebhookBatch): string {
  const told = events.slice(0, 3).map(({ subscriptionType, propertyName, objectId, fromObjectId }) => {
    const what = [subscriptionType, propertyName].filter((part) => part !== undefined).join(' ');
    return html`<div>${what} <span class="quiet">${objectId ?? fromObjectId ?? ''}</span></div>`;
  });
  const more = events.length > 3 ? html`<div class="quiet">and ${events.length - 3} more</div>` : '';
  const ended = tries.map(({ at, status }) => {
    const good = status !== null && status >= 200 && status < 300;
    return html`<div><span class="quiet">${moment(at)}</span> <span class="${good ? 'good' : 'bad'}">${status ?? 'no answer'}</span></div>`;
  });
  const next =
    state === 'pending' && tries.length > 0
      ? html`<div class="quiet">${moment(dueAt)} next</div>`
      : state === 'sending'
        ? html`<div class="quiet">under way</div>`
        : '';
  return html`<tr>
    <td class="number">${n}</td>
    <td class="tight !${state === 'failed' ? 'bad' : state === 'delivered' ? 'good' : ''}">${stateWords[state]}</td>
    <td class="break">!${told}!${more}<details><summary class="quiet">Body</summary><pre>${JSON.stringify(events, null, 2)}</pre></details></td>
    <td class="tight">!${ended}!${next}</td>
    <td class="tight quiet">${portalId}</td>
  </tr>`;
}

const stateWords = {
  pending: 'waiting',
  sending: 'sending',
  delivered: 'delivered',
  failed: 'given up',
} as const;
