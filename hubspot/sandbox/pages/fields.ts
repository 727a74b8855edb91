/** Pieces that several pages share. */
import { html } from 'ghtml';
import { z } from 'zod';
import type { StoredProperty } from '../crm/property.ts';
import type { CrmRecord } from '../crm/record.ts';
import { firstPortalId, portalOf, portals } from '../portals.ts';
import type { World } from '../world.ts';

const portalQuery = z.object({ portal: z.coerce.number().int().optional().catch(undefined) });

/** The portal that a page shows, the first one unless it names another. Throws when there is none of that number. */
export const shownPortal = (world: World, query: unknown): number => {
  const { portal } = portalQuery.parse(query ?? {});
  return portalOf(world.store, portal ?? portals(world.store)[0]?.id ?? firstPortalId).id;
};

/** A field for one property: a choice where it has options, text otherwise. */
export function field(property: StoredProperty, value: string): string {
  if (property.options.length === 0) {
    return html`<label>${property.label}<input name="${property.name}" value="${value}"></label>`;
  }
  const options = property.options.map(
    (option) =>
      html`<option value="${option.value}" !${option.value === value ? 'selected' : ''}>${option.label}</option>`,
  );
  return html`<label>${property.label}<select name="${property.name}"><option value=""></option>!${options}</select></label>`;
}

/** The option's label, or the value itself. */
export const shownValue = (property: StoredProperty | undefined, value: string | undefined): string =>
  property?.options.find((option) => option.value === value)?.label ?? value ?? '';

export const fullName = ({ values, id }: CrmRecord): string =>
  [values['firstname'], values['lastname']].filter(Boolean).join(' ') || values['email'] || `Contact ${id}`;

export const moment = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ');

/** Everything that a form sent, as property values. */
export const formValues = z.record(z.string(), z.string());

export const recordPath = (portalId: number, typeId: '0-1' | '0-3', id: number | string): string =>
  `/contacts/${portalId}/record/${typeId}/${id}`;

/** A deal's amount with its currency, grouped for reading; empty when it has none. */
export function shownAmount({ values }: CrmRecord): string {
  const amount = values['amount'];
  if (amount === undefined) return '';
  const minimumFractionDigits = Number.isInteger(Number(amount)) ? 0 : 2;
  const grouped = Number(amount).toLocaleString('en-US', { minimumFractionDigits });
  return `${grouped} ${values['deal_currency_code'] ?? ''}`.trim();
}
