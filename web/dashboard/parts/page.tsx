import { Box, Group, Title } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { Muted } from './words.tsx';

interface PageProps {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly above?: ReactNode;
  readonly children: ReactNode;
}

/** One screen. Its heading takes the focus, so that a reader who cannot see hears where they have come. */
export function Page({ title, lead, actions, above, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Vouchflow`;
    heading.current?.focus({ preventScroll: true });
  }, [title]);
  return (
    <div className="vf-page">
      {above}
      <Group justify="space-between" align="flex-end" mb="lg" gap="md">
        <Box maw="40rem">
          <Title order={1} tabIndex={-1} ref={heading}>
            {title}
          </Title>
          {lead && <Muted mt={4}>{lead}</Muted>}
        </Box>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </div>
  );
}
