/** One contact, to be looked at, changed, merged and archived. */
import { html } from 'ghtml';
import { neighbours } from '../control/record-reading.ts';
import { type CrmRecord, loadRecord } from '../crm/record.ts';
import type { World } from '../world.ts';
import { fullName, recordPath, shownAmount, shownValue } from './fields.ts';
import { page } from './layout.ts';
import { editForm, valueTable } from './record-parts.ts';

/** What the form shows beside custom properties. */
export const editedNames = [
  'email',
  'firstname',
  'lastname',
  'lifecyclestage',
  'hs_lead_status',
  'phone',
  'hubspot_owner_id',
];

export function contactPage(world: World, contact: CrmRecord): string {
  const { portalId, id } = contact;
  const path = recordPath(portalId, '0-1', id);
  const deals = neighbours(world, contact, 'deals').flatMap(
    (dealId) => loadRecord(world.store, { portalId, type: 'deals' }, dealId) ?? [],
  );
  const dealRows = deals.map((deal) => dealRow(world, deal));
  return page(world, {
    title: fullName(contact),
    section: 'contacts',
    portalId,
    body: html`<h1>${fullName(contact)}</h1><p class="note">Contact ${id}, came by ${contact.values['hs_object_source'] ?? ''}</p>
      <div class="columns"><div>
        !${editForm(world, contact, editedNames)}
        <h2>All values</h2>!${valueTable(world, contact)}
      </div><div>
        <h2>Deals</h2>!${deals.length === 0 ? html`<p class="quiet">None. Deals are made on the <a href="/deals?portal=${portalId}">board</a>.</p>` : html`<ul>!${dealRows}</ul>`}
        <h2>Merge another contact into this one</h2>
        <form class="row" method="post" action="${path}/merge">
          <label>Its record ID<input name="other_id" inputmode="numeric" required></label><button>Merge</button></form>
        <p class="quiet">The result is a new record; both old ids lead to it.</p>
        <h2>Archive</h2><form method="post" action="${path}/archive"><button>Archive this contact</button></form>
      </div></div>`,
  });
}

function dealRow(world: World, deal: CrmRecord): string {
  const { portalId, id, values } = deal;
  const stage = world.catalog.properties(portalId, 'deals').get('dealstage');
  return html`<li><a href="${recordPath(portalId, '0-3', id)}">${values['dealname'] ?? `Deal ${id}`}</a>
    <span class="quiet">${shownValue(stage, values['dealstage'])}, ${shownAmount(deal) || 'no amount'}</span></li>`;
}
