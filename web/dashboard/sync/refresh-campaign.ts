import type { QueryClient } from '@tanstack/react-query';
import {
  getGetCampaignsByIdHubspotQueryKey,
  getGetCampaignsByIdQueryKey,
  getGetCampaignsByIdSyncRunsQueryKey,
} from '../../../client/vouchflow.ts';

/** Reads again what an order to a campaign's sync may have changed: its configuration, its version and its runs. */
export async function refreshCampaign(queries: QueryClient, campaignId: string): Promise<void> {
  const keys = [
    getGetCampaignsByIdHubspotQueryKey(campaignId),
    getGetCampaignsByIdQueryKey(campaignId),
    getGetCampaignsByIdSyncRunsQueryKey(campaignId),
  ];
  // By path alone: the runs are asked for in pages of several sizes.
  await Promise.all(keys.map(([path]) => queries.invalidateQueries({ queryKey: [path] })));
}
