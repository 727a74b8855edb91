/** The HubSpot properties that we make for a customer on request: their names, labels and types. */
import type { MappableField } from './mappable-field.ts';
import { isCountField, isOfPerson } from './property-fit.ts';

export interface PropertyToMake {
  readonly name: string;
  readonly label: string;
  readonly type: 'string' | 'number' | 'date' | 'datetime';
  readonly fieldType: 'text' | 'number' | 'date';
}

/** HubSpot's own bound of an internal name. */
const longestName = 100;
const idDigits = 8;

/** For any campaign: `vouchflow_referral_link`. Null for a field that HubSpot has a property of its own for. */
export function newPropertyFor(field: MappableField): PropertyToMake | null {
  if (isOfPerson(field)) return null;
  const words = field.replaceAll('_', ' ').replace(/\b(id|crm)\b/g, (word) => word.toUpperCase());
  const label = words.charAt(0).toUpperCase() + words.slice(1);
  return { name: `vouchflow_${field}`, label, ...shapeOf(field) };
}

function shapeOf(field: MappableField): Pick<PropertyToMake, 'type' | 'fieldType'> {
  if (isCountField(field)) return { type: 'number', fieldType: 'number' };
  if (field === 'join_date') return { type: 'date', fieldType: 'date' };
  if (field === 'signed_up_at') return { type: 'datetime', fieldType: 'date' };
  return { type: 'string', fieldType: 'text' };
}

/**
 * The same name for one campaign: `vouchflow_referral_link_spring_2026`. Slugs are unique, and so are these names; with
 * the end of the id also after a slug was changed and taken by another campaign.
 */
export function campaignPropertyName(
  name: string,
  { slug, id }: { readonly slug: string; readonly id: string },
  { withId = false }: { readonly withId?: boolean } = {},
): string {
  const whole = `${name}_${slug.replaceAll('-', '_')}`;
  if (!withId && whole.length <= longestName) return whole;
  const suffix = `_${id.replaceAll('-', '').slice(-idDigits)}`;
  return `${whole.slice(0, longestName - suffix.length)}${suffix}`;
}
