/** A campaign whose ongoing sync is on, and the slices of its workflow, without Temporal. */
import { sql } from 'drizzle-orm';
import { type CampaignSlice, contactSyncActivities } from '../../../activities/contact-sync.ts';
import type { ActivityDependencies } from '../../../activities/dependencies.ts';
import { turnOff, turnOn } from '../../../api/commands/ongoing-sync.ts';
import type { Tx } from '../../../db/client.ts';
import { type Campaign, lockCampaign } from '../../../db/queries/campaigns.ts';
import { type Connection, loadConnection } from '../../../db/queries/connections.ts';
import { hintContacts } from '../../../db/queries/sync-hints.ts';
import type { SyncCampaign } from './a-sync.ts';
import { type Core, dependencies } from './core-under-test.ts';

/** In a transaction that holds the campaign, as the API's routes do it. */
export async function ordered<T>(
  core: Core,
  { workspaceId, campaignId, connectionId }: SyncCampaign,
  order: (tx: Tx, campaign: Campaign, connection: Connection) => Promise<T>,
): Promise<T> {
  return core.here.app.inWorkspace(workspaceId, async (tx) => {
    const campaign = await lockCampaign(tx, campaignId);
    const connection = await loadConnection(tx, connectionId);
    if (!campaign || !connection) throw new Error('No campaign');
    return order(tx, campaign, connection);
  });
}

export const on = (core: Core, campaign: SyncCampaign) => ordered(core, campaign, turnOn);
export const off = (core: Core, campaign: SyncCampaign) => ordered(core, campaign, turnOff);

/** One slice, as the campaign's workflow asks for it. */
export const slice = (
  core: Core,
  { workspaceId, campaignId, portal }: SyncCampaign,
  { asOf = new Date().toISOString(), ...changes }: Partial<ActivityDependencies> & { asOf?: string } = {},
): Promise<CampaignSlice> =>
  contactSyncActivities(dependencies(core, portal.open, changes)).syncSlice({
    workspaceId,
    campaignId,
    asOf,
  });

/** Slices until the workflow would wait or end; the last outcome. */
export async function untilRest(
  core: Core,
  campaign: SyncCampaign,
  changes: Partial<ActivityDependencies> & { asOf?: string } = {},
): Promise<CampaignSlice> {
  for (;;) {
    const outcome = await slice(core, campaign, changes);
    if (outcome.kind !== 'more') return outcome;
  }
}

/** On, caught up and at rest; HubSpot's calls so far are forgotten. */
export async function atRest(core: Core, campaign: SyncCampaign): Promise<CampaignSlice> {
  await on(core, campaign);
  const outcome = await untilRest(core, campaign);
  campaign.portal.calls.length = 0;
  return outcome;
}

export const hint = (core: Core, { workspaceId, campaignId }: SyncCampaign, ...crmIds: readonly string[]) =>
  core.here.app.inWorkspace(workspaceId, (tx) =>
    hintContacts(
      tx,
      crmIds.map((crmId) => ({ workspaceId, campaignId, crmId })),
    ),
  );

export const hintsOf = async (core: Core, { campaignId }: SyncCampaign): Promise<string[]> =>
  (
    await core.rows<{ crm_id: string }>(
      sql`select crm_id from sync_hints where campaign_id = ${campaignId} order by crm_id::numeric`,
    )
  ).map((row) => row.crm_id);

export const runsOf = (core: Core, { campaignId }: SyncCampaign) =>
  core.rows<{ kind: string; state: string; parked_reason: string | null; enrolled: number }>(sql`
    select kind, state, parked_reason, enrolled from sync_runs where campaign_id = ${campaignId} order by id`);

/** By contact id: whether its referrer is marked as having left the list. */
export const leftOf = async (core: Core, { campaignId }: SyncCampaign): Promise<Record<string, boolean>> =>
  Object.fromEntries(
    (
      await core.rows<{ crm_id: string; has_left: boolean }>(sql`
        select p.crm_id, r.left_scope_at is not null as has_left from referrers r
        join person_crm_ids p on p.person_id = r.person_id where r.campaign_id = ${campaignId} order by 1`)
    ).map((row) => [row.crm_id, row.has_left]),
  );
