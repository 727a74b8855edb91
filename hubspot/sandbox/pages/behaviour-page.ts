/** Switches for what HubSpot might do at its worst: failures, limits, a late search index, unruly webhooks. */
import { html } from 'ghtml';
import { faultPresets, presetNames } from '../http/fault-presets.ts';
import type { World } from '../world.ts';
import { page } from './layout.ts';

export function behaviourPage(world: World, portalId: number): string {
  return page(world, {
    title: 'Behaviour',
    section: 'behaviour',
    portalId,
    body: html`<h1>Behaviour</h1>
      <p class="note">How this HubSpot treats its callers, in all portals. Failures end with the process; the rest is kept.</p>
      <div class="columns"><div>
        <h2>Order a failure</h2>!${faultForm(portalId)}
        <h2>Ordered failures</h2>!${armedFaults(world, portalId)}
      </div><div>
        <h2>Limits</h2>!${limitsForm(world, portalId)}
        <h2>Search index</h2>!${searchForm(world, portalId)}
        <h2>Webhooks of ${world.apps.first.name}</h2>!${webhooksForm(world, portalId)}
      </div></div>`,
  });
}

function faultForm(portalId: number): string {
  const options = presetNames.map(
    (preset) => html`<option value="${preset}">${preset}: ${faultPresets[preset].title}</option>`,
  );
  return html`<form class="panel" method="post" action="/behaviour/${portalId}/faults">
    <div class="grid">
      <label class="wide">What happens<select name="preset">!${options}</select></label>
      <label>How many calls meet it<input name="times" type="number" min="1" placeholder="all, until ended"></label>
      <label>How many pass first<input name="skip" type="number" min="0" placeholder="none"></label>
      <label>Only paths that match<input name="path" placeholder="where it is usual"></label>
      <label>Seconds told to wait<input name="retryAfterSeconds" type="number" min="0" placeholder="as it is usual"></label>
    </div>
    <p class="row"><button class="main">Order</button></p>
  </form>`;
}

function armedFaults(world: World, portalId: number): string {
  const armed = world.faults.list().filter(({ left }) => left !== 0);
  if (armed.length === 0) return html`<p class="quiet">None: every call is answered as it should be.</p>`;
  const rows = armed.map(
    ({ preset, status, method, path, skip, left }) => html`<tr>
      <td>${failureName(preset, status)}</td>
      <td class="mono break">${method ?? ''} ${path}</td>
      <td class="number">${left ?? 'all'}${skip === 0 ? '' : `, after ${skip} more`}</td></tr>`,
  );
  return html`<div class="scroll"><table>
      <thead><tr><th>Failure</th><th>Calls</th><th class="number">Left</th></tr></thead><tbody>!${rows}</tbody></table></div>
    <form class="after" method="post" action="/behaviour/${portalId}/faults/end"><button>End all</button></form>`;
}

/** A control may order one by hand, which has no name. */
function failureName(preset: string | undefined, status: number | undefined): string {
  const known = presetNames.find((name) => name === preset);
  if (known !== undefined) return `${known}: ${faultPresets[known].title}`;
  return status === undefined ? 'ordered by hand' : `${status}, ordered by hand`;
}

function limitsForm(world: World, portalId: number): string {
  const { enabled, maximum, searchPerSecond, dailyMaximum } = world.limits.settings;
  return html`<form class="panel" method="post" action="/behaviour/${portalId}/limits">
    <label class="inline"><input type="checkbox" name="enabled" !${enabled ? 'checked' : ''}> Refuse what exceeds them</label>
    <div class="grid">
      <label>Requests in ten seconds<input name="maximum" type="number" min="1" value="${maximum}" required></label>
      <label>Searches a second<input name="searchPerSecond" type="number" min="1" value="${searchPerSecond}" required></label>
      <label>A day, for private apps<input name="dailyMaximum" type="number" min="1" value="${dailyMaximum ?? ''}" placeholder="no limit"></label>
    </div>
    <p class="row"><button>Set</button></p>
  </form>`;
}

function searchForm(world: World, portalId: number): string {
  const { lagMs, shuffleSeed } = world.search.settings;
  return html`<form class="panel" method="post" action="/behaviour/${portalId}/search">
    <div class="grid"><label>Seconds behind<input name="lagSeconds" type="number" min="0" max="1800" value="${lagMs / 1000}" step="any" required></label></div>
    <label class="inline"><input type="checkbox" name="shuffled" !${shuffleSeed === null ? '' : 'checked'}> Catches up in random order</label>
    <p class="row"><button>Set</button></p>
  </form>`;
}

function webhooksForm(world: World, portalId: number): string {
  const { enabled, duplicate, shuffleSeed } = world.webhooks.of(world.apps.first.appId).settings;
  return html`<form class="panel" method="post" action="/behaviour/${portalId}/webhooks">
    <label class="inline"><input type="checkbox" name="enabled" !${enabled ? 'checked' : ''}> Tell what happens</label>
    <label class="inline"><input type="checkbox" name="duplicate" !${duplicate ? 'checked' : ''}> Tell everything twice</label>
    <label class="inline"><input type="checkbox" name="shuffled" !${shuffleSeed === null ? '' : 'checked'}> Tell it in random order</label>
    <p class="row"><button>Set</button></p>
  </form>`;
}
