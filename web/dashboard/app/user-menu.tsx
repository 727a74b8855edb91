import {
  Group,
  Menu,
  Text,
  UnstyledButton,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { IconDeviceDesktop, IconLogout, IconMoon, IconSelector, IconSun } from '@tabler/icons-react';
import { usePostAuthSignOut } from '../../../client/vouchflow.ts';
import { texts } from '../texts.ts';
import { queryClient } from './query-client.ts';
import { useSession } from './session.tsx';

/** At the foot of the navigation: where one works, as whom, in which light, and the way out. */
export function UserMenu() {
  const { user, workspace } = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const shown = useComputedColorScheme();
  const signOut = usePostAuthSignOut({
    mutation: { onSettled: () => void queryClient.resetQueries() },
  });
  return (
    <Menu position="top-start" width={220} shadow="md">
      <Menu.Target>
        <UnstyledButton p="xs" className="vf-nav">
          <Group gap="xs" wrap="nowrap" justify="space-between">
            <div style={{ minWidth: 0 }}>
              <Text size="sm" fw={600} truncate c="var(--mantine-color-text)">
                {workspace.name}
              </Text>
              <Text size="xs" c="dimmed" truncate>
                {user.name}
              </Text>
            </div>
            <IconSelector size={16} aria-hidden />
          </Group>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{user.email}</Menu.Label>
        <Menu.Item
          leftSection={shown === 'dark' ? <IconSun size={16} /> : <IconMoon size={16} />}
          onClick={() => setColorScheme(shown === 'dark' ? 'light' : 'dark')}
        >
          {shown === 'dark' ? texts.userMenu.light : texts.userMenu.dark}
        </Menu.Item>
        {colorScheme !== 'auto' && (
          <Menu.Item leftSection={<IconDeviceDesktop size={16} />} onClick={() => setColorScheme('auto')}>
            {texts.userMenu.auto}
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => signOut.mutate()}>
          {texts.userMenu.signOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
