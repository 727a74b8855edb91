import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import {
  type Campaign,
  getGetCampaignsByIdQueryKey,
  getGetCampaignsQueryKey,
  usePatchCampaignsById,
} from '../../../client/vouchflow.ts';
import { problemText } from '../parts/problem-note.tsx';
import { texts } from '../texts.ts';
import type { BuilderState } from './use-builder.ts';

const t = texts.builder;

const next: Readonly<Record<Campaign['status'], Campaign['status'] | null>> = {
  draft: 'published',
  published: 'paused',
  paused: 'published',
  ended: null,
};

/** Draft → published ⇄ paused. What is typed is saved first, so that nobody publishes what they do not see. */
export function PublishButton({ builder }: { readonly builder: BuilderState }) {
  const { campaign, isDirty } = builder;
  const queries = useQueryClient();
  const status = next[campaign.status];
  const change = usePatchCampaignsById({
    mutation: {
      onSuccess: async () => {
        await queries.invalidateQueries({ queryKey: getGetCampaignsByIdQueryKey(campaign.id) });
        await queries.invalidateQueries({ queryKey: getGetCampaignsQueryKey() });
      },
      onError: (error) =>
        notifications.show({ color: 'red', title: t.notChanged, message: problemText(error) }),
    },
  });
  if (!status) return null;
  return (
    <Button
      variant={status === 'paused' ? 'default' : 'filled'}
      disabled={isDirty}
      title={isDirty ? t.saveFirst : undefined}
      loading={change.isPending}
      onClick={() => change.mutate({ id: campaign.id, data: { status } })}
    >
      {t.orders[status as keyof typeof t.orders]}
    </Button>
  );
}
