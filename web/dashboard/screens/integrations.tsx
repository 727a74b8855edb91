import { Anchor, Button, Group, List, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconExternalLink } from '@tabler/icons-react';
import { type HubSpotConnection, useGetHubspot } from '../../../client/vouchflow.ts';
import { Help } from '../parts/help.tsx';
import { HubSpotMark } from '../parts/hubspot-mark.tsx';
import { Note } from '../parts/note.tsx';
import { Page } from '../parts/page.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Status } from '../parts/status.tsx';
import { Muted, When } from '../parts/words.tsx';
import { texts } from '../texts.ts';
import { useConnect } from './connect.ts';
import { DisconnectDialog } from './disconnect-dialog.tsx';
import { SettingsTabs } from './settings-tabs.tsx';

const t = texts.integrations;

/** Settings → Integrations and Pixels (S9 to S13, S85 to S89). */
export function Integrations() {
  const connect = useConnect();
  const connection = useGetHubspot({ query: { refetchInterval: connect.isWaiting ? 1_500 : false } });
  return (
    <Page title={t.title} lead={t.lead} above={<SettingsTabs current="integrations" />}>
      {connection.isPending && <Skeleton height={160} radius="lg" maw={720} />}
      {connection.isError && (
        <ProblemNote error={connection.error} onRetry={() => void connection.refetch()} />
      )}
      {connection.data && <HubSpotTile connection={connection.data} connect={connect} />}
    </Page>
  );
}

interface TileProps {
  readonly connection: HubSpotConnection;
  readonly connect: ReturnType<typeof useConnect>;
}

function HubSpotTile({ connection, connect }: TileProps) {
  const [disconnecting, dialog] = useDisclosure(false);
  const { status } = connection;
  const isOpen = status === 'active' || status === 'reconnect-needed';
  return (
    <Paper maw={720} component="section" aria-labelledby="hubspot-title">
      <Stack>
        <Group justify="space-between" align="flex-start">
          <Group wrap="nowrap">
            <HubSpotMark />
            <div>
              <Title order={2} size="h4" id="hubspot-title">
                HubSpot
              </Title>
              <Muted>{t.about}</Muted>
            </div>
          </Group>
          <div role="status">
            <Status of={status} />
          </div>
        </Group>
        {connect.error !== null && <ProblemNote error={connect.error} title={t.connectFailed} />}
        {connect.isWaiting && status !== 'active' && <Note role="status">{t.waiting}</Note>}
        {status === 'active' && <Account connection={connection} />}
        {status === 'reconnect-needed' && (
          <Note tone="warning" title={t.reconnectTitle}>
            {t.reconnectText}
          </Note>
        )}
        {status === 'disconnected' && <Muted>{t.disconnectedText}</Muted>}
        <Group>
          {status !== 'active' && (
            <Button onClick={connect.start} loading={connect.isStarting}>
              {status === 'not-connected' ? t.connect : t.reconnect}
            </Button>
          )}
          {isOpen && (
            <Button variant="default" onClick={dialog.open}>
              {t.disconnect}
            </Button>
          )}
        </Group>
        <Muted size="xs">{t.help}</Muted>
        <Help title={t.trouble} points={t.troublePoints} />
      </Stack>
      <DisconnectDialog opened={disconnecting} onClose={dialog.close} />
    </Paper>
  );
}

function Account({ connection }: { readonly connection: HubSpotConnection }) {
  const { portalId, uiUrl, connectedAt, access, currency, timeZone } = connection;
  return (
    <Stack gap="sm">
      <Text size="sm">
        {t.account} <strong>{portalId}</strong>
        {connectedAt && (
          <>
            {' '}
            · {t.since} <When at={connectedAt} day />
          </>
        )}
        {currency && ` · ${currency}`}
        {timeZone && ` · ${timeZone}`}
        {uiUrl && (
          <>
            {' '}
            ·{' '}
            <Anchor href={uiUrl} target="_blank" rel="noreferrer" inherit>
              {t.openAccount} <IconExternalLink size={14} aria-hidden />
            </Anchor>
          </>
        )}
      </Text>
      {access === 'private-token' && <Muted>{t.privateToken}</Muted>}
      <Missing scopes={connection.missingScopes} text={t.missingRequired} tone="problem" />
      <Missing scopes={connection.missingOptionalScopes} text={t.missingOptional} tone="warning" />
    </Stack>
  );
}

interface MissingProps {
  readonly scopes: readonly string[] | null;
  readonly text: string;
  readonly tone: 'problem' | 'warning';
}

function Missing({ scopes, text, tone }: MissingProps) {
  if (!scopes || scopes.length === 0) return null;
  return (
    <Note tone={tone} title={t.missingTitle}>
      {text}
      <List size="sm" mt="xs">
        {scopes.map((scope) => (
          <List.Item key={scope}>
            <code>{scope}</code>
          </List.Item>
        ))}
      </List>
    </Note>
  );
}
