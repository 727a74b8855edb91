import { randomInt } from 'node:crypto';
import type { Tx } from '../db/client.ts';
import { sentValues } from '../db/queries/crm-edits.ts';
import { enrolContacts, lookUpByIndex } from '../db/queries/enrolments.ts';
import { wantedProperties } from '../db/queries/reflection.ts';
import { forgetIntents, type PageChanges, storeIntent } from '../db/queries/sync-intents.ts';
import type { SyncException } from '../db/queries/sync-runs.ts';
import { newLinkCode } from '../domain/link-code.ts';
import { holdFence } from './connection-access.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { PageContext } from './page-context.ts';
import { doubtfulValues, type PlannedContact, planContact, withEdits } from './planned-contact.ts';
import { type ReadableContacts, readableContacts } from './readable-contacts.ts';
import type { ContactPage } from './sync-pages.ts';

/** A page whose people are enrolled, and of which nothing is written to HubSpot yet. */
export interface EnrolledPage extends ContactPage {
  readonly contacts: readonly PlannedContact[];
  /** Why the others got no link. */
  readonly skipped: readonly SyncException[];
}

/**
 * The first transaction of a page: people become referrers with a link, and what is about to change in HubSpot is
 * stored, so that the values before it outlive a crash. Safe to repeat.
 */
export async function enrolPage(
  deps: ActivityDependencies,
  context: PageContext,
  page: ContactPage,
): Promise<EnrolledPage> {
  const readable = readableContacts(page.records, context.fields);
  return deps.db.inWorkspace(context.run.workspaceId, async (tx) => {
    // The fence is asked and the people are enrolled in one round trip; a closed one undoes them.
    const [, , enrolment] = await Promise.all([
      lookUpByIndex(tx),
      holdFence(tx, context.connection),
      enrolContacts(tx, {
        workspaceId: context.run.workspaceId,
        campaign: context.campaign,
        connectionId: context.connection.id,
        contacts: readable.contacts,
        newCode: () => newLinkCode(randomInt),
      }),
    ]);
    const held = new Map(page.records.map(({ id, properties }) => [id, properties]));
    const planned = enrolment.contacts.map((contact) =>
      planContact(
        contact,
        held.get(contact.crmId) ?? {},
        wantedProperties(contact.figures, context.mappings, deps.publicUrl),
        context,
      ),
    );
    const contacts = await apartFromEdits(tx, context, planned);
    await storeIntent(tx, context.run, {
      key: pageKey(page),
      changes: intendedChanges(contacts),
      enrolled: contacts.filter(({ enrolled }) => enrolled).length,
    });
    return { ...page, contacts, skipped: allExceptions(page, readable, enrolment) };
  });
}

/** A page that will not be written now, because the slice ends before it: nothing of it is in doubt. */
export const discardPage = (
  deps: ActivityDependencies,
  { run }: PageContext,
  page: ContactPage,
): Promise<void> => deps.db.inWorkspace(run.workspaceId, (tx) => forgetIntents(tx, run.id, [pageKey(page)]));

/** A page begins with another contact than every other page. */
export const pageKey = ({ records }: ContactPage): string => records[0]?.id ?? '';

async function apartFromEdits(
  tx: Tx,
  context: PageContext,
  planned: readonly PlannedContact[],
): Promise<readonly PlannedContact[]> {
  const doubtful = doubtfulValues(planned);
  if (doubtful.length === 0) return planned;
  const sent = await sentValues(tx, context.run, doubtful);
  return planned.map((contact) => withEdits(contact, sent, context));
}

const intendedChanges = (contacts: readonly PlannedContact[]): PageChanges =>
  Object.fromEntries(
    contacts.flatMap(({ crmId, changes, done }) => {
      const intended = { ...done, ...changes };
      return Object.keys(intended).length > 0 ? [[crmId, intended]] : [];
    }),
  );

const allExceptions = (
  page: ContactPage,
  readable: ReadableContacts,
  {
    duplicates,
    beingErased,
  }: { readonly duplicates: readonly string[]; readonly beingErased: readonly string[] },
): readonly SyncException[] => [
  ...(page.exceptions ?? []),
  ...readable.exceptions,
  ...duplicates.map((crmId) => ({ crmId, reason: 'duplicate-email' })),
  ...beingErased.map((crmId) => ({ crmId, reason: 'being-erased' })),
];
