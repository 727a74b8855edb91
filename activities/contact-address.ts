import { isUniqueViolation } from '../db/queries/crm-entries.ts';
import { holderOfEmail, noteEmailHolder, setEmail } from '../db/queries/identity/addresses.ts';
import { recordEvents, unsettledOf } from '../db/queries/identity/story.ts';
import { toPublicId } from '../domain/id.ts';
import type { ContactChange } from '../domain/identity.ts';
import type { Following } from './follow-contact.ts';

/**
 * A person's address is the one that their contact has. Where another living person has it already, ours stays, and
 * the other one is noted at the contact, in the stories that wait and in the log: it is for a person to look at.
 */
export async function followAddress(
  { deps, tx, connection }: Omit<Following, 'alsoLock'>,
  { crmId, emailKey, clearsHolder }: Extract<ContactChange, { kind: 'live' }>,
  { personId, email, at }: { readonly personId: string; readonly email: string | null; readonly at: string },
): Promise<void> {
  const { workspaceId, id: connectionId } = connection;
  if (clearsHolder) await noteEmailHolder(tx, { connectionId, crmId, heldBy: null });
  if (emailKey === null || email === null) return;
  const set = await tx
    .transaction((inner) => setEmail(inner, { workspaceId, personId, email, emailKey }))
    .catch((error: unknown) => {
      // Somebody signed up under it at this moment.
      if (isUniqueViolation(error)) return false;
      throw error;
    });
  const theirs = await unsettledOf(tx, personId);
  const facts = { contactId: crmId };
  if (set) return recordEvents(tx, theirs, { kind: 'address-changed', facts, at });
  const heldBy = await holderOfEmail(tx, { workspaceId, emailKey, personId });
  if (heldBy === null) return;
  await noteEmailHolder(tx, { connectionId, crmId, heldBy });
  const ids = { contactId: crmId, heldByPersonId: toPublicId('person', heldBy) };
  await recordEvents(tx, theirs, { kind: 'address-held-by-another', facts: ids, at });
  deps.log.warn(
    { connectionId, contactId: crmId, personId, heldByPersonId: heldBy },
    'a contact has the address of another person; ours stays',
  );
}
