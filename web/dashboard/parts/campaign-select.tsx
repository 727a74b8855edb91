import { Select } from '@mantine/core';
import { type Campaign, useGetCampaigns } from '../../../client/vouchflow.ts';
import { texts } from '../texts.ts';

/** The workspace's campaigns by id; a hundred are more than anybody runs at once. */
export function useCampaigns(): ReadonlyMap<string, Campaign> {
  const { data } = useGetCampaigns({ limit: 100 });
  return new Map(data?.items.map((campaign) => [campaign.id, campaign]));
}

interface CampaignFilterProps {
  readonly value: string | undefined;
  readonly onChange: (campaignId: string | undefined) => void;
}

export function CampaignFilter({ value, onChange }: CampaignFilterProps) {
  const campaigns = useCampaigns();
  return (
    <Select
      aria-label={texts.common.campaign}
      placeholder={texts.common.allCampaigns}
      data={[...campaigns.values()].map(({ id, name }) => ({ value: id, label: name }))}
      value={value ?? null}
      onChange={(campaignId) => onChange(campaignId ?? undefined)}
      clearable
      searchable
      w={{ base: '100%', xs: 240 }}
    />
  );
}

interface StatusFilterProps {
  readonly value: string | undefined;
  readonly among: readonly string[];
  readonly onChange: (status: string | undefined) => void;
}

export const StatusFilter = ({ value, among, onChange }: StatusFilterProps) => (
  <Select
    aria-label={texts.common.status}
    placeholder={texts.common.anyStatus}
    data={among.map((status) => ({
      value: status,
      label: texts.statuses[status as keyof typeof texts.statuses] ?? status,
    }))}
    value={value ?? null}
    onChange={(status) => onChange(status ?? undefined)}
    clearable
    w={{ base: '100%', xs: 180 }}
  />
);
