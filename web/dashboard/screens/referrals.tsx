import { IconArrowsSplit2 } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { getGetReferralsQueryKey, getReferrals, ReferralStatus } from '../../../client/vouchflow.ts';
import { useCampaigns } from '../parts/campaign-select.tsx';
import { Empty } from '../parts/empty.tsx';
import { List } from '../parts/list.tsx';
import { useListFilters } from '../parts/list-filters.tsx';
import { Page } from '../parts/page.tsx';
import { Status } from '../parts/status.tsx';
import { Muted, nameOf, When } from '../parts/words.tsx';
import { texts } from '../texts.ts';
import { waitsFor } from './referral-words.ts';

const t = texts.referrals;

export function Referrals() {
  const campaigns = useCampaigns();
  const { campaign, status, query, controls } = useListFilters('/referrals', Object.values(ReferralStatus));
  return (
    <Page title={t.title} lead={t.lead}>
      {controls}
      <List
        label={t.title}
        refreshMs={10_000}
        queryKey={[...getGetReferralsQueryKey(), campaign, status]}
        fetchPage={(after) =>
          getReferrals({
            limit: 50,
            ...(after && { after }),
            ...query,
          })
        }
        idOf={({ id }) => id}
        columns={[
          {
            header: t.person,
            cell: ({ id, person }) => (
              <div>
                <Link to="/referrals/$referralId" params={{ referralId: id }} className="vf-row-link">
                  {nameOf(person)}
                </Link>
                <Muted size="xs">{person.email}</Muted>
              </div>
            ),
          },
          { header: texts.common.status, cell: (row) => <Status of={row.status} /> },
          { header: t.waitsFor, cell: (row) => <Muted>{waitsFor(row)}</Muted> },
          {
            header: texts.common.campaign,
            cell: ({ campaignId }) => campaigns.get(campaignId)?.name ?? '…',
          },
          { header: t.signedUp, cell: ({ signedUpAt }) => <When at={signedUpAt} /> },
        ]}
        empty={<Empty icon={IconArrowsSplit2} title={t.emptyTitle} text={t.emptyText} />}
      />
    </Page>
  );
}
