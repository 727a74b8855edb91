import { typeFacts } from './object-types.ts';
import type { CrmRecord } from './record.ts';

/** The value of a property that is a column of the record rather than one of its stored values. */
export function computedValue(record: CrmRecord, name: string): string | undefined {
  if (name === 'hs_object_id') return String(record.id);
  if (name === 'createdate') return new Date(record.createdAt).toISOString();
  if (name === typeFacts[record.type].modifiedProperty) return new Date(record.updatedAt).toISOString();
  return undefined;
}

export const valueOf = (record: CrmRecord, name: string): string | undefined =>
  record.values[name] ?? computedValue(record, name);
