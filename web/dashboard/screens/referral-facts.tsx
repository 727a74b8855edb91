import { Button, Group, Paper, SimpleGrid, Text } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import {
  type GetReferralsByIdTimeline200ItemsItem,
  type Referral,
  useGetHubspot,
  useGetReferrersById,
} from '../../../client/vouchflow.ts';
import { useCampaigns } from '../parts/campaign-select.tsx';
import { nameOf, When } from '../parts/words.tsx';
import { texts } from '../texts.ts';
import { waitsFor } from './referral-words.ts';

const t = texts.referral;

interface FactsProps {
  readonly referral: Referral;
  readonly events: readonly GetReferralsByIdTimeline200ItemsItem[];
}

/** Whose link it was, where it stands, and where to read on: HubSpot and Temporal (E6). */
export function Facts({ referral, events }: FactsProps) {
  const campaigns = useCampaigns();
  const referrer = useGetReferrersById(referral.referrerId);
  const connection = useGetHubspot();
  const idIn = (name: string) =>
    events.map(({ facts }) => facts[name]).find((id): id is string => typeof id === 'string');
  const record = (type: string, id: string | undefined) =>
    id && connection.data?.uiUrl ? `${connection.data.uiUrl}/record/${type}/${id}` : null;
  const links = [
    [t.contact, record('0-1', idIn('contactId'))],
    [t.deal, record('0-3', idIn('dealId'))],
    [t.temporal, referral.temporalUrl],
  ] as const;
  const facts = [
    [texts.common.campaign, campaigns.get(referral.campaignId)?.name ?? '…'],
    [t.referredBy, referrer.data ? nameOf(referrer.data.person) : '…'],
    [t.signedUp, <When key="at" at={referral.signedUpAt} />],
    [texts.referrals.waitsFor, waitsFor(referral)],
    ...(referral.expiresAt ? [[t.expires, <When key="expires" at={referral.expiresAt} day />] as const] : []),
    ...(referral.reversibleUntil
      ? [[t.reversible, <When key="until" at={referral.reversibleUntil} day />] as const]
      : []),
  ] as const;
  return (
    <Paper>
      <SimpleGrid component="dl" cols={{ base: 1, xs: 2, md: 4 }} m={0}>
        {facts.map(([label, value]) => (
          <div key={label}>
            <Text component="dt" size="xs" c="dimmed">
              {label}
            </Text>
            <Text component="dd" m={0} size="sm" style={{ overflowWrap: 'anywhere' }}>
              {value}
            </Text>
          </div>
        ))}
      </SimpleGrid>
      <Group mt="md" gap="xs">
        {links.map(
          ([label, href]) =>
            href && (
              <Button
                key={label}
                component="a"
                href={href}
                target="_blank"
                rel="noreferrer"
                size="xs"
                variant="default"
                rightSection={<IconExternalLink size={14} aria-hidden />}
              >
                {label}
              </Button>
            ),
        )}
      </Group>
    </Paper>
  );
}
