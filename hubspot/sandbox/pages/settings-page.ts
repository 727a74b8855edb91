import { html } from 'ghtml';
import type { RegisteredApp } from '../apps.ts';
import { type ObjectType, objectTypes, typeFacts } from '../crm/object-types.ts';
import { currencyCodes } from '../crm/standard-properties.ts';
import { isInstalled } from '../oauth/installs.ts';
import type { World } from '../world.ts';
import { page } from './layout.ts';

/** The kinds of field that a person can make here. */
export const fieldChoices = [
  { type: 'string', fieldType: 'text', label: 'Single-line text' },
  { type: 'number', fieldType: 'number', label: 'Number' },
  { type: 'date', fieldType: 'date', label: 'Date' },
] as const;

export function settingsPage(world: World, portalId: number): string {
  return page(world, {
    title: 'Settings',
    section: 'settings',
    portalId,
    body: html`<h1>Settings</h1>
      <p class="note">What an administrator of portal ${portalId} sets up in HubSpot.</p>
      <div class="columns"><div>
        <h2>New property</h2>!${propertyForm(portalId)}
        <h2>Custom properties</h2>!${customProperties(world, portalId)}
      </div><div>
        <h2>Connected apps</h2>!${world.apps.all().map((app) => connectedApp(world, portalId, app))}
        <h2>Sample contacts</h2>
        <form class="row" method="post" action="/settings/${portalId}/seed">
          <label>How many<input name="contacts" type="number" value="200" min="1" max="100000" required></label>
          <button>Add</button></form>
        <h2>Another account</h2>
        <form class="row" method="post" action="/settings/accounts">
          <label>Currency<select name="currency">!${currencyCodes.map((code) => html`<option>${code}</option>`)}</select></label>
          <label class="inline"><input type="checkbox" name="several"> Deals may be in others too</label>
          <button>Open</button></form>
      </div></div>`,
  });
}

function propertyForm(portalId: number): string {
  const types = objectTypes.map((type) => html`<option value="${type}">${typeName(type)}</option>`);
  const fields = fieldChoices.map(
    ({ fieldType, label }) => html`<option value="${fieldType}">${label}</option>`,
  );
  return html`<form class="panel" method="post" action="/settings/${portalId}/properties">
    <div class="grid">
      <label>Object type<select name="type">!${types}</select></label>
      <label>Label<input name="label" required placeholder="Referral link"></label>
      <label>Internal name<input name="name" pattern="[a-z][a-z0-9_]*" placeholder="made from the label"></label>
      <label>Field type<select name="field">!${fields}</select></label>
    </div>
    <label class="inline"><input type="checkbox" name="unique"> Values are unique</label>
    <p class="row"><button class="main">Create property</button></p>
  </form>`;
}

function customProperties(world: World, portalId: number): string {
  const rows = objectTypes.flatMap((type) =>
    [...world.catalog.properties(portalId, type).values()]
      .filter(({ hubspotDefined }) => !hubspotDefined)
      .map(
        ({ name, label, fieldType, hasUniqueValue }) => html`<tr>
          <td class="tight">${typeName(type)}</td><td>${label}</td><td class="mono break">${name}</td>
          <td class="tight">${fieldType}${hasUniqueValue ? ', unique' : ''}</td></tr>`,
      ),
  );
  if (rows.length === 0) return html`<p class="quiet">None yet.</p>`;
  return html`<div class="scroll"><table>
    <thead><tr><th>Object</th><th>Label</th><th>Internal name</th><th>Field</th></tr></thead>
    <tbody>!${rows}</tbody></table></div>`;
}

function connectedApp(world: World, portalId: number, { appId, name }: RegisteredApp): string {
  if (!isInstalled(world, { appId, portalId }))
    return html`<p class="quiet">${name} (app ${appId}) is not installed here.</p>`;
  return html`<form class="row" method="post" action="/settings/${portalId}/uninstall">
    <input type="hidden" name="app_id" value="${appId}">
    <span>${name} (app ${appId}) is installed.</span> <button class="small">Uninstall</button></form>`;
}

const typeName = (type: ObjectType): string => {
  const { singular } = typeFacts[type];
  return singular.charAt(0).toUpperCase() + singular.slice(1);
};
