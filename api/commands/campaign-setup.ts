import type { Tx } from '../../db/client.ts';
import {
  type Campaign,
  loadMappings,
  loadRules,
  loadSyncSettings,
  type MappingSection,
} from '../../db/queries/campaigns.ts';
import type { InvitedOwner } from '../../domain/contact-owner.ts';
import { invariant } from '../../domain/invariant.ts';
import type { RewardTerms } from '../../domain/reward-rule.ts';
import type { HubSpotSetup } from '../schemas/hubspot-setup.ts';

/** S66: reopening shows what was saved. A campaign that was never configured shows its defaults. */
export async function readSetup(tx: Tx, campaign: Campaign): Promise<HubSpotSetup> {
  const rules = await loadRules(tx, campaign.id);
  invariant(rules, 'a campaign is made with its first rules');
  const settings = await loadSyncSettings(tx, campaign.id);
  const mappings = async (section: MappingSection) => {
    const saved = await loadMappings(tx, campaign.id, section);
    return saved
      .map(({ objectType, property, source }) => ({ objectType, property, source }))
      .sort((a, b) => (`${a.objectType}.${a.property}` < `${b.objectType}.${b.property}` ? -1 : 1));
  };
  const { id: _id, version: _version, ...qualification } = rules.qualification;
  return {
    personInvited: {
      action: campaign.personInvitedAction,
      existingContacts: campaign.existingContacts,
      owner: mutable(campaign.invitedOwner),
      associateReferrer: campaign.associateReferrer,
      mappings: await mappings('person-invited'),
    },
    personReferring: { action: campaign.personReferringAction, mappings: await mappings('person-referring') },
    sync: {
      scope:
        settings?.scopeKind === 'list' && settings.listId
          ? { kind: 'list', listId: settings.listId }
          : { kind: 'all' },
      ongoing: settings?.ongoing === 'on',
      restoreEdits: settings?.restoreEdits ?? false,
      mappingsIn: await mappings('sync-in'),
      mappingsOut: await mappings('sync-out'),
    },
    qualification: qualification as HubSpotSetup['qualification'],
    saleValue: rules.saleValue,
    rewards: rules.rewards.map(({ id: _rule, ...terms }): RewardTerms => terms),
  };
}

/** The row's own type is read-only; what a schema describes is not. */
const mutable = (owner: InvitedOwner): HubSpotSetup['personInvited']['owner'] =>
  owner.kind === 'round-robin' ? { ...owner, ownerIds: [...owner.ownerIds] } : owner;
