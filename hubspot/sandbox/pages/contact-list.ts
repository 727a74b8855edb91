/** The searchable list of contacts, with a column for the referral link once there is a property for it. */
import { html } from 'ghtml';
import { readRecords } from '../control/record-reading.ts';
import type { StoredProperty } from '../crm/property.ts';
import type { CrmRecord } from '../crm/record.ts';
import type { World } from '../world.ts';
import { fullName, moment, recordPath, shownValue } from './fields.ts';
import { page } from './layout.ts';
import { linked } from './record-parts.ts';

const pageSize = 25;

export function contactList(
  world: World,
  { portalId, text, after }: { portalId: number; text: string; after: number },
): string {
  const found = readRecords(world, { portalId, type: 'contacts' }, { limit: pageSize + 1, after, text });
  const shown = found.slice(0, pageSize);
  const properties = world.catalog.properties(portalId, 'contacts');
  const link = [...properties.values()].find(isReferralLink);
  const rows = shown.map((contact) => contactRow(contact, { properties, link }));
  const next = found.length > pageSize ? shown.at(-1)?.id : undefined;
  const at = (id: number | undefined) =>
    `/?${new URLSearchParams({ portal: String(portalId), q: text, after: String(id ?? 0) }).toString()}`;
  const nothing = html`<tr><td colspan="6" class="quiet">${text === '' ? 'No contacts yet.' : 'No contact matches.'}</td></tr>`;
  return page(world, {
    title: 'Contacts',
    section: 'contacts',
    portalId,
    body: html`<div class="split">
        <div><h1>Contacts</h1></div>
        <form class="row" action="/" role="search">
          <input type="hidden" name="portal" value="${portalId}">
          <label>Name, e-mail, phone or company<input type="search" name="q" value="${text}"></label><button>Search</button>
        </form>
      </div>
      <div class="scroll"><table>
        <thead><tr><th>Name</th><th>E-mail</th><th>Lifecycle stage</th><th>Lead status</th>
          !${link === undefined ? '' : html`<th>${link.label}</th>`}<th>Created (UTC)</th></tr></thead>
        <tbody>!${rows.length === 0 ? nothing : rows}</tbody>
      </table></div>
      <p class="row">!${after > 0 ? html`<a href="${at(undefined)}">First page</a>` : ''}
        !${next === undefined ? '' : html`<a href="${at(next)}">Next page</a>`}</p>
      <details><summary>New contact</summary>
        <form class="panel row" method="post" action="/contacts/${portalId}/new">
          <label>E-mail<input name="email" type="email"></label>
          <label>First name<input name="firstname"></label>
          <label>Last name<input name="lastname"></label>
          <button class="main">Create</button>
        </form></details>`,
  });
}

function contactRow(
  contact: CrmRecord,
  { properties, link }: { properties: ReadonlyMap<string, StoredProperty>; link: StoredProperty | undefined },
): string {
  const { values, portalId, id } = contact;
  return html`<tr>
    <td><a href="${recordPath(portalId, '0-1', id)}">${fullName(contact)}</a></td>
    <td class="tight">${values['email'] ?? ''}</td>
    <td class="tight">${shownValue(properties.get('lifecyclestage'), values['lifecyclestage'])}</td>
    <td class="tight">${shownValue(properties.get('hs_lead_status'), values['hs_lead_status'])}</td>
    !${link === undefined ? '' : html`<td class="break">!${linked(values[link.name] ?? '')}</td>`}
    <td class="tight quiet">${moment(contact.createdAt)}</td>
  </tr>`;
}

/** The column for the product's link shows once a property for it exists, whatever it was named. */
const isReferralLink = ({ name, label, hubspotDefined }: StoredProperty): boolean =>
  !hubspotDefined && /referral[\s_-]?(link|url)/i.test(`${name} ${label}`);
