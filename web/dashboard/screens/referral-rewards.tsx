import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import { type Referral, useGetRewards } from '../../../client/vouchflow.ts';
import { Status } from '../parts/status.tsx';
import { Muted, money, When } from '../parts/words.tsx';
import { texts } from '../texts.ts';
import { RewardActions } from './reward-actions.tsx';

const t = texts.referral;

export function ReferralRewards({ referral }: { readonly referral: Referral }) {
  const rewards = useGetRewards({ referralId: referral.id }, { query: { refetchInterval: 4_000 } });
  if (!rewards.data || rewards.data.items.length === 0) return null;
  return (
    <Paper component="section" aria-labelledby="rewards">
      <Title order={2} size="h4" mb="md" id="rewards">
        {t.rewards}
      </Title>
      <Stack gap="sm">
        {rewards.data.items.map((reward) => (
          <Group key={reward.id} justify="space-between">
            <Group gap="sm">
              <Text fw={600}>
                {reward.amountMinor === null
                  ? texts.rewards.noAmount
                  : money(reward.amountMinor, reward.currency)}
              </Text>
              <Status of={reward.status} />
              <Muted size="xs">
                {texts.rewards.beneficiaries[reward.beneficiary]}
                {reward.issuedAt && (
                  <>
                    {' · '}
                    <When at={reward.issuedAt} />
                  </>
                )}
              </Muted>
            </Group>
            <RewardActions reward={reward} />
          </Group>
        ))}
      </Stack>
    </Paper>
  );
}
