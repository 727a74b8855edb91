import { Group } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { CampaignFilter, StatusFilter } from './campaign-select.tsx';

interface ListFilters<S extends string> {
  readonly campaign: string | undefined;
  /** Undefined too where the address names a status that there is not. */
  readonly status: S | undefined;
  /** As the API's lists take it. */
  readonly query: { readonly campaignId?: string; readonly status?: S };
  readonly controls: ReactNode;
}

/** A list's campaign and status; they live in the address, so that a link or a reload shows the same rows. */
export function useListFilters<S extends string>(
  screen: '/referrals' | '/rewards',
  statuses: readonly S[],
): ListFilters<S> {
  const { campaign, status } = useSearch({ from: screen });
  const navigate = useNavigate();
  const filter = (change: { campaign?: string | undefined; status?: string | undefined }) =>
    void navigate({ to: screen, search: { campaign, status, ...change } });
  const known = statuses.find((each) => each === status);
  return {
    campaign,
    status: known,
    query: { ...(campaign && { campaignId: campaign }), ...(known && { status: known }) },
    controls: (
      <Group mb="md">
        <CampaignFilter value={campaign} onChange={(value) => filter({ campaign: value })} />
        <StatusFilter value={known} among={statuses} onChange={(value) => filter({ status: value })} />
      </Group>
    ),
  };
}
