import { html } from 'ghtml';
import { portals } from '../portals.ts';
import type { World } from '../world.ts';

export type Section = 'contacts' | 'deals' | 'webhooks' | 'requests' | 'behaviour' | 'settings';

export interface PageContent {
  readonly title: string;
  readonly section: Section;
  readonly portalId: number;
  /** Finished HTML. */
  readonly body: string;
}

const sections: readonly (readonly [Section, string, string])[] = [
  ['contacts', '/', 'Contacts'],
  ['deals', '/deals', 'Deals'],
  ['webhooks', '/webhooks', 'Webhooks'],
  ['requests', '/requests', 'Requests'],
  ['behaviour', '/behaviour', 'Behaviour'],
  ['settings', '/settings', 'Settings'],
];

/** A page of the sandbox, with its navigation and the choice of portal. */
export function page(world: World, { title, section, portalId, body }: PageContent): string {
  const links = sections.map(
    ([name, path, label]) =>
      html`<a href="${path}?portal=${portalId}" !${name === section ? 'aria-current="page"' : ''}>${label}</a>`,
  );
  const path = sections.find(([name]) => name === section)?.[1] ?? '/';
  const all = portals(world.store);
  const choices = all.map(
    ({ id, currency }) =>
      html`<option value="${id}" !${id === portalId ? 'selected' : ''}>Portal ${id} (${currency})</option>`,
  );
  const choice = html`<form class="row" action="${path}">
    <select name="portal" class="small" aria-label="Portal" onchange="this.form.requestSubmit()">!${choices}</select>
    <noscript><button class="small">Show</button></noscript>
  </form>`;
  return bare(
    title,
    html`<header><div class="bar">
        <a class="brand" href="/?portal=${portalId}">HubSpot<span class="tag">sandbox</span></a>
        <nav aria-label="Sections">!${links}</nav>
        !${all.length > 1 ? choice : html`<span class="quiet">Portal ${portalId}</span>`}
      </div></header>
      <main>!${body}</main>`,
  );
}

/** A page that stands alone, such as the consent page. */
export const plainPage = (title: string, body: string): string =>
  bare(
    title,
    html`<header><div class="bar"><span class="brand">HubSpot<span class="tag">sandbox</span></span></div></header>
      <main class="narrow">!${body}</main>`,
  );

export const errorPage = (_world: World, message: string): string =>
  plainPage(
    'That did not work',
    html`<div class="panel"><h1>That did not work</h1><p>${message}</p><p><a href="/">Back to the contacts</a></p></div>`,
  );

const bare = (title: string, body: string): string => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title} · HubSpot sandbox</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/style.css">
  </head>
  <body>!${body}</body>
</html>`;
