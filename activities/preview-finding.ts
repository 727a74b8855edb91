import type { KnownPerson, PersonFields } from '../db/queries/preview.ts';
import { referralLink } from '../db/queries/reflection.ts';
import type { RecordedChange } from '../db/queries/sync-changes.ts';
import type { FieldMapping } from '../domain/field-mapping.ts';
import type { ValueChange } from '../domain/value-change.ts';
import type { PlannedContact } from './planned-contact.ts';

/** What is there without the dry run: what it would have changed is seen against it. */
export interface Found {
  readonly after: ReadonlyMap<string, KnownPerson>;
  readonly before: ReadonlyMap<string, KnownPerson>;
  readonly knownContacts: ReadonlySet<string>;
  /** The contact of an earlier page that stands for a person, by address. */
  readonly earlier: ReadonlyMap<string, string>;
}

/** What a preview says of one contact that the dry run enrolled. */
export function findingOf(
  contact: PlannedContact,
  found: Found,
  { mappings, publicUrl }: { readonly mappings: readonly FieldMapping[]; readonly publicUrl: string },
): RecordedChange {
  const { crmId, referrerId, changes, edited, gone } = contact;
  const person = found.after.get(referrerId);
  const emailKey = person?.emailKey ?? null;
  const first = emailKey === null ? undefined : found.earlier.get(emailKey);
  const isSecond = first !== undefined && first !== crmId;
  // A sync would meet the first one's person there: a new contact of theirs shares an address.
  if (isSecond && !found.knownContacts.has(crmId)) return skipped(crmId, 'duplicate-email');
  const enrolled = contact.enrolled && !isSecond;
  const fields = person ? fieldChanges(found.before.get(person.personId)?.fields, person.fields) : {};
  const link = referralLink(publicUrl, '…');
  const linkProperties = mappings.flatMap(({ property, source }) =>
    source.kind === 'dynamic' && source.field === 'referral_link' ? property : [],
  );
  const properties = Object.fromEntries(
    Object.entries(changes).map(([name, change]) => [
      name,
      // The link that the dry run made is none that will be.
      contact.enrolled && linkProperties.includes(name) ? { ...change, after: link } : change,
    ]),
  );
  const isEdited = Object.keys(edited).length > 0;
  const reason = gone.length > 0 ? 'property-gone' : isEdited ? 'edited-in-hubspot' : null;
  const changesSomething = Object.keys(properties).length > 0 || Object.keys(fields).length > 0;
  const outcome = enrolled ? 'create' : changesSomething ? 'update' : reason ? 'skipped' : 'unchanged';
  return { crmId, outcome, reason, emailKey, properties, fields };
}

function fieldChanges(before: PersonFields | undefined, after: PersonFields): Record<string, ValueChange> {
  const names = Object.keys(after) as (keyof PersonFields)[];
  return Object.fromEntries(
    names.flatMap((name) => {
      const was = before?.[name] ?? null;
      return was === after[name] ? [] : [[name, { before: was, after: after[name] }]];
    }),
  );
}

/** What a preview says of a contact that gets no link. */
export const skipped = (crmId: string, reason: string): RecordedChange => ({
  crmId,
  outcome: 'skipped',
  reason,
  properties: {},
  fields: {},
});
