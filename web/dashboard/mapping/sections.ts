import type { HubSpotSetup } from '../../../client/vouchflow.ts';

export type MappingRow = HubSpotSetup['personInvited']['mappings'][number];
export type Section = 'person-invited' | 'person-referring' | 'sync' | 'sync-in';

const person = ['first_name', 'last_name', 'email', 'phone', 'language'];
const referral = ['code', 'link', 'campaign_name', 'source', 'signed_up_at', 'referral_id'];
const referrer = [
  'referrer_first_name',
  'referrer_last_name',
  'referrer_email',
  'referrer_link',
  'referrer_crm_id',
];
const counters = ['referral_link', 'number_referred', 'number_successful', 'reward_earned', 'join_date'];

/** What each section's dropdown offers; the API has the last word when it is saved. */
export const offeredFields: Readonly<Record<Section, readonly string[]>> = {
  'person-invited': [...person, ...referral, ...referrer],
  'person-referring': [
    'referrer_first_name',
    'referrer_last_name',
    'referrer_email',
    'referrer_link',
    'phone',
    'language',
    'campaign_name',
    'source',
    ...counters,
  ],
  sync: [...counters, 'campaign_name'],
  'sync-in': person,
};

const row = (property: string, field: string): MappingRow => ({
  objectType: 'contact',
  property,
  source: { kind: 'dynamic', field },
});

/** S62, S73, S34: what must be mapped, with what HubSpot calls it where that is certain. */
export const mandatoryRows: Readonly<Record<Section, readonly MappingRow[]>> = {
  'person-invited': [row('firstname', 'first_name'), row('email', 'email')],
  'person-referring': [row('firstname', 'referrer_first_name'), row('email', 'referrer_email')],
  sync: [row('', 'referral_link')],
  'sync-in': [],
};

const standsFor: Readonly<Record<string, readonly string[]>> = {
  referrer_first_name: ['referrer_first_name', 'first_name'],
  referrer_email: ['referrer_email', 'email'],
};

export const fieldOf = ({ source }: MappingRow): string => (source.kind === 'dynamic' ? source.field : '');

/** A row may be another name for the field that is wanted: the referrer of Person Referring is the person. */
const fills = (mapping: MappingRow, wanted: MappingRow): boolean =>
  mapping.objectType === 'contact' &&
  (standsFor[fieldOf(wanted)] ?? [fieldOf(wanted)]).includes(fieldOf(mapping));

/** The mandatory rows first, those that are missing added; then the rest as it was. */
export function withMandatory(section: Section, rows: readonly MappingRow[]): readonly MappingRow[] {
  const firsts = mandatoryRows[section].map(
    (wanted) => rows.find((mapping) => fills(mapping, wanted)) ?? wanted,
  );
  return [...firsts, ...rows.filter((mapping) => !firsts.includes(mapping))];
}

export const isMandatory = (section: Section, mapping: MappingRow): boolean =>
  mandatoryRows[section].some((wanted) => fills(mapping, wanted));

export const isBlank = ({ property, source }: MappingRow): boolean =>
  property === '' && (source.kind === 'dynamic' ? source.field === '' : source.value === '');

/** Half of a row was filled in: it cannot be saved, and must not get lost either. */
export const isHalf = (mapping: MappingRow): boolean =>
  !isBlank(mapping) &&
  (mapping.property === '' ||
    (mapping.source.kind === 'dynamic' ? mapping.source.field === '' : mapping.source.value === ''));
