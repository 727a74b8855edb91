import type { CrmEntry } from '../db/queries/crm-entries.ts';
import { chooseNextOwner, chooseOwner, forgetOwner } from '../db/queries/owner-turns.ts';
import type { ReferralContext } from '../db/queries/referral-context.ts';
import { ownerProperty } from '../domain/contact-owner.ts';
import { assertNever } from '../domain/invariant.ts';
import { type HubSpotError, isHubSpotError } from '../hubspot/failures.ts';
import type { HubSpot } from '../hubspot/gateway.ts';
import { holdFence } from './connection-access.ts';
import type { ActivityDependencies } from './dependencies.ts';

/**
 * Who is put in charge of the contact and the deal that are created; null for nobody. Safe to repeat: the choice is a
 * row of the contact's entry before HubSpot is told, and a later attempt takes the same one. Throws `connection-closed`.
 */
export async function ownerFor(
  deps: Pick<ActivityDependencies, 'db'>,
  { campaign, connection, referrerContactId }: ReferralContext,
  { hubspot, entry }: { readonly hubspot: HubSpot; readonly entry: CrmEntry },
): Promise<string | null> {
  if (entry.ownerChosenAt !== null) return entry.ownerId;
  const { invitedOwner: policy } = campaign;
  switch (policy.kind) {
    case 'none':
      return null;
    case 'fixed':
      return deps.db.inWorkspace(entry.workspaceId, (tx) => chooseOwner(tx, entry.id, policy.ownerId));
    case 'of-referrer': {
      const theirs = referrerContactId === null ? null : await ownerOfContact(hubspot, referrerContactId);
      return deps.db.inWorkspace(entry.workspaceId, async (tx) => {
        await holdFence(tx, connection);
        return chooseOwner(tx, entry.id, theirs);
      });
    }
    case 'round-robin': {
      const { ownerIds } = policy;
      return deps.db.inWorkspace(entry.workspaceId, (tx) =>
        chooseNextOwner(tx, { entryId: entry.id, campaignId: campaign.id, ownerIds }),
      );
    }
    default:
      return assertNever(policy);
  }
}

/**
 * Runs a write that names the owner. Where HubSpot refuses that value, nothing was written, and the choice is forgotten:
 * the referral parks, and its next attempt chooses among those whom the campaign names by then.
 */
export async function forgettingRefused<T>(
  deps: Pick<ActivityDependencies, 'db'>,
  { entry, ownerId }: { readonly entry: CrmEntry; readonly ownerId: string | null },
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (ownerId !== null && isHubSpotError(error, 'invalid') && mayBeOwner(error))
      await deps.db.inWorkspace(entry.workspaceId, (tx) => forgetOwner(tx, entry.id, ownerId));
    throw error;
  }
}

/** A refusal that names no property may mean the owner: to choose again is harmless, to keep one who is gone is not. */
const mayBeOwner = ({ detail: { property = ownerProperty } }: HubSpotError): boolean =>
  property === ownerProperty;

export const owned = (ownerId: string | null): Readonly<Record<string, string>> =>
  ownerId === null ? {} : { [ownerProperty]: ownerId };

async function ownerOfContact(hubspot: HubSpot, contactId: string): Promise<string | null> {
  try {
    const { properties } = await hubspot.contacts.read(contactId, { properties: [ownerProperty] });
    return properties[ownerProperty] || null;
  } catch (error) {
    if (isHubSpotError(error, 'not-found')) return null;
    throw error;
  }
}
