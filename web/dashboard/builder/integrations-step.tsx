import { Accordion, Group, Stack, Title } from '@mantine/core';
import { useIsConnected } from '../mapping/portal.ts';
import { RefreshButton } from '../mapping/refresh-button.tsx';
import { Help } from '../parts/help.tsx';
import { ButtonLink } from '../parts/links.tsx';
import { Note } from '../parts/note.tsx';
import { Muted } from '../parts/words.tsx';
import { texts } from '../texts.ts';
import { problemsIn } from './local-problems.ts';
import { PersonInvited } from './person-invited.tsx';
import { PersonReferring } from './person-referring.tsx';
import type { BuilderState } from './use-builder.ts';

const t = texts.builder.integrations;

/** Edit Campaign → Integrations: Person Invited (S48) and Person Referring (S71). */
export function IntegrationsStep({ builder }: { readonly builder: BuilderState }) {
  const isConnected = useIsConnected();
  const invalid = (parts: readonly string[]) =>
    parts.some((part) => problemsIn(builder.problems, part).length > 0);
  if (isConnected === false)
    return (
      <Note title={t.notConnected}>
        <Stack align="flex-start" gap="sm">
          {t.notConnectedText}
          <ButtonLink to="/settings/integrations" size="xs">
            {t.toSettings}
          </ButtonLink>
        </Stack>
      </Note>
    );
  return (
    <Stack>
      <Group justify="space-between" align="flex-end">
        <div>
          <Title order={2} size="h4">
            {t.title}
          </Title>
          <Muted>{t.lead}</Muted>
          <Help title={t.help} points={t.helpPoints} />
        </div>
        <RefreshButton />
      </Group>
      <Accordion multiple defaultValue={['invited', 'referring']} variant="separated" radius="lg" order={3}>
        <Accordion.Item value="invited">
          <Accordion.Control>
            {t.invited}
            {invalid(['personInvited', 'qualification']) && <Mark />}
          </Accordion.Control>
          <Accordion.Panel>
            <PersonInvited builder={builder} />
          </Accordion.Panel>
        </Accordion.Item>
        <Accordion.Item value="referring">
          <Accordion.Control>
            {t.referring}
            {invalid(['personReferring']) && <Mark />}
          </Accordion.Control>
          <Accordion.Panel>
            <PersonReferring builder={builder} />
          </Accordion.Panel>
        </Accordion.Item>
      </Accordion>
    </Stack>
  );
}

const Mark = () => (
  <span
    className="vf-dot"
    data-kind="problem"
    role="img"
    aria-label={texts.builder.invalid}
    style={{ display: 'inline-block', marginLeft: 8 }}
  />
);
