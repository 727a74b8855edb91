import { Code, Paper, SimpleGrid, Text, Title } from '@mantine/core';
import { useSession } from '../app/session.tsx';
import { Page } from '../parts/page.tsx';
import { texts } from '../texts.ts';
import { SettingsTabs } from './settings-tabs.tsx';

const t = texts.settings;

export function SettingsGeneral() {
  const { user, workspace, role } = useSession();
  const facts = [
    [t.workspace, workspace.name],
    [t.workspaceId, <Code key="id">{workspace.id}</Code>],
    [t.you, `${user.name} · ${user.email}`],
    [t.role, t.roles[role]],
  ] as const;
  return (
    <Page title={t.title} above={<SettingsTabs current="general" />}>
      <Paper maw={640}>
        <Title order={2} size="h4" mb="md">
          {t.general}
        </Title>
        <SimpleGrid component="dl" cols={{ base: 1, xs: 2 }} spacing="md" m={0}>
          {facts.map(([label, value]) => (
            <div key={label}>
              <Text component="dt" size="xs" c="dimmed">
                {label}
              </Text>
              <Text component="dd" m={0} size="sm">
                {value}
              </Text>
            </div>
          ))}
        </SimpleGrid>
      </Paper>
    </Page>
  );
}
