import type { ContactToEnrol } from '../db/queries/enrolments.ts';
import type { SyncException } from '../db/queries/sync-runs.ts';
import { emailKey } from '../domain/email.ts';
import { isTooLong } from '../domain/person-bounds.ts';
import { storableText } from '../domain/storable-text.ts';
import type { CrmProperties, CrmRecord } from '../hubspot/gateway.ts';
import type { ContactFields } from './contact-fields.ts';

/** The fields of a person beside the address, by their names in a mapping. */
const personFields = ['first_name', 'last_name', 'phone', 'language'] as const;
type PersonField = (typeof personFields)[number];

export interface ReadableContacts {
  /** At most one per address. */
  readonly contacts: readonly ContactToEnrol[];
  /** All others, each with its reason; `detail` names a HubSpot property, never a value. */
  readonly exceptions: readonly SyncException[];
}

/** Contacts that can be enrolled; the others are listed by reason, never silently dropped. Asks nobody. */
export function readableContacts(records: readonly CrmRecord[], fields: ContactFields): ReadableContacts {
  const contacts = new Map<string, ContactToEnrol>();
  const exceptions: SyncException[] = [];
  for (const { id: crmId, properties } of records) {
    const email = properties[fields.email];
    const key = email ? emailKey(email) : null;
    const values = personValues(properties, fields);
    const tooLong = personFields.find((field) => isTooLong(field, values[field]));
    if (!email) exceptions.push({ crmId, reason: 'no-email' });
    else if (key === null) exceptions.push({ crmId, reason: 'invalid-email' });
    else if (contacts.has(key)) exceptions.push({ crmId, reason: 'duplicate-email' });
    else if (tooLong)
      exceptions.push({ crmId, reason: 'value-too-long', detail: fields[tooLong] ?? tooLong });
    else {
      contacts.set(key, {
        crmId,
        email: email.trim(),
        emailKey: key,
        firstName: values.first_name,
        lastName: values.last_name,
        phone: values.phone,
        language: values.language,
      });
    }
  }
  return { contacts: [...contacts.values()], exceptions };
}

function personValues(
  properties: CrmProperties,
  fields: ContactFields,
): Readonly<Record<PersonField, string | null>> {
  const of = (field: PersonField) => {
    const property = fields[field];
    return storableText((property && properties[property]) || null);
  };
  return {
    first_name: of('first_name'),
    last_name: of('last_name'),
    phone: of('phone'),
    language: of('language'),
  };
}
