import { markAssociated } from '../db/queries/associations.ts';
import { toPublicId } from '../domain/id.ts';
import { isLive } from '../domain/referral.ts';
import { isHubSpotError } from '../hubspot/failures.ts';
import { holdFence, openFor } from './connection-access.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { type ReferralContext, type ReferralStep, readReferral } from './referral-context.ts';

/**
 * Links HubSpot's contact of the referrer with that of the friend by our label, once both are known. Asked after every
 * decision, so that a contact that becomes known later is linked then; another referrer who takes the credit over is
 * linked too. Safe to repeat. A refusal stops nothing: money does not wait for a link, which is tried with the next look.
 */
export async function associateReferrer(deps: ActivityDependencies, step: ReferralStep): Promise<void> {
  const context = await readReferral(deps.db, step);
  const link = wantedLink(context);
  if (link === null) return;
  const { hubspot, connection } = openFor(deps, context.connection, 'interactive');
  try {
    const { referrerToReferred } = await hubspot.associations.ensureReferralLabel();
    await hubspot.associations.associate({
      from: { objectType: 'contact', id: link.referrerContactId },
      to: { objectType: 'contact', id: link.contactId },
      type: referrerToReferred,
    });
  } catch (error) {
    if (!isHubSpotError(error, 'not-found', 'invalid', 'conflict', 'missing-scope')) throw error;
    const { kind, code } = error.detail;
    const referralId = toPublicId('referral', step.referralId);
    deps.log.warn({ referralId, kind, code }, 'referrer and friend could not be linked in HubSpot');
    return;
  }
  await deps.db.inWorkspace(step.workspaceId, async (tx) => {
    await holdFence(tx, connection);
    await markAssociated(tx, { entryId: link.entryId, contactId: link.referrerContactId });
  });
}

/** Null while one of the two is not known, and for whoever is linked already, out of the running or being forgotten. */
function wantedLink(context: ReferralContext) {
  const { campaign, referral, contactEntry: entry, contactId, referrerContactId, referrer, person } = context;
  if (!campaign.associateReferrer || !isLive(referral.status)) return null;
  if (person.erasingAt !== null || referrer.person.erasingAt !== null) return null;
  if (!entry?.enteredAt || entry.associatedWith === referrerContactId) return null;
  if (contactId === null || referrerContactId === null || !context.isContactLive) return null;
  return contactId === referrerContactId ? null : { entryId: entry.id, contactId, referrerContactId };
}
