import { IconGift } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { getGetRewardsQueryKey, getRewards, RewardStatus } from '../../../client/vouchflow.ts';
import { useCampaigns } from '../parts/campaign-select.tsx';
import { Empty } from '../parts/empty.tsx';
import { List } from '../parts/list.tsx';
import { useListFilters } from '../parts/list-filters.tsx';
import { Page } from '../parts/page.tsx';
import { Status } from '../parts/status.tsx';
import { Muted, money, When } from '../parts/words.tsx';
import { texts } from '../texts.ts';
import { RewardActions } from './reward-actions.tsx';

const t = texts.rewards;

export function Rewards() {
  const campaigns = useCampaigns();
  const { campaign, status, query, controls } = useListFilters('/rewards', Object.values(RewardStatus));
  return (
    <Page title={t.title} lead={t.lead}>
      {controls}
      <List
        label={t.title}
        refreshMs={10_000}
        queryKey={[...getGetRewardsQueryKey(), campaign, status]}
        fetchPage={(after) =>
          getRewards({
            limit: 50,
            ...(after && { after }),
            ...query,
          })
        }
        idOf={({ id }) => id}
        columns={[
          {
            header: t.amount,
            cell: ({ amountMinor, currency, referralId }) => (
              <Link to="/referrals/$referralId" params={{ referralId }} className="vf-row-link">
                {amountMinor === null ? t.noAmount : money(amountMinor, currency)}
              </Link>
            ),
          },
          {
            header: texts.common.status,
            cell: ({ status: state, reason, holdUntil }) => (
              <div>
                <Status of={state} />
                {reason && <Muted size="xs">{t.reasons[reason as keyof typeof t.reasons] ?? reason}</Muted>}
                {state === 'held' && holdUntil && (
                  <Muted size="xs">
                    {t.until} <When at={holdUntil} day />
                  </Muted>
                )}
              </div>
            ),
          },
          { header: t.beneficiary, cell: ({ beneficiary }) => t.beneficiaries[beneficiary] },
          {
            header: texts.common.campaign,
            cell: ({ campaignId }) => campaigns.get(campaignId)?.name ?? '…',
          },
          { header: t.created, cell: ({ createdAt }) => <When at={createdAt} day /> },
          { header: t.actions, cell: (reward) => <RewardActions reward={reward} /> },
        ]}
        empty={<Empty icon={IconGift} title={t.emptyTitle} text={t.emptyText} />}
      />
    </Page>
  );
}
