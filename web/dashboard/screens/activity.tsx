import { Text } from '@mantine/core';
import { IconActivity } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { getActivity, getGetActivityQueryKey } from '../../../client/vouchflow.ts';
import { useCampaigns } from '../parts/campaign-select.tsx';
import { Empty } from '../parts/empty.tsx';
import { List } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { nameOf, When } from '../parts/words.tsx';
import { texts } from '../texts.ts';
import { eventText } from './event-words.ts';

const t = texts.activity;

/** Everything that happened to any referral, newest first. */
export function Activity() {
  const campaigns = useCampaigns();
  return (
    <Page title={t.title} lead={t.lead}>
      <List
        label={t.title}
        refreshMs={10_000}
        queryKey={[...getGetActivityQueryKey(), 'all']}
        fetchPage={(after) => getActivity({ limit: 50, ...(after && { after }) })}
        idOf={({ id }) => id}
        columns={[
          { header: t.what, cell: (event) => <Text size="sm">{eventText(event)}</Text> },
          {
            header: t.who,
            cell: ({ referralId, person }) => (
              <Link to="/referrals/$referralId" params={{ referralId }} className="vf-row-link">
                {nameOf(person)}
              </Link>
            ),
          },
          {
            header: texts.common.campaign,
            cell: ({ campaignId }) => campaigns.get(campaignId)?.name ?? '…',
          },
          { header: t.when, cell: ({ at }) => <When at={at} /> },
        ]}
        empty={<Empty icon={IconActivity} title={t.emptyTitle} text={t.emptyText} />}
      />
    </Page>
  );
}
