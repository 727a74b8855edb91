import type { Tx } from '../db/client.ts';
import { unassociatedReferrals } from '../db/queries/associations.ts';
import { loadCampaign, loadMappings } from '../db/queries/campaigns.ts';
import { isOpenAgain, loadConnection } from '../db/queries/connections.ts';
import { beginEntry, completeEntry } from '../db/queries/crm-entries.ts';
import { enqueueNudges } from '../db/queries/outbox.ts';
import { contactIdOf } from '../db/queries/people.ts';
import { loadReferrer, referrerFigures, updateReferrer } from '../db/queries/referrers.ts';
import { referralLink, reflectedFields, reflectReferrers } from '../db/queries/reflection.ts';
import { mapFields } from '../domain/field-mapping.ts';
import { invariant } from '../domain/invariant.ts';
import { referralWorkflow } from '../workflows/contract.ts';
import { holdFence, openFor } from './connection-access.ts';
import { fillExistingContact, findOrCreateContact } from './crm-contact.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { parkedBy } from './failures.ts';
import { rememberContact } from './identity.ts';

export type ReferrerEntry =
  | { readonly kind: 'entered' }
  /** The campaign does not bring referrers into HubSpot (S76), or this one turned out to be another one. */
  | { readonly kind: 'nothing-to-do' }
  | { readonly kind: 'parked'; readonly reason: string; readonly retryAfterMs: number | null };

const parkedPauseMs = 5 * 60_000;

interface ReferrerStep {
  readonly workspaceId: string;
  readonly referrerId: string;
}

export const referrerActivities = (deps: ActivityDependencies) => ({
  /**
   * Person Referring: creates the contact if it is new, and wants the referral link written back. Safe to repeat: the
   * create is first a row, and an existing contact is found by HubSpot's own refusal.
   */
  async enterReferrer(step: ReferrerStep): Promise<ReferrerEntry> {
    try {
      return await enter(deps, step);
    } catch (error) {
      const parked = parkedBy(error, deps.attempt());
      if (parked === null) throw error;
      const retry = await deps.db.inWorkspace(step.workspaceId, async (tx) => {
        const open = await isConnectionOpenAgain(tx, step.referrerId);
        await updateReferrer(tx, step.referrerId, { parkedReason: parked.reason });
        return parked.retry || open;
      });
      return {
        kind: 'parked',
        reason: parked.reason,
        retryAfterMs: retry ? (parked.retryAfterMs ?? parkedPauseMs) : null,
      };
    }
  },
});

export type ReferrerActivities = ReturnType<typeof referrerActivities>;

async function isConnectionOpenAgain(tx: Tx, referrerId: string): Promise<boolean> {
  const row = await loadReferrer(tx, referrerId);
  const campaign = row && (await loadCampaign(tx, row.referrer.campaignId));
  return campaign?.connectionId ? isOpenAgain(tx, campaign.connectionId) : false;
}

async function enter(
  deps: ActivityDependencies,
  { workspaceId, referrerId }: ReferrerStep,
): Promise<ReferrerEntry> {
  const context = await deps.db.inWorkspace(workspaceId, async (tx) => {
    const row = await loadReferrer(tx, referrerId);
    invariant(row, 'the referrer exists');
    const campaign = await loadCampaign(tx, row.referrer.campaignId);
    invariant(campaign, 'a referrer has its campaign');
    const connection = campaign.connectionId ? await loadConnection(tx, campaign.connectionId) : null;
    const [figures] = await referrerFigures(tx, [referrerId]);
    invariant(figures, 'a referrer has figures');
    return {
      ...row,
      figures,
      campaign,
      connection,
      mappings: await loadMappings(tx, campaign.id, 'person-referring'),
      contactId: connection && (await contactIdOf(tx, row.person.id, connection.id)),
    };
  });
  const { referrer, campaign, person, code } = context;
  if (referrer.enteredAt !== null) return { kind: 'entered' };
  if (campaign.personReferringAction === 'none' || referrer.mergedInto !== null)
    return { kind: 'nothing-to-do' };
  const { connection, hubspot } = openFor(deps, context.connection, 'interactive');
  const owner = { workspaceId, connectionId: connection.id };
  const entry = await deps.db.inWorkspace(workspaceId, (tx) =>
    beginEntry(tx, { ...owner, owner: { referrerId }, objectType: 'contact' }),
  );
  const properties = mapFields(context.mappings, 'contact', {
    ...reflectedFields(context.figures, deps.publicUrl),
    first_name: person.firstName,
    last_name: person.lastName,
    email: person.email,
    phone: person.phone,
    language: person.language,
    referrer_first_name: person.firstName,
    referrer_last_name: person.lastName,
    referrer_email: person.email,
    code,
    link: referralLink(deps.publicUrl, code),
    referrer_link: referralLink(deps.publicUrl, code),
    source: 'Vouchflow join page',
    signed_up_at: referrer.joinedAt,
  });
  const found = await findOrCreateContact(hubspot, {
    email: person.email ?? '',
    properties,
    knownId: context.contactId,
    attemptedAt: entry.attemptedAt,
    appId: deps.hubspotAppId,
  });
  if (found.outcome === 'found') {
    await fillExistingContact(hubspot, campaign.existingContacts, found.record.id, properties);
  }
  await deps.db.inWorkspace(workspaceId, async (tx) => {
    await holdFence(tx, connection);
    const { record, outcome } = found;
    await completeEntry(tx, entry, { crmId: record.id, outcome, readModifiedAt: record.updatedAt });
    await rememberContact(tx, connection, { personId: person.id, crmId: record.id });
    await updateReferrer(tx, referrerId, { enteredAt: new Date().toISOString(), parkedReason: null });
    await reflectReferrers(tx, {
      workspaceId,
      campaignId: campaign.id,
      referrerIds: [referrerId],
      publicUrl: deps.publicUrl,
    });
    // Their friends may have been entered first, and can be linked with them from now on.
    if (campaign.associateReferrer) await nudgeReferrals(tx, referrerId);
  });
  return { kind: 'entered' };
}

async function nudgeReferrals(tx: Tx, referrerId: string): Promise<void> {
  const waiting = await unassociatedReferrals(tx, referrerId);
  const nudges = waiting.map(({ id: referralId, campaignId, workspaceId }) => ({
    workspaceId,
    address: referralWorkflow({ workspaceId, campaignId, referralId }),
    nudge: { kind: 'crm' },
  }));
  await enqueueNudges(tx, nudges);
}
