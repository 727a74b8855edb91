import type { ContactProperty, CrmEdit } from '../db/queries/crm-edits.ts';
import type { WrittenReferrer } from '../db/queries/enrolments.ts';
import type { RecordedChange } from '../db/queries/sync-changes.ts';
import type { SyncException } from '../db/queries/sync-runs.ts';
import type { ValueChange } from '../domain/value-change.ts';
import type { PageContext } from './page-context.ts';
import type { PlannedContact } from './planned-contact.ts';

/** What became of one contact's record. */
interface Outcome {
  readonly contact: PlannedContact;
  /** What HubSpot holds now because of this run; empty when it refused. */
  readonly written: Readonly<Record<string, ValueChange>>;
  readonly gone: readonly string[];
  readonly refused: boolean;
}

/** All that the second transaction of a page stores about its contacts. */
export interface PageOutcome {
  readonly written: readonly WrittenReferrer[];
  readonly changes: readonly RecordedChange[];
  readonly edits: readonly CrmEdit[];
  /** Mapped properties in which no person's value was found: an edit that stood there was taken back. */
  readonly ours: readonly ContactProperty[];
  readonly exceptions: readonly SyncException[];
  readonly linked: number;
  readonly unchanged: number;
}

/** What came of a page after HubSpot refused these of its contacts. */
export function pageOutcome(
  contacts: readonly PlannedContact[],
  refused: ReadonlyMap<string, SyncException>,
  context: PageContext,
): PageOutcome {
  const outcomes = contacts.map((contact) => outcomeOf(contact, refused.has(contact.crmId), context));
  const exceptions = [...refused.values(), ...outcomes.flatMap(exceptionsOf)];
  const excepted = new Set(exceptions.map(({ crmId }) => crmId));
  const changes = outcomes.flatMap(changeOf);
  const isWritten = new Set(changes.map(({ crmId }) => crmId));
  return {
    written: outcomes.flatMap((outcome) => writtenReferrer(outcome, context)),
    changes,
    edits: outcomes.flatMap(editsOf),
    ours: context.hasEdits ? outcomes.flatMap(propertiesOfOurs) : [],
    exceptions,
    linked: changes.length,
    unchanged: contacts.filter(({ crmId }) => !isWritten.has(crmId) && !excepted.has(crmId)).length,
  };
}

function outcomeOf(contact: PlannedContact, refused: boolean, { goneProperties }: PageContext): Outcome {
  const gone = [...contact.gone, ...Object.keys(contact.changes).filter((name) => goneProperties.has(name))];
  const written = refused
    ? contact.done
    : Object.fromEntries(
        Object.entries({ ...contact.done, ...contact.changes }).filter(([name]) => !gone.includes(name)),
      );
  return { contact, written, gone, refused };
}

/** A link that is not written, or that a person replaced, is none that HubSpot holds. */
function writtenReferrer(
  { contact, gone, refused }: Outcome,
  { mappings }: PageContext,
): readonly WrittenReferrer[] {
  const { referrerId, withheld, wanted, edited, changes, linkWritten } = contact;
  const held = mappings
    .filter(({ source }) => source.kind === 'dynamic' && source.field === 'referral_link')
    .map(({ property }) => property)
    .find(
      (property) =>
        !refused &&
        !gone.includes(property) &&
        (edited[property] === undefined || changes[property] !== undefined),
    );
  const link = (held && wanted[held]) ?? null;
  return withheld || (link !== null && link !== linkWritten) ? [{ referrerId, link }] : [];
}

const changeOf = ({ contact: { crmId, enrolled }, written }: Outcome): readonly RecordedChange[] =>
  Object.keys(written).length > 0
    ? [{ crmId, outcome: enrolled ? 'create' : 'update', properties: written }]
    : [];

const editsOf = ({ contact: { crmId, edited }, written }: Outcome): readonly CrmEdit[] =>
  Object.entries(edited).map(([property, { before, after }]) => ({
    crmId,
    property,
    ours: after,
    theirs: before,
    restored: written[property] !== undefined,
  }));

const propertiesOfOurs = ({ contact }: Outcome): readonly ContactProperty[] =>
  contact.enrolled
    ? []
    : Object.keys(contact.wanted).flatMap((property) =>
        contact.edited[property] ? [] : { crmId: contact.crmId, property },
      );

function exceptionsOf({ contact: { crmId, edited }, gone }: Outcome): readonly SyncException[] {
  return [
    ...(gone.length > 0 ? [{ crmId, reason: 'property-gone', detail: gone.join(', ') }] : []),
    ...(Object.keys(edited).length > 0
      ? [{ crmId, reason: 'edited-in-hubspot', detail: Object.keys(edited).join(', ') }]
      : []),
  ];
}
