import { Group } from '@mantine/core';
import { IconGift } from '@tabler/icons-react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { getGetRewardsQueryKey, getRewards, RewardStatus } from '../../../client/vouchflow.ts';
import { CampaignFilter, StatusFilter, useCampaigns } from '../parts/campaign-select.tsx';
import { Empty } from '../parts/empty.tsx';
import { List } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { Status } from '../parts/status.tsx';
import { Muted, money, When } from '../parts/words.tsx';
import { texts } from '../texts.ts';
import { RewardActions } from './reward-actions.tsx';

const t = texts.rewards;

export function Rewards() {
  const { campaign, status } = useSearch({ from: '/rewards' });
  const navigate = useNavigate();
  const campaigns = useCampaigns();
  const filter = (change: { campaign?: string | undefined; status?: string | undefined }) =>
    void navigate({ to: '/rewards', search: { campaign, status, ...change } });
  const known = Object.values(RewardStatus).find((each) => each === status);
  return (
    <Page title={t.title} lead={t.lead}>
      <Group mb="md">
        <CampaignFilter value={campaign} onChange={(value) => filter({ campaign: value })} />
        <StatusFilter
          value={known}
          among={Object.values(RewardStatus)}
          onChange={(value) => filter({ status: value })}
        />
      </Group>
      <List
        label={t.title}
        refreshMs={10_000}
        queryKey={[...getGetRewardsQueryKey(), campaign, known]}
        fetchPage={(after) =>
          getRewards({
            limit: 50,
            ...(after && { after }),
            ...(campaign && { campaignId: campaign }),
            ...(known && { status: known }),
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
