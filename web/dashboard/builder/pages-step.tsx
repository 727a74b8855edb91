import { Anchor, Paper, Radio, Stack, TextInput, Title } from '@mantine/core';
import { Muted } from '../parts/words.tsx';
import { texts } from '../texts.ts';
import { problemOf } from './local-problems.ts';
import type { BuilderState } from './use-builder.ts';

const t = texts.builder.pages;

/** Where a referral link leads: our own sign-up page, or a page of the company's. */
export function PagesStep({ builder }: { readonly builder: BuilderState }) {
  const { landingUrl } = builder.draft.details;
  const edit = (url: string | null) =>
    builder.edit((draft) => ({ ...draft, details: { ...draft.details, landingUrl: url } }));
  return (
    <Stack>
      <Paper>
        <Title order={2} size="h4" mb="md">
          {t.landing}
        </Title>
        <Radio.Group
          aria-label={t.landing}
          value={landingUrl === null ? 'ours' : 'own'}
          onChange={(choice) => edit(choice === 'ours' ? null : (landingUrl ?? 'https://'))}
        >
          <Stack>
            <Radio value="ours" label={t.ours} description={t.oursHint} />
            <Radio value="own" label={t.own} description={t.ownHint} />
          </Stack>
        </Radio.Group>
        {landingUrl !== null && (
          <TextInput
            mt="md"
            maw={520}
            type="url"
            label={t.address}
            value={landingUrl}
            error={problemOf(builder.problems, 'landingUrl')}
            onChange={({ currentTarget }) => edit(currentTarget.value)}
          />
        )}
      </Paper>
      <Paper>
        <Title order={2} size="h4" mb={4}>
          {t.join}
        </Title>
        <Muted>
          {t.joinHint}{' '}
          <Anchor href={builder.campaign.joinUrl} target="_blank" rel="noreferrer" inherit>
            {builder.campaign.joinUrl}
          </Anchor>
        </Muted>
      </Paper>
    </Stack>
  );
}
