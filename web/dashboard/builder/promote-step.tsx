import { Code, Group, Paper, Stack, Switch, Title } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { putCampaignsByIdHubspot } from '../../../client/vouchflow.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { ButtonLink } from '../parts/links.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Muted } from '../parts/words.tsx';
import { refreshCampaign } from '../sync/refresh-campaign.ts';
import { SyncRunPanel } from '../sync/run-panel.tsx';
import { texts } from '../texts.ts';
import type { BuilderState } from './use-builder.ts';

const t = texts.builder.promote;

/** How people come to their links: the join page, or a sync of the company's contacts (S27, S39). */
export function PromoteStep({ builder }: { readonly builder: BuilderState }) {
  const { campaign, saved } = builder;
  const { sync } = saved.setup;
  const isConfigured = sync.mappingsOut.length > 0;
  const queries = useQueryClient();
  // An order and no draft: off stops at once (S39).
  const ongoing = useMutation({
    mutationFn: (isOn: boolean) => putCampaignsByIdHubspot(campaign.id, { sync: { ...sync, ongoing: isOn } }),
    onSettled: () => refreshCampaign(queries, campaign.id),
  });
  return (
    <Stack>
      <Paper>
        <Title order={2} size="h4">
          {t.join}
        </Title>
        <Muted mb="sm">{campaign.status === 'published' ? t.joinHint : t.joinDraft}</Muted>
        <Group gap="xs">
          <Code style={{ overflowWrap: 'anywhere' }}>{campaign.joinUrl}</Code>
          <CopyButton value={campaign.joinUrl} what={t.join} />
        </Group>
      </Paper>
      <Paper>
        <Stack>
          <div>
            <Title order={2} size="h4">
              {t.sync}
            </Title>
            <Muted>{t.syncHint}</Muted>
          </div>
          <div>
            <ButtonLink
              to="/sync"
              search={{ campaign: campaign.id }}
              variant="default"
              leftSection={<IconRefresh size={16} />}
              h="auto"
              mih={36}
              py={7}
              styles={{ label: { whiteSpace: 'normal', height: 'auto', overflow: 'visible' } }}
            >
              {t.syncDoor}
            </ButtonLink>
          </div>
          <Switch
            label={t.ongoing}
            description={isConfigured ? t.ongoingHint : t.ongoingFirst}
            disabled={!isConfigured || ongoing.isPending}
            checked={ongoing.isPending ? ongoing.variables : sync.ongoing}
            onChange={({ currentTarget }) => ongoing.mutate(currentTarget.checked)}
          />
          {ongoing.isError && <ProblemNote error={ongoing.error} />}
          <SyncRunPanel campaignId={campaign.id} />
        </Stack>
      </Paper>
    </Stack>
  );
}
