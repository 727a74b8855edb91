import { Button, Group, Paper, Stack, Title } from '@mantine/core';
import { IconGift, IconPlus } from '@tabler/icons-react';
import type { HubSpotSetup } from '../../../client/vouchflow.ts';
import { Empty } from '../parts/empty.tsx';
import { Muted } from '../parts/words.tsx';
import { texts } from '../texts.ts';
import { problemsIn } from './local-problems.ts';
import { RewardCard } from './reward-card.tsx';
import { SaleValueCard } from './sale-value-card.tsx';
import type { BuilderState } from './use-builder.ts';

const t = texts.builder.rewards;
export type RewardRule = HubSpotSetup['rewards'][number];

const newRule: RewardRule = {
  kind: 'fixed',
  amountMinor: 0,
  currency: 'USD',
  beneficiary: 'referrer',
  holdDays: null,
  provider: 'manual',
  approval: 'automatic',
};

/** The Rewards Builder with its step Define Rules (S79). */
export function RewardsStep({ builder }: { readonly builder: BuilderState }) {
  const { rewards, saleValue } = builder.draft.setup;
  const edit = (changed: readonly RewardRule[]) => builder.editSetup({ rewards: [...changed] });
  const hasShare = rewards.some(({ kind }) => kind === 'percentage');
  const add = (
    <Button
      leftSection={<IconPlus size={16} />}
      variant="default"
      onClick={() => edit([...rewards, newRule])}
    >
      {t.add}
    </Button>
  );
  return (
    <Stack>
      <Group justify="space-between" align="flex-end">
        <div>
          <Title order={2} size="h4">
            {t.title}
          </Title>
          <Muted>{t.lead}</Muted>
        </div>
        {rewards.length > 0 && add}
      </Group>
      {rewards.length === 0 && <Empty icon={IconGift} title={t.emptyTitle} text={t.emptyText} action={add} />}
      {rewards.map((rule, index) => (
        <RewardCard
          key={index}
          number={index + 1}
          rule={rule}
          problems={problemsIn(builder.problems, `rewards.${index}`)}
          onChange={(changed) => edit(rewards.with(index, changed))}
          onRemove={() => edit(rewards.filter((_, other) => other !== index))}
        />
      ))}
      {(hasShare || saleValue) && (
        <Paper>
          <SaleValueCard builder={builder} />
        </Paper>
      )}
    </Stack>
  );
}
