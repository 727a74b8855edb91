import { Button } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { texts } from '../texts.ts';
import { useRefresh } from './portal.ts';

/** Stands top right of whatever offers HubSpot's properties. */
export function RefreshButton() {
  const { refresh, isRefreshing } = useRefresh();
  return (
    <Button
      variant="default"
      size="xs"
      leftSection={<IconRefresh size={14} />}
      loading={isRefreshing}
      title={texts.mapping.refreshHint}
      onClick={() => void refresh()}
    >
      {texts.mapping.refresh}
    </Button>
  );
}
