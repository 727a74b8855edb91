import { Paper, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';

interface EmptyProps {
  readonly icon: Icon;
  readonly title: string;
  /** What will stand here, and how it comes about. */
  readonly text: ReactNode;
  readonly action?: ReactNode;
}

/** In the place of a list without rows: what belongs here, and the next step. */
export const Empty = ({ icon: IconShown, title, text, action }: EmptyProps) => (
  <Paper py={48}>
    <Stack align="center" gap="xs" ta="center">
      <ThemeIcon variant="light" size={48} radius="xl" aria-hidden>
        <IconShown size={24} stroke={1.6} />
      </ThemeIcon>
      <Title order={2} size="h4" mt="xs">
        {title}
      </Title>
      <Text c="dimmed" size="sm" maw="30rem">
        {text}
      </Text>
      {action && <div style={{ marginTop: '0.75rem' }}>{action}</div>}
    </Stack>
  </Paper>
);
