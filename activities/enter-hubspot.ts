import { beginEntry, completeEntry, rememberDealId } from '../db/queries/crm-entries.ts';
import { recordEvent, updateReferral } from '../db/queries/referrals.ts';
import { mapFields } from '../domain/field-mapping.ts';
import { toPublicId } from '../domain/id.ts';
import { referralKeyProperty } from '../domain/referral.ts';
import { isHubSpotError } from '../hubspot/failures.ts';
import type { CrmRecord, HubSpot } from '../hubspot/gateway.ts';
import { holdFence, openFor } from './connection-access.ts';
import { fillExistingContact, findOrCreateContact } from './crm-contact.ts';
import type { ActivityDependencies } from './dependencies.ts';
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
    const contactId =
      context.contactEntry?.enteredAt && context.contactEntry.crmId
        ? context.contactEntry.crmId
        : await enterContact(deps, context, hubspot, { fields, asOf });
    if (campaign.personInvitedAction === 'create-contact-and-deal' && !context.dealEntry?.enteredAt) {
      await enterDeal(deps, context, hubspot, { fields, contactId, asOf });
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
): Promise<string> {
  const { referral, campaign, person, rules, mappings } = context;
  const { connection } = openFor(deps, context.connection, 'interactive');
  const owner = { workspaceId: referral.workspaceId, connectionId: connection.id };
  const entry = await deps.db.inWorkspace(referral.workspaceId, (tx) =>
    beginEntry(tx, { ...owner, owner: { referralId: referral.id }, objectType: 'contact' }),
  );
  const mapped = mapFields(mappings, 'contact', fields);
  const { qualification } = rules;
  const initial =
    qualification.kind === 'contact-property' && qualification.initialValue !== null
      ? { [qualification.property]: qualification.initialValue }
      : {};
  const found = await findOrCreateContact(hubspot, {
    email: person.email ?? '',
    properties: { ...mapped, ...initial },
    knownId: context.contactId,
    attemptedAt: entry.attemptedAt,
    appId: deps.hubspotAppId,
  });
  if (found.outcome === 'found')
    await fillExistingContact(hubspot, campaign.existingContacts, found.record.id, mapped);
  await deps.db.inWorkspace(referral.workspaceId, async (tx) => {
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
  });
  return found.record.id;
}

/** A deal is created once: by our unique property it is looked for first, and again when the create clashes. */
async function enterDeal(
  deps: ActivityDependencies,
  context: ReferralContext,
  hubspot: HubSpot,
  { fields, contactId, asOf }: { readonly fields: Fields; readonly contactId: string; readonly asOf: string },
): Promise<void> {
  const { referral, rules, mappings, campaign } = context;
  const { connection } = openFor(deps, context.connection, 'interactive');
  const owner = { workspaceId: referral.workspaceId, connectionId: connection.id };
  const entry = await deps.db.inWorkspace(referral.workspaceId, (tx) =>
    beginEntry(tx, { ...owner, owner: { referralId: referral.id }, objectType: 'deal' }),
  );
  const key = toPublicId('referral', referral.id);
  const ours = () =>
    hubspot.deals.findByUnique({ property: referralKeyProperty, value: key, properties: ['dealstage'] });
  const { qualification } = rules;
  const stage =
    qualification.kind === 'deal-stage'
      ? { pipeline: qualification.pipelineId, dealstage: qualification.initialStageId }
      : {};
  const create = (): Promise<CrmRecord> =>
    hubspot.deals.create({
      contactId,
      properties: {
        dealname: `${campaign.name}: ${[fields.first_name, fields.last_name].filter(Boolean).join(' ')}`,
        ...mapFields(mappings, 'deal', fields),
        ...stage,
        [referralKeyProperty]: key,
      },
    });
  const deal =
    (await ours()) ??
    (await create().catch(async (error: unknown) => {
      const clashed = isHubSpotError(error, 'conflict') ? await ours() : null;
      if (clashed) return clashed;
      throw error;
    }));
  await deps.db.inWorkspace(referral.workspaceId, async (tx) => {
    await holdFence(tx, connection);
    await completeEntry(tx, entry, { crmId: deal.id, outcome: 'created', readModifiedAt: deal.updatedAt });
    await rememberDealId(tx, { ...owner, referralId: referral.id, crmId: deal.id });
    await recordEvent(tx, referral, { kind: 'deal-created', facts: { dealId: deal.id }, at: asOf });
  });
}
