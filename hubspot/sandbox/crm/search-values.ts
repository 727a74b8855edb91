/** Where a property's values are found, and how they compare with what a search gives. */
import { invalid } from '../http/errors.ts';
import { typeFacts } from './object-types.ts';
import type { PropertyDefinition } from './property.ts';
import type { Place } from './record.ts';
import { instant } from './validation.ts';

/** What a search looks into. */
export interface SearchScope extends Place {
  readonly definitions: ReadonlyMap<string, PropertyDefinition>;
  /**
   * The column whose index SQLite is led to: the other one is hidden from its planner by a unary plus, because
   * without statistics it cannot tell a narrow window of changes from one that holds every record.
   */
  readonly leading: 'id' | 'updated_at';
}

/** How values of a property compare: instants that are columns, numbers, stored instants, options, or folded text. */
export type Kind = 'column' | 'number' | 'datetime' | 'date' | 'option' | 'text';

export function kindOf({ type, definitions }: SearchScope, name: string): Kind {
  if (name === 'hs_object_id' || name === 'createdate' || name === typeFacts[type].modifiedProperty)
    return 'column';
  const definition = definitions.get(name)?.type;
  if (definition === 'number' || definition === 'datetime' || definition === 'date') return definition;
  return definition === 'enumeration' || definition === 'bool' ? 'option' : 'text';
}

/** Where the value of a property is found. Throws for a property that the portal does not have. */
export function column({ type, definitions, leading }: SearchScope, name: string): string {
  if (name === 'hs_object_id') return leading === 'id' ? 'id' : '+id';
  if (name === 'createdate') return 'created_at';
  if (name === typeFacts[type].modifiedProperty)
    return leading === 'updated_at' ? 'updated_at' : '+updated_at';
  const definition = definitions.get(name);
  if (definition === undefined) throw unknownProperty(name);
  const stored = `json_extract(properties, '$.${name}')`;
  return definition.type === 'number' ? `CAST(${stored} AS REAL)` : stored;
}

/** Text compares without regard to case. */
export const folded = (kind: Kind, subject: string): string =>
  kind === 'text' ? `folded(${subject})` : subject;

export function comparable(kind: Kind, value: string): string | number {
  if (kind === 'text') return value.toLowerCase();
  if (kind === 'option') return value;
  if (kind === 'number') return numeric(value);
  const at = kind === 'column' && /^\d+$/.test(value) ? Number(value) : (instant(value) ?? numeric(value));
  if (kind === 'column') return at;
  return new Date(at).toISOString().slice(0, kind === 'date' ? 10 : undefined);
}

export function numeric(value: string): number {
  const number = value.trim() === '' ? Number.NaN : Number(value);
  if (Number.isNaN(number)) throw invalid(`There was a problem with the request: ${value} is not a number.`);
  return number;
}

export const unknownProperty = (name: string) =>
  invalid('There was a problem with the request.', {
    errors: [
      {
        message: `Property '${name}' does not exist`,
        code: 'PROPERTY_DOESNT_EXIST',
        context: { propertyName: [name] },
      },
    ],
    context: { propertyName: [name] },
  });
