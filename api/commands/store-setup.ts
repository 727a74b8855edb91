import { isDeepStrictEqual } from 'node:util';
import type { Tx } from '../../db/client.ts';
import { saveSyncSettings, updateCampaign } from '../../db/queries/campaign-edits.ts';
import { type Campaign, type NewRules, replaceMappings, saveRules } from '../../db/queries/campaigns.ts';
import type { Connection } from '../../db/queries/connections.ts';
import type { HubSpotSetup } from '../schemas/hubspot-setup.ts';
import { followSetup } from './ongoing-sync.ts';

/** Everything of a configuration that was checked, in the transaction that holds the campaign's lock. */
export async function storeSetup(
  tx: Tx,
  {
    campaign,
    connection,
    setup,
    before,
  }: {
    readonly campaign: Campaign;
    readonly connection: Connection;
    readonly setup: HubSpotSetup;
    readonly before: HubSpotSetup;
  },
): Promise<Campaign> {
  const { personInvited, personReferring, sync, qualification, saleValue, rewards } = setup;
  const rules = { qualification, saleValue, rewards };
  const old = { qualification: before.qualification, saleValue: before.saleValue, rewards: before.rewards };
  // A new version only when something in it is new: referrals are pinned to versions.
  if (!isDeepStrictEqual(rules, old)) await saveRules(tx, campaign, rules as NewRules);
  await replaceMappings(tx, campaign, 'person-invited', personInvited.mappings);
  await replaceMappings(tx, campaign, 'person-referring', personReferring.mappings);
  await replaceMappings(tx, campaign, 'sync-in', sync.mappingsIn);
  await replaceMappings(tx, campaign, 'sync-out', sync.mappingsOut);
  await saveSyncSettings(tx, {
    campaignId: campaign.id,
    workspaceId: campaign.workspaceId,
    scopeKind: sync.scope.kind,
    listId: sync.scope.kind === 'list' ? sync.scope.listId : null,
    ongoing: sync.ongoing ? 'on' : 'off',
    restoreEdits: sync.restoreEdits,
  });
  const saved = await updateCampaign(tx, campaign.id, {
    connectionId: connection.id,
    personInvitedAction: personInvited.action,
    existingContacts: personInvited.existingContacts,
    invitedOwner: personInvited.owner,
    associateReferrer: personInvited.associateReferrer,
    personReferringAction: personReferring.action,
  });
  await followSetup(tx, { campaign, connection, before: before.sync, after: sync });
  return saved;
}
