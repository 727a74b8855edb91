import { Button, CopyButton as Copying } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { texts } from '../texts.ts';

/** `what` names the thing for those who hear the button only. */
export const CopyButton = ({ value, what }: { readonly value: string; readonly what: string }) => (
  <Copying value={value}>
    {({ copied, copy }) => (
      <Button
        size="compact-sm"
        variant="subtle"
        onClick={copy}
        title={value}
        aria-label={copied ? texts.common.copied : `${texts.common.copy}: ${what}`}
        leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
      >
        {copied ? texts.common.copied : texts.common.copy}
      </Button>
    )}
  </Copying>
);
