import { html } from 'ghtml';
import { valueOf } from '../crm/computed-values.ts';
import { versionsOf } from '../crm/history.ts';
import { typeFacts } from '../crm/object-types.ts';
import type { StoredProperty } from '../crm/property.ts';
import type { CrmRecord } from '../crm/record.ts';
import type { World } from '../world.ts';
import { field, moment, shownValue } from './fields.ts';

/** The form that changes a record: the named properties, then every custom one. */
export function editForm(world: World, record: CrmRecord, names: readonly string[]): string {
  const fields = editable(world, record, names).map((property) =>
    field(property, record.values[property.name] ?? ''),
  );
  return html`<form class="panel" method="post">
    <div class="grid">!${fields}</div>
    <p class="row"><button class="main">Save</button></p>
  </form>`;
}

/** What a form may change; anything else that was sent is left alone. */
export function editable(world: World, record: CrmRecord, names: readonly string[]): StoredProperty[] {
  const properties = world.catalog.properties(record.portalId, record.type);
  const custom = [...properties.values()].filter(
    (property) => !property.hubspotDefined && !property.readOnlyValue,
  );
  return [...names.flatMap((name) => properties.get(name) ?? []), ...custom];
}

/** Every value that a record has, each with its past. */
export function valueTable(world: World, record: CrmRecord): string {
  const properties = world.catalog.properties(record.portalId, record.type);
  const names = [...Object.keys(record.values), 'createdate', typeFacts[record.type].modifiedProperty].sort();
  const rows = names.map((name) => {
    const versions = versionsOf(world, record, name);
    const past = versions.map(
      (version) =>
        html`<div><span class="quiet">${moment(version.at)} ${version.source.type}</span> ${version.value || '(empty)'}</div>`,
    );
    const shown = shownValue(properties.get(name), valueOf(record, name));
    return html`<tr><td class="tight mono">${name}</td><td class="break">!${linked(shown)}
      !${versions.length > 1 ? html`<details><summary class="quiet">${versions.length} versions</summary>!${past}</details>` : ''}</td></tr>`;
  });
  return html`<div class="scroll"><table><thead><tr><th>Property</th><th>Value</th></tr></thead><tbody>!${rows}</tbody></table></div>`;
}

/** Text, or a link where it is a web address. */
export const linked = (text: string): string =>
  /^https?:\/\//.test(text) ? html`<a href="${text}" rel="noreferrer">${text}</a>` : html`${text}`;
