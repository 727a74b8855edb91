import { Button, Group, Stack, Switch, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import {
  postCampaignsByIdSync,
  postCampaignsByIdSyncPreview,
  putCampaignsByIdHubspot,
} from '../../../client/vouchflow.ts';
import { isBlank } from '../mapping/sections.ts';
import { Muted } from '../parts/words.tsx';
import { texts } from '../texts.ts';
import { refreshCampaign } from './refresh-campaign.ts';
import { SyncRunPanel } from './run-panel.tsx';
import type { SyncSettings } from './wizard.tsx';

const t = texts.sync.start;

interface StartStepProps {
  readonly campaignId: string;
  readonly settings: SyncSettings;
  readonly onChange: (change: Partial<SyncSettings>) => void;
  readonly onRefused: (error: unknown) => void;
}

/** S36, S40: the toggle, a preview if wanted, Start Sync, and then how far it is. */
export function StartStep({ campaignId, settings, onChange, onRefused }: StartStepProps) {
  const queries = useQueryClient();
  const run = useMutation({
    mutationFn: async (order: 'preview' | 'sync') => {
      await putCampaignsByIdHubspot(campaignId, { sync: cleaned(settings) });
      return order === 'sync' ? postCampaignsByIdSync(campaignId) : postCampaignsByIdSyncPreview(campaignId);
    },
    onSettled: () => refreshCampaign(queries, campaignId),
    onError: onRefused,
  });
  return (
    <Stack>
      <div>
        <Title order={2} size="h4">
          {t.title}
        </Title>
        <Muted>{t.lead}</Muted>
      </div>
      <Switch
        label={t.ongoing}
        description={t.ongoingHint}
        checked={settings.ongoing}
        onChange={({ currentTarget }) => onChange({ ongoing: currentTarget.checked })}
      />
      <Group>
        <Button
          loading={run.isPending && run.variables === 'sync'}
          disabled={run.isPending}
          onClick={() => run.mutate('sync')}
        >
          {t.start}
        </Button>
        <Button
          variant="default"
          loading={run.isPending && run.variables === 'preview'}
          disabled={run.isPending}
          onClick={() => run.mutate('preview')}
        >
          {t.preview}
        </Button>
      </Group>
      <SyncRunPanel campaignId={campaignId} />
    </Stack>
  );
}

const cleaned = (settings: SyncSettings): SyncSettings => ({
  ...settings,
  mappingsIn: settings.mappingsIn.filter((row) => !isBlank(row)),
  mappingsOut: settings.mappingsOut.filter((row) => !isBlank(row)),
});
