/** Which HubSpot property can take which field of ours, and which can fill one: by the type that HubSpot says it has. */
import type { MappableField } from './mappable-field.ts';

/** As much of HubSpot's definition of a property as decides what it can hold. */
export interface PropertyShape {
  readonly type: string;
  readonly fieldType: string;
  readonly readOnly: boolean;
  /** HubSpot refuses a value that another record has. */
  readonly hasUniqueValue: boolean;
}

type PropertyKind =
  | 'line'
  | 'area'
  | 'phone'
  | 'number'
  | 'date'
  | 'datetime'
  | 'choice'
  | 'choices'
  | 'yes-no'
  | 'other';

interface FieldKind {
  /** What a value is, in a sentence: "cannot hold …". */
  readonly noun: string;
  readonly heldBy: readonly PropertyKind[];
  /** What to choose instead, in a sentence. */
  readonly choose: string;
}

/** A dropdown holds its own options only, which no field of ours can promise: for those there are fixed values. */
const words: FieldKind = { noun: 'this text', heldBy: ['line', 'area'], choose: 'a text property' };
const link: FieldKind = { noun: 'a link', heldBy: ['line'], choose: 'a single-line text property' };
const count: FieldKind = {
  noun: 'a count',
  heldBy: ['number', 'line', 'area'],
  choose: 'a number or text property',
};
const instant: FieldKind = {
  noun: 'a date',
  heldBy: ['date', 'datetime', 'line', 'area'],
  choose: 'a date or text property',
};

const fieldKinds = {
  first_name: words,
  last_name: words,
  email: words,
  phone: {
    noun: 'a phone number',
    heldBy: ['phone', 'line', 'area'],
    choose: 'a phone number or text property',
  },
  language: words,
  code: words,
  link,
  campaign_name: words,
  source: words,
  signed_up_at: instant,
  referral_id: words,
  referrer_first_name: words,
  referrer_last_name: words,
  referrer_email: words,
  referrer_link: link,
  referrer_crm_id: { noun: 'a record id', heldBy: ['number', 'line', 'area'], choose: count.choose },
  referral_link: link,
  number_referred: count,
  number_successful: count,
  reward_earned: { noun: 'amounts of several currencies', heldBy: ['line', 'area'], choose: words.choose },
  join_date: instant,
} as const satisfies Record<Exclude<MappableField, `custom:${string}`>, FieldKind>;

/** Fields of the person that a sync reads; a workspace's own fields take whatever is a value. */
const filledBy: Readonly<Partial<Record<MappableField, readonly PropertyKind[]>>> = {
  first_name: ['line', 'area'],
  last_name: ['line', 'area'],
  email: ['line'],
  phone: ['phone', 'line', 'number'],
  language: ['line', 'choice'],
};
const anyValue: readonly PropertyKind[] = [
  'line',
  'area',
  'phone',
  'number',
  'date',
  'datetime',
  'choice',
  'choices',
  'yes-no',
];

/** Fields of which no two contacts have the same value. */
const distinct: readonly MappableField[] = ['email', 'referral_id', 'referral_link'];

/** Why a property cannot be filled from a field, as the end of a sentence about it; null when it can. */
export function holdProblem(field: MappableField, property: PropertyShape): string | null {
  const { noun, heldBy, choose } = isCustom(field) ? words : fieldKinds[field];
  if (property.readOnly) return 'cannot be written by anyone in HubSpot. Choose another one.';
  if (!heldBy.includes(propertyKind(property))) return `cannot hold ${noun}. Choose ${choose}.`;
  return property.hasUniqueValue && !distinct.includes(field)
    ? 'takes each value once only, and several contacts can have the same one here. Choose another one.'
    : null;
}

/** Whether a field of the person can be read from a property; fields that a sync does not read are filled by none. */
export const canFill = (field: MappableField, property: Pick<PropertyShape, 'type' | 'fieldType'>): boolean =>
  (isCustom(field) ? anyValue : (filledBy[field] ?? [])).includes(propertyKind(property));

/** Why a constant cannot be written into a property, its options apart; null when it can. */
export function constantProblem(value: string, property: PropertyShape): string | null {
  if (property.readOnly) return 'cannot be written by anyone in HubSpot. Choose another one.';
  if (property.hasUniqueValue) return 'takes each value once only, so it cannot get the same one everywhere.';
  const isValue = constants[propertyKind(property)];
  return isValue === undefined || isValue(value)
    ? null
    : `does not take "${value}": ${property.type} values look like ${examples[property.type] ?? 'another type'}.`;
}

/** facts §2: dates and instants in ISO, numbers without commas. */
const constants: Readonly<Partial<Record<PropertyKind, (value: string) => boolean>>> = {
  number: (value) => /^-?(\d+\.?\d*|\.\d+)$/.test(value),
  date: (value) => /^\d{4}-\d\d-\d\d$/.test(value) && isDay(value),
  datetime: (value) =>
    /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?Z$/.test(value) &&
    isDay(value.slice(0, 10)),
  'yes-no': (value) => value === 'true' || value === 'false',
};

/** The 31st of February is none: it would come back as a day in March. */
function isDay(text: string): boolean {
  const at = new Date(`${text}T00:00:00.000Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}
const examples: Readonly<Record<string, string>> = {
  number: '12.5',
  date: '2026-05-03',
  datetime: '2026-05-03T09:30:00Z',
  bool: 'true or false',
};

/** Fields that HubSpot has properties of its own for, and a workspace's own: no property of ours is made for them. */
export const isOfPerson = (field: MappableField): boolean => isCustom(field) || field in filledBy;

export const isCountField = (field: MappableField): boolean =>
  !isCustom(field) && fieldKinds[field] === count;

/** Instants that we know to the millisecond; HubSpot refuses a date property any but a day. */
export const isInstantField = (field: MappableField): boolean =>
  !isCustom(field) && fieldKinds[field] === instant;

const isCustom = (field: MappableField): field is `custom:${string}` => field.startsWith('custom:');

/** facts §4: `type` → `fieldType`. */
function propertyKind({ type, fieldType }: Pick<PropertyShape, 'type' | 'fieldType'>): PropertyKind {
  if (type === 'string') return textKinds[fieldType] ?? 'other';
  if (type === 'enumeration') return fieldType === 'checkbox' ? 'choices' : 'choice';
  return otherKinds[type] ?? 'other';
}

const textKinds: Readonly<Record<string, PropertyKind>> = {
  text: 'line',
  calculation_equation: 'line',
  textarea: 'area',
  phonenumber: 'phone',
};
const otherKinds: Readonly<Record<string, PropertyKind>> = {
  phone_number: 'phone',
  number: 'number',
  date: 'date',
  datetime: 'datetime',
  bool: 'yes-no',
};
