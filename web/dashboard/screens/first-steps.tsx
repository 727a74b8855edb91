import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconCheck, IconCircleDashed } from '@tabler/icons-react';
import { useGetCampaigns, useGetHubspot } from '../../../client/vouchflow.ts';
import { ButtonLink } from '../parts/links.tsx';
import { Muted } from '../parts/words.tsx';
import { texts } from '../texts.ts';

const t = texts.overview;

/** What is left to do before the first referral; gone once all of it is done. */
export function FirstSteps() {
  const connection = useGetHubspot();
  const campaigns = useGetCampaigns({ limit: 100 });
  if (!connection.data || !campaigns.data) return null;
  const steps = [
    { done: connection.data.status === 'active', to: '/settings/integrations', ...t.steps.connect },
    { done: campaigns.data.items.length > 0, to: '/campaigns', ...t.steps.campaign },
    {
      done: campaigns.data.items.some(({ status }) => status !== 'draft'),
      to: '/campaigns',
      ...t.steps.publish,
    },
  ] as const;
  if (steps.every(({ done }) => done)) return null;
  const next = steps.find(({ done }) => !done);
  return (
    <Paper>
      <Title order={2} size="h4" mb="md">
        {t.steps.title}
      </Title>
      <Stack gap="md">
        {steps.map(({ done, to, title, text, action }) => (
          <Group key={title} wrap="nowrap" align="flex-start" gap="sm">
            {done ? (
              <IconCheck size={20} color="var(--mantine-color-teal-text)" aria-label={t.steps.done} />
            ) : (
              <IconCircleDashed size={20} color="var(--mantine-color-dimmed)" aria-label={t.steps.open} />
            )}
            <div style={{ flex: 1 }}>
              <Text fw={600} size="sm">
                {title}
              </Text>
              {!done && <Muted>{text}</Muted>}
            </div>
            {!done && title === next?.title && (
              <ButtonLink to={to} size="xs">
                {action}
              </ButtonLink>
            )}
          </Group>
        ))}
      </Stack>
    </Paper>
  );
}
