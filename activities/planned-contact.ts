import { type ContactProperty, contactPropertyKey } from '../db/queries/crm-edits.ts';
import type { EnrolledContact } from '../db/queries/enrolments.ts';
import { isPersonsEdit } from '../domain/crm-edit.ts';
import { differing, isSameValue, type ValueChange } from '../domain/value-change.ts';
import type { CrmProperties } from '../hubspot/gateway.ts';
import type { PageContext } from './page-context.ts';

type Changes = Readonly<Record<string, ValueChange>>;

/** What a page does to the record of one contact that is enrolled. */
export interface PlannedContact
  extends Pick<EnrolledContact, 'crmId' | 'referrerId' | 'enrolled' | 'withheld' | 'linkWritten'> {
  /** What HubSpot shall hold, by property. */
  readonly wanted: Readonly<Record<string, string>>;
  /** What is to be written. */
  readonly changes: Changes;
  /** What an attempt that died has written already. */
  readonly done: Changes;
  /** Properties in which a person's value was found. */
  readonly edited: Changes;
  /** Properties that differ, and that HubSpot does not take. */
  readonly gone: readonly string[];
  /** Properties that are to change, and hold what an attempt that died has put there: nobody's edit. */
  readonly ours: readonly string[];
}

/**
 * What differs in one record, without what HubSpot takes from nobody any more. Of a value that an attempt which died
 * was about to write, and that HubSpot holds now, it was the one who put it there.
 */
export function planContact(
  contact: EnrolledContact,
  held: CrmProperties,
  wanted: Readonly<Record<string, string>>,
  { leftOver, goneProperties }: Pick<PageContext, 'leftOver' | 'goneProperties'>,
): PlannedContact {
  const { figures: _, ...referrer } = contact;
  const { crmId } = contact;
  const before = leftOver.get(crmId)?.changes ?? {};
  const changes: Record<string, ValueChange> = {};
  const done: Record<string, ValueChange> = {};
  const gone: string[] = [];
  const ours: string[] = [];
  for (const [property, change] of Object.entries(differing(held, wanted))) {
    if (goneProperties.has(property)) gone.push(property);
    else changes[property] = change;
  }
  for (const [property, { before: first, after }] of Object.entries(before)) {
    if (wanted[property] === undefined || !isSameValue(held[property], after)) continue;
    const change = changes[property];
    if (change) {
      changes[property] = { ...change, before: first };
      ours.push(property);
    } else if (!gone.includes(property)) done[property] = { before: first, after };
  }
  return { ...referrer, wanted, changes, done, edited: {}, gone, ours };
}

/**
 * Values that might be a person's: of contacts that were referrers before this page, since nothing was ever sent about
 * the others. A first backfill has none, so that it pays nothing for the look at what was sent.
 */
export const doubtfulValues = (contacts: readonly PlannedContact[]): readonly ContactProperty[] =>
  contacts.flatMap(({ crmId, enrolled, changes, ours }) =>
    enrolled
      ? []
      : Object.keys(changes).flatMap((property) => (ours.includes(property) ? [] : { crmId, property })),
  );

/** Takes the values of people out of what is written, unless the campaign restores them; they are told in any case. */
export function withEdits(
  contact: PlannedContact,
  sent: ReadonlyMap<string, readonly string[]>,
  { restoreEdits }: Pick<PageContext, 'restoreEdits'>,
): PlannedContact {
  const { crmId, changes } = contact;
  const isEdited = ([property, { before }]: [string, ValueChange]) =>
    isPersonsEdit(before, sent.get(contactPropertyKey({ crmId, property })) ?? []);
  const edited = Object.entries(changes).filter(isEdited);
  if (edited.length === 0) return contact;
  return {
    ...contact,
    edited: Object.fromEntries(edited),
    changes: restoreEdits
      ? changes
      : Object.fromEntries(Object.entries(changes).filter((entry) => !isEdited(entry))),
  };
}
