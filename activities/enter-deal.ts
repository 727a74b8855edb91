import { beginEntry, type CrmEntry, completeEntry, rememberDealId } from '../db/queries/crm-entries.ts';
import { recordEvent } from '../db/queries/referrals.ts';
import { mapFields } from '../domain/field-mapping.ts';
import { toPublicId } from '../domain/id.ts';
import { invariant } from '../domain/invariant.ts';
import { referralKeyProperty } from '../domain/referral.ts';
import { isHubSpotError } from '../hubspot/failures.ts';
import type { CrmRecord, HubSpot } from '../hubspot/gateway.ts';
import { holdFence, openFor } from './connection-access.ts';
import { forgettingRefused, owned, ownerFor } from './contact-owner.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { ReferralContext } from './referral-context.ts';
import type { referralFields } from './referral-fields.ts';

/** A deal is created once: by our unique property it is looked for first, and again when the create clashes. */
export async function enterDeal(
  deps: ActivityDependencies,
  context: ReferralContext,
  hubspot: HubSpot,
  {
    fields,
    contact,
    asOf,
  }: {
    readonly fields: ReturnType<typeof referralFields>;
    readonly contact: CrmEntry;
    readonly asOf: string;
  },
): Promise<void> {
  const { referral, rules, mappings, campaign } = context;
  const { connection } = openFor(deps, context.connection, 'interactive');
  const owner = { workspaceId: referral.workspaceId, connectionId: connection.id };
  const { crmId: contactId } = contact;
  invariant(contactId !== null, 'a contact that was entered has its id');
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
  const create = async (): Promise<CrmRecord> => {
    const ownerId = await ownerFor(deps, context, { hubspot, entry: contact });
    const properties = {
      dealname: `${campaign.name}: ${[fields.first_name, fields.last_name].filter(Boolean).join(' ')}`,
      ...mapFields(mappings, 'deal', fields),
      ...owned(ownerId),
      ...stage,
      [referralKeyProperty]: key,
    };
    return forgettingRefused(deps, { entry: contact, ownerId }, () =>
      hubspot.deals.create({ contactId, properties }),
    );
  };
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
