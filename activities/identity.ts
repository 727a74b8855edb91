/** Who people are in HubSpot, as merges, new addresses, deletion and return change it. */
import type { Tx } from '../db/client.ts';
import type { Connection } from '../db/queries/connections.ts';
import { isUniqueViolation } from '../db/queries/crm-entries.ts';
import { hintContacts } from '../db/queries/identity/contact-hints.ts';
import { knownContacts } from '../db/queries/identity/contact-ids.ts';
import { enqueueNudges } from '../db/queries/outbox.ts';
import { rememberContactId } from '../db/queries/people.ts';
import { emailKey } from '../domain/email.ts';
import { type ContactReading, contactChange } from '../domain/identity.ts';
import type { CrmLookup, CrmRecord } from '../hubspot/gateway.ts';
import { connectionWorkflow } from '../workflows/contract.ts';
import { holdFence } from './connection-access.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { followContact, MovedMeanwhile, type ReadContact } from './follow-contact.ts';

/** What a read of a contact must ask for, so that `followContacts` can follow it. */
export const identityProperties = ['email'] as const;

/** Somebody else moved the same people at this moment; more often in a row than this is left to a retry. */
const tries = 5;

/**
 * Follows what HubSpot did to contacts that we know: merged ones lead to one person, a new address is the person's,
 * what is gone or back is marked. Contacts that mean nobody to us cost one look at our rows. Safe to repeat, in any
 * order and by several at once: each contact is one transaction behind the epoch fence, and what is done is done.
 * Throws `connection-closed`.
 */
export async function followContacts(
  deps: Pick<ActivityDependencies, 'db' | 'log' | 'publicUrl'>,
  connection: Connection,
  contacts: readonly CrmLookup[],
): Promise<void> {
  for (const contact of await changedContacts(deps, connection, contacts))
    await followOne(deps, connection, contact);
}

/**
 * The same for what a search has found. Its index lags, and may show an address or a contact that is no more: so a
 * difference is only a hint, and the contact is read by its id before it is followed.
 */
export async function noticeContacts(
  deps: Pick<ActivityDependencies, 'db'>,
  connection: Connection,
  records: readonly CrmRecord[],
): Promise<void> {
  const contacts = records.map((record) => ({ askedId: record.id, record }));
  const changed = await changedContacts(deps, connection, contacts);
  if (changed.length === 0) return;
  await deps.db.inWorkspace(connection.workspaceId, async (tx) => {
    await holdFence(tx, connection);
    await hint(
      tx,
      connection,
      changed.map(({ reading }) => reading.askedId),
    );
  });
}

/** Those of the contacts that differ from what we know of them. */
async function changedContacts(
  deps: Pick<ActivityDependencies, 'db'>,
  connection: Connection,
  contacts: readonly CrmLookup[],
): Promise<readonly ReadContact[]> {
  const read = contacts.map(readContact);
  const ids = [...new Set(read.flatMap(idsOf))];
  if (ids.length === 0) return [];
  const { known, entered } = await deps.db.inWorkspace(connection.workspaceId, (tx) =>
    knownContacts(tx, connection.id, ids),
  );
  return read.filter(({ reading }) => contactChange(reading, known, entered) !== null);
}

/**
 * Remembers that HubSpot answered this person's entry with this contact. Where the contact is somebody else's already,
 * HubSpot knows both as one, by an older merge or a second address: the contact is hinted and followed at once.
 */
export async function rememberContact(
  tx: Tx,
  connection: Connection,
  { personId, crmId }: { readonly personId: string; readonly crmId: string },
): Promise<void> {
  const { workspaceId, id: connectionId } = connection;
  if (await rememberContactId(tx, { workspaceId, connectionId, personId, crmId })) return;
  await hint(tx, connection, [crmId]);
}

async function hint(
  tx: Tx,
  { workspaceId, id: connectionId, epoch }: Connection,
  crmIds: readonly string[],
): Promise<void> {
  await hintContacts(tx, { workspaceId, connectionId }, crmIds);
  const address = connectionWorkflow({ workspaceId, connectionId, epoch });
  await enqueueNudges(tx, [{ workspaceId, address, nudge: { kind: 'crm' } }]);
}

async function followOne(
  deps: Pick<ActivityDependencies, 'db' | 'log' | 'publicUrl'>,
  connection: Connection,
  contact: ReadContact,
): Promise<void> {
  // People who were found to belong to it while it was tried: locked from the start the next time.
  const alsoLock = new Set<string>();
  for (let left = tries; ; left -= 1) {
    try {
      return await deps.db.inWorkspace(connection.workspaceId, (tx) =>
        followContact({ deps, tx, connection, alsoLock }, contact, idsOf(contact)),
      );
    } catch (error) {
      if (left === 1 || !isPassing(error)) throw error;
      if (error instanceof MovedMeanwhile) for (const id of error.personIds) alsoLock.add(id);
    }
  }
}

const deadlock = '40P01';

/** Somebody was faster, or waited for us while we waited for them: worth another try at once. */
function isPassing(error: unknown): boolean {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  return (
    error instanceof MovedMeanwhile ||
    isUniqueViolation(error) ||
    code === deadlock ||
    cause?.code === deadlock
  );
}

const idsOf = ({ reading: { askedId, record } }: ReadContact): readonly string[] => [
  ...new Set([askedId, ...(record ? [record.id, ...record.mergedIds] : [])]),
];

/** An archived contact is as gone as a deleted one: HubSpot answers nobody about it who does not ask for archived ones. */
function readContact({ askedId, record }: CrmLookup): ReadContact {
  if (record === null || record.archived) return { reading: { askedId, record: null }, email: null };
  const email = record.properties['email'];
  const reading: ContactReading = {
    askedId,
    record: {
      id: record.id,
      mergedIds: record.mergedIds,
      emailKey: email == null ? email : emailKey(email),
    },
  };
  return { reading, email: email?.trim() ?? null };
}
