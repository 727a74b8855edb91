import { beginEntry, type CrmEntry, completeEntry, loadEntry } from '../db/queries/crm-entries.ts';
import { keepOwner } from '../db/queries/owner-turns.ts';
import { recordEvent, updateReferral } from '../db/queries/referrals.ts';
import { ownerProperty } from '../domain/contact-owner.ts';
import { mapFields } from '../domain/field-mapping.ts';
import { invariant } from '../domain/invariant.ts';
import type { HubSpot } from '../hubspot/gateway.ts';
import { holdFence, openFor } from './connection-access.ts';
import { forgettingRefused, owned, ownerFor } from './contact-owner.ts';
import { fillExistingContact, findOrCreateContact } from './crm-contact.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { enterDeal } from './enter-deal.ts';
import { rememberContact } from './identity.ts';
import type { ReferralContext } from './referral-context.ts';
import { referralFields } from './referral-fields.ts';

/** Contact first, then the deal tied to it, then the row says `entered`. Each part is skipped when it is done. */
export async function enterHubSpot(
  deps: ActivityDependencies,
  context: ReferralContext,
  asOf: string,
): Promise<void> {
  const { campaign, referral } = context;
  if (campaign.personInvitedAction !== 'none') {
    const { connection, hubspot } = openFor(deps, context.connection, 'interactive');
    const fields = referralFields(context, deps.publicUrl);
    const contact =
      context.contactEntry?.enteredAt && context.contactEntry.crmId
        ? context.contactEntry
        : await enterContact(deps, context, hubspot, { fields, asOf });
    if (campaign.personInvitedAction === 'create-contact-and-deal' && !context.dealEntry?.enteredAt) {
      await enterDeal(deps, context, hubspot, { fields, contact, asOf });
    }
    await deps.db.inWorkspace(referral.workspaceId, async (tx) => {
      await holdFence(tx, connection);
      await updateReferral(tx, referral.id, {
        enteredAt: new Date().toISOString(),
        connectionId: connection.id,
      });
    });
    return;
  }
  await deps.db.inWorkspace(referral.workspaceId, (tx) =>
    updateReferral(tx, referral.id, { enteredAt: new Date().toISOString() }),
  );
}

type Fields = ReturnType<typeof referralFields>;

async function enterContact(
  deps: ActivityDependencies,
  context: ReferralContext,
  hubspot: HubSpot,
  { fields, asOf }: { readonly fields: Fields; readonly asOf: string },
): Promise<CrmEntry> {
  const { referral, campaign, person, rules, mappings } = context;
  const { connection } = openFor(deps, context.connection, 'interactive');
  const owner = { workspaceId: referral.workspaceId, connectionId: connection.id };
  const entry = await deps.db.inWorkspace(referral.workspaceId, (tx) =>
    beginEntry(tx, { ...owner, owner: { referralId: referral.id }, objectType: 'contact' }),
  );
  const ownerId = await ownerFor(deps, context, { hubspot, entry });
  const mapped = { ...mapFields(mappings, 'contact', fields), ...owned(ownerId) };
  const { qualification } = rules;
  const initial =
    qualification.kind === 'contact-property' && qualification.initialValue !== null
      ? { [qualification.property]: qualification.initialValue }
      : {};
  const found = await forgettingRefused(deps, { entry, ownerId }, async () => {
    const contact = await findOrCreateContact(hubspot, {
      email: person.email ?? '',
      properties: { ...mapped, ...initial },
      knownId: context.contactId,
      attemptedAt: entry.attemptedAt,
      appId: deps.hubspotAppId,
    });
    if (contact.outcome === 'found')
      await fillExistingContact(hubspot, campaign.existingContacts, contact.record.id, mapped);
    return contact;
  });
  const kept =
    found.outcome === 'found' && campaign.existingContacts !== 'overwrite'
      ? found.record.properties[ownerProperty]
      : null;
  return deps.db.inWorkspace(referral.workspaceId, async (tx) => {
    await holdFence(tx, connection);
    const outcome = await completeEntry(tx, entry, {
      crmId: found.record.id,
      outcome: found.outcome,
      readModifiedAt: found.record.updatedAt,
      lifecycleStage: found.outcome === 'found' ? (found.record.properties['lifecyclestage'] ?? null) : null,
    });
    await rememberContact(tx, connection, { personId: person.id, crmId: found.record.id });
    await recordEvent(tx, referral, {
      kind: outcome === 'created' ? 'contact-created' : 'contact-found',
      facts: { contactId: found.record.id },
      at: asOf,
    });
    if (campaign.invitedOwner.kind !== 'none' && kept) await keepOwner(tx, entry.id, kept);
    const entered = await loadEntry(tx, { referralId: referral.id }, 'contact');
    invariant(entered, 'an entry that was just completed is there');
    return entered;
  });
}
