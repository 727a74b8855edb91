/** Translates a search's filters into SQL over stored records. Values are always bound, names always known ones. */
import { z } from 'zod';
import { invalid } from '../http/errors.ts';
import { findObjectType, typeFacts } from './object-types.ts';
import type { Place } from './record.ts';
import {
  column,
  comparable,
  folded,
  type Kind,
  kindOf,
  numeric,
  type SearchScope,
  unknownProperty,
} from './search-values.ts';

const operators = [
  'EQ',
  'NEQ',
  'LT',
  'LTE',
  'GT',
  'GTE',
  'BETWEEN',
  'IN',
  'NOT_IN',
  'HAS_PROPERTY',
  'NOT_HAS_PROPERTY',
  'CONTAINS_TOKEN',
  'NOT_CONTAINS_TOKEN',
] as const;

const scalar = z.coerce.string();

export const searchFilter = z.object({
  propertyName: z.string(),
  operator: z.enum(operators),
  value: scalar.optional(),
  highValue: scalar.optional(),
  values: z.array(scalar).optional(),
});

export type SearchFilter = z.output<typeof searchFilter>;
export type FilterGroups = readonly { readonly filters: readonly SearchFilter[] }[];

/** A condition and the values to bind, in order. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

/** Groups are alternatives, the filters of a group hold together. Null when there is nothing to hold. */
export function groupsCondition(scope: SearchScope, groups: FilterGroups): Condition | null {
  const alternatives = groups
    .filter(({ filters }) => filters.length > 0)
    .map(({ filters }) =>
      joined(
        filters.map((filter) => condition(scope, filter)),
        'AND',
      ),
    );
  return alternatives.length === 0 ? null : joined(alternatives, 'OR');
}

/** Every word of `query` begins some word of a searched property. */
export const queryCondition = ({ type }: Place, query: string): Condition => {
  const { searchedProperties } = typeFacts[type];
  const text = searchedProperties
    .map((name) => `coalesce(json_extract(properties, '$.${name}'), '')`)
    .join(" || ' ' || ");
  return { sql: `has_prefix(${text}, ?)`, values: [query] };
};

function condition(scope: SearchScope, filter: SearchFilter): Condition {
  const association = /^associations\.(\w+)$/.exec(filter.propertyName)?.[1];
  if (association !== undefined) return associated(scope, association, filter);
  const { operator, propertyName } = filter;
  const subject = column(scope, propertyName);
  const kind = kindOf(scope, propertyName);
  const raw = kind === 'number' ? `json_extract(properties, '$.${propertyName}')` : subject;
  if (operator === 'HAS_PROPERTY') return { sql: `${raw} IS NOT NULL`, values: [] };
  if (operator === 'NOT_HAS_PROPERTY') return { sql: `${raw} IS NULL`, values: [] };
  if (operator === 'CONTAINS_TOKEN') return { sql: `has_token(${raw}, ?)`, values: [given(filter)] };
  if (operator === 'NOT_CONTAINS_TOKEN') return { sql: `NOT has_token(${raw}, ?)`, values: [given(filter)] };
  if (operator === 'IN' || operator === 'NOT_IN') return listed(scope, filter, { subject, kind, raw });
  if (operator === 'BETWEEN') {
    const bounds = [given(filter), filter.highValue ?? missing(filter)].map((value) =>
      comparable(kind, value),
    );
    return { sql: `(${raw} IS NOT NULL AND ${folded(kind, subject)} BETWEEN ? AND ?)`, values: bounds };
  }
  if (operator === 'EQ' && propertyName === 'email' && scope.type === 'contacts')
    return byEmail(scope, [given(filter)]);
  const value = comparable(kind, given(filter));
  if (operator === 'NEQ')
    return { sql: `(${raw} IS NULL OR ${folded(kind, subject)} <> ?)`, values: [value] };
  return {
    sql: `(${raw} IS NOT NULL AND ${folded(kind, subject)} ${comparisons[operator]} ?)`,
    values: [value],
  };
}

const comparisons = { EQ: '=', LT: '<', LTE: '<=', GT: '>', GTE: '>=' } as const;

function listed(
  place: Place,
  filter: SearchFilter,
  { subject, kind, raw }: { subject: string; kind: Kind; raw: string },
): Condition {
  const values = filter.values ?? missing(filter);
  if (values.length === 0) return missing(filter);
  const negated = filter.operator === 'NOT_IN';
  if (filter.propertyName === 'email' && place.type === 'contacts' && !negated) return byEmail(place, values);
  // HubSpot compares lists without folding what was given: upper case in `values` finds nothing in text.
  const bound = values.map((value) => (kind === 'text' ? value : comparable(kind, value)));
  const list = `(${values.map(() => '?').join(', ')})`;
  return negated
    ? { sql: `(${raw} IS NULL OR ${folded(kind, subject)} NOT IN ${list})`, values: bound }
    : { sql: `(${raw} IS NOT NULL AND ${folded(kind, subject)} IN ${list})`, values: bound };
}

/** By the table of addresses, which holds primary ones in lower case: a million contacts need no scan. */
function byEmail({ portalId }: Place, values: readonly string[]): Condition {
  const list = values.map(() => '?').join(', ');
  return {
    sql: `id IN (SELECT record_id FROM unique_values WHERE portal_id = ? AND type = 'contacts'
      AND property = 'email' AND secondary = 0 AND value IN (${list}))`,
    values: [portalId, ...values.map((value) => value.trim().toLowerCase())],
  };
}

function associated({ portalId, type }: Place, name: string, filter: SearchFilter): Condition {
  const to = findObjectType(name);
  if (to === undefined || filter.operator !== 'EQ') throw unknownProperty(filter.propertyName);
  return {
    sql: `id IN (SELECT from_id FROM associations WHERE portal_id = ? AND from_type = ? AND to_type = ? AND to_id = ?)`,
    values: [portalId, type, to, numeric(given(filter))],
  };
}

function joined(conditions: readonly Condition[], word: 'AND' | 'OR'): Condition {
  return {
    sql: `(${conditions.map(({ sql }) => sql).join(` ${word} `)})`,
    values: conditions.flatMap(({ values }) => values),
  };
}

const given = (filter: SearchFilter): string => filter.value ?? missing(filter);

function missing({ operator, propertyName }: SearchFilter): never {
  throw invalid(
    `There was a problem with the request: operator ${operator} on ${propertyName} lacks its value.`,
  );
}
