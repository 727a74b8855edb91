import { Button, Group, List, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { getGetHubspotQueryKey, usePostHubspotDisconnect } from '../../../client/vouchflow.ts';
import { ProblemNote } from '../parts/problem-note.tsx';
import { texts } from '../texts.ts';

const t = texts.disconnect;

/** What ends and what stays, before it ends (S85 to S88). */
export function DisconnectDialog({
  opened,
  onClose,
}: {
  readonly opened: boolean;
  readonly onClose: () => void;
}) {
  const queries = useQueryClient();
  const disconnect = usePostHubspotDisconnect({
    mutation: {
      onSuccess: async ({ notice }) => {
        await queries.invalidateQueries({ queryKey: getGetHubspotQueryKey() });
        notifications.show({
          title: t.done,
          message: notice ?? t.doneText,
          autoClose: notice ? false : 6_000,
        });
        onClose();
      },
    },
  });
  return (
    <Modal opened={opened} onClose={onClose} title={t.title}>
      <Stack>
        <List size="sm" spacing="xs">
          {t.effects.map((effect) => (
            <List.Item key={effect}>{effect}</List.Item>
          ))}
        </List>
        <Text size="sm">{t.back}</Text>
        {disconnect.isError && <ProblemNote error={disconnect.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {texts.common.cancel}
          </Button>
          <Button color="red" loading={disconnect.isPending} onClick={() => disconnect.mutate()}>
            {t.submit}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
