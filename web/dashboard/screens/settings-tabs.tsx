import { Tabs } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { texts } from '../texts.ts';

const places = {
  general: { to: '/settings', label: texts.settings.general },
  integrations: { to: '/settings/integrations', label: texts.settings.integrations },
} as const;

/** The top bar of Settings (S9). */
export function SettingsTabs({ current }: { readonly current: keyof typeof places }) {
  const navigate = useNavigate();
  return (
    <Tabs
      value={current}
      onChange={(place) => place && void navigate({ to: places[place as keyof typeof places].to })}
      mb="lg"
      activateTabWithKeyboard={false}
    >
      <Tabs.List aria-label={texts.settings.title}>
        {Object.entries(places).map(([place, { label }]) => (
          <Tabs.Tab key={place} value={place}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
    </Tabs>
  );
}
