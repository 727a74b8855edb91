import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

interface NoteProps {
  readonly tone?: 'info' | 'good' | 'warning' | 'problem';
  readonly title?: string;
  readonly role?: 'alert' | 'status';
  readonly children?: ReactNode;
}

/** Something to be read before going on; its colour is only a line at its side. */
export const Note = ({ tone = 'info', title, role, children }: NoteProps) => (
  <div className="vf-note" data-tone={tone} role={role}>
    <Stack gap={4}>
      {title && (
        <Text size="sm" fw={600}>
          {title}
        </Text>
      )}
      <Text component="div" size="sm">
        {children}
      </Text>
    </Stack>
  </div>
);
