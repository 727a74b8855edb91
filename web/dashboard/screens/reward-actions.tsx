import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { type Reward } from '../../../client/vouchflow.ts';
import { texts } from '../texts.ts';

import { ApproveDialog, SettleDialog, VoidDialog } from './reward-dialogs.tsx';

const t = texts.rewardActions;
type Order = 'approve' | 'settle' | 'void';

/** What a person may do with a reward in this state; money that was ordered already is nobody's here any more. */
function ordersFor({ status, amountMinor }: Reward): readonly Order[] {
  if (status === 'needs_review') return amountMinor === null ? ['settle', 'void'] : ['void'];
  if (status === 'pending') return ['approve', 'void'];
  return status === 'held' || status === 'approved' ? ['void'] : [];
}

export function RewardActions({ reward }: { readonly reward: Reward }) {
  const [order, setOrder] = useState<Order | null>(null);
  const close = () => setOrder(null);
  const orders = ordersFor(reward);
  if (orders.length === 0) return null;
  return (
    <>
      <Group gap={4} wrap="nowrap">
        {orders.map((each) => (
          <Button
            key={each}
            size="compact-sm"
            variant={each === 'void' ? 'subtle' : 'light'}
            color={each === 'void' ? 'red' : undefined}
            onClick={() => setOrder(each)}
          >
            {t[each].button}
          </Button>
        ))}
      </Group>
      <ApproveDialog reward={reward} opened={order === 'approve'} onClose={close} />
      <SettleDialog reward={reward} opened={order === 'settle'} onClose={close} />
      <VoidDialog reward={reward} opened={order === 'void'} onClose={close} />
    </>
  );
}
