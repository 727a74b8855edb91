/** One deal, to be looked at and changed. */
import { html } from 'ghtml';
import { neighbours } from '../control/record-reading.ts';
import { type CrmRecord, loadRecord } from '../crm/record.ts';
import type { World } from '../world.ts';
import { boardPath } from './deal-board.ts';
import { fullName, recordPath, shownValue } from './fields.ts';
import { page } from './layout.ts';
import { editForm, valueTable } from './record-parts.ts';

/** What the form shows beside custom properties; the stage is moved on the board. */
export const editedNames = [
  'dealname',
  'amount',
  'deal_currency_code',
  'closedate',
  'dealtype',
  'hubspot_owner_id',
];
export function dealPage(world: World, deal: CrmRecord): string {
  const { portalId, id, values } = deal;
  const stage = world.catalog.properties(portalId, 'deals').get('dealstage');
  const contacts = neighbours(world, deal, 'contacts')
    .flatMap((contactId) => loadRecord(world.store, { portalId, type: 'contacts' }, contactId) ?? [])
    .map(
      (contact) =>
        html`<li><a href="${recordPath(portalId, '0-1', contact.id)}">${fullName(contact)}</a></li>`,
    );
  return page(world, {
    title: values['dealname'] ?? `Deal ${id}`,
    section: 'deals',
    portalId,
    body: html`<h1>${values['dealname'] ?? `Deal ${id}`}</h1>
      <p class="note">Deal ${id} in stage ${shownValue(stage, values['dealstage'])}; <a href="${boardPath(portalId, values['pipeline'] ?? '')}">move it on the board</a></p>
      <div class="columns"><div>!${editForm(world, deal, editedNames)}<h2>All values</h2>!${valueTable(world, deal)}</div>
      <div><h2>Contacts</h2>!${contacts.length === 0 ? html`<p class="quiet">None.</p>` : html`<ul>!${contacts}</ul>`}</div></div>`,
  });
}
