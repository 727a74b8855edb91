import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import {
  getGetCampaignsByIdSyncRunsQueryKey,
  postCampaignsByIdSyncPause,
  postCampaignsByIdSyncResume,
  postCampaignsByIdSyncStop,
  postSyncRunsByIdRetry,
  postSyncRunsByIdUndo,
  type SyncRun,
} from '../../../client/vouchflow.ts';
import { problemText } from '../parts/problem-note.tsx';
import { texts } from '../texts.ts';

const t = texts.sync.run;
export const isOver = ({ finishedAt }: SyncRun): boolean => finishedAt !== null;

interface OrdersProps {
  readonly run: SyncRun;
  readonly campaignId: string;
  readonly skipped: number;
}

/** What a person may order of this run in its state. */
export function Orders({ run, campaignId, skipped }: OrdersProps) {
  const queries = useQueryClient();
  const order = useMutation({
    mutationFn: (send: () => Promise<SyncRun>) => send(),
    onSuccess: () =>
      queries.invalidateQueries({ queryKey: [getGetCampaignsByIdSyncRunsQueryKey(campaignId)[0]] }),
    onError: (error) => notifications.show({ color: 'red', title: t.refused, message: problemText(error) }),
  });
  const wrote = run.kind === 'sync' || run.kind === 'retry';
  const buttons = isOver(run)
    ? [
        ...(wrote && skipped > 0 ? [[t.retry, () => postSyncRunsByIdRetry(run.id, {})] as const] : []),
        ...(wrote && run.linked > 0 && !run.undo
          ? [[t.undo, () => postSyncRunsByIdUndo(run.id)] as const]
          : []),
      ]
    : [
        run.wanted === 'paused'
          ? ([t.resume, () => postCampaignsByIdSyncResume(campaignId)] as const)
          : ([t.pause, () => postCampaignsByIdSyncPause(campaignId)] as const),
        [t.stop, () => postCampaignsByIdSyncStop(campaignId)] as const,
      ];
  if (buttons.length === 0) return null;
  return (
    <Group gap="xs">
      {buttons.map(([label, send]) => (
        <Button
          key={label}
          size="xs"
          variant="default"
          disabled={order.isPending}
          onClick={() => order.mutate(send)}
        >
          {label}
        </Button>
      ))}
    </Group>
  );
}
