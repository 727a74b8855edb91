import { Group, Progress, Stack, Text, Title } from '@mantine/core';
import { type SyncRun, useGetCampaignsByIdSyncRuns } from '../../../client/vouchflow.ts';
import { Note } from '../parts/note.tsx';
import { Status } from '../parts/status.tsx';
import { count, Muted, When } from '../parts/words.tsx';
import { texts } from '../texts.ts';
import { PreviewTable } from './preview-table.tsx';
import { Figures, Skipped } from './run-figures.tsx';
import { isOver, Orders } from './run-orders.tsx';

const t = texts.sync.run;

/** The campaign's last run as it goes, and whether an ongoing sync watches. */
export function SyncRunPanel({ campaignId }: { readonly campaignId: string }) {
  const runs = useGetCampaignsByIdSyncRuns(
    campaignId,
    { limit: 10 },
    {
      query: {
        refetchInterval: ({ state }) =>
          state.data?.items.some((run) => run.kind !== 'ongoing' && !isOver(run)) ? 1_000 : 5_000,
      },
    },
  );
  const latest = runs.data?.items.find(({ kind }) => kind !== 'ongoing');
  const ongoing = runs.data?.items.find((run) => run.kind === 'ongoing' && !isOver(run));
  return (
    <Stack gap="md">
      {ongoing && (
        <Note tone="good">
          {t.ongoing} {ongoing.parkedReason && t.parked(ongoing.parkedReason)}
        </Note>
      )}
      {latest && <Run run={latest} campaignId={campaignId} />}
    </Stack>
  );
}

function Run({ run, campaignId }: { readonly run: SyncRun; readonly campaignId: string }) {
  const { kind, state, seen, total, secondsLeft, parkedReason, skipped } = run;
  const skippedCount = Object.values(skipped).reduce((sum, n) => sum + n, 0);
  const done = total ? Math.min(100, (seen / total) * 100) : isOver(run) ? 100 : 0;
  return (
    <section aria-label={t.kinds[kind]}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Group gap="xs">
            <Title order={3} size="h5">
              {t.kinds[kind]}
            </Title>
            <Status of={state} />
          </Group>
          <Muted size="xs">
            <When at={run.startedAt} />
          </Muted>
        </Group>
        {!isOver(run) && (
          <Progress
            value={total ? done : 100}
            animated={state === 'running' || state === 'waiting'}
            aria-label={t.progress}
          />
        )}
        <Text size="sm" aria-live="polite">
          {total ? t.seenOf(count(seen), count(total)) : t.seen(count(seen))}
          {secondsLeft !== null && ` · ${t.left(secondsLeft)}`}
          {parkedReason && ` · ${t.parked(parkedReason)}`}
        </Text>
        <Figures run={run} />
        {skippedCount > 0 && <Skipped run={run} total={skippedCount} />}
        {kind === 'preview' && isOver(run) && <PreviewTable runId={run.id} />}
        <Orders run={run} campaignId={campaignId} skipped={skippedCount} />
      </Stack>
    </section>
  );
}
