import { Group, Paper, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core';
import { type Figures, useGetFigures } from '../../../client/vouchflow.ts';
import { useSession } from '../app/session.tsx';
import { ButtonLink } from '../parts/links.tsx';
import { Page } from '../parts/page.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { count, Muted, money } from '../parts/words.tsx';
import { texts } from '../texts.ts';

import { FirstSteps } from './first-steps.tsx';

const t = texts.overview;

export function Overview() {
  const { workspace } = useSession();
  const figures = useGetFigures({ query: { refetchInterval: 15_000 } });
  return (
    <Page title={t.title} lead={t.lead(workspace.name)}>
      <Stack gap="lg">
        <FirstSteps />
        {figures.isError && <ProblemNote error={figures.error} onRetry={() => void figures.refetch()} />}
        {figures.isPending && <Skeleton height={120} radius="lg" />}
        {figures.data && <Numbers figures={figures.data} />}
      </Stack>
    </Page>
  );
}

function Numbers({ figures }: { readonly figures: Figures }) {
  const { campaigns, rewards, waiting, signUps } = figures;
  const total = (pick: (row: Figures['campaigns'][number]) => number) =>
    campaigns.reduce((sum, row) => sum + pick(row), 0);
  const sum = (status: string) =>
    rewards.filter((row) => row.status === status).reduce((all, row) => all + row.rewards, 0);
  const issued = rewards.filter(({ status }) => status === 'issued');
  const todo = [
    { n: sum('pending'), text: t.todo.approve, to: '/rewards', status: 'pending' },
    { n: sum('needs_review'), text: t.todo.review, to: '/rewards', status: 'needs_review' },
    { n: waiting.alreadyQualified, text: t.todo.alreadyQualified, to: '/referrals', status: 'registered' },
    { n: waiting.parked, text: t.todo.parked, to: '/referrals', status: undefined },
  ]
    .filter(({ n }) => n > 0)
    .map(({ text, ...row }) => ({ ...row, text: text(row.n) }));
  return (
    <>
      <SimpleGrid cols={{ base: 2, md: 4 }} spacing="md">
        <Figure label={t.referrers} value={count(total((row) => row.referrers))} />
        <Figure label={t.referrals} value={count(total((row) => row.referrals))} />
        <Figure label={t.qualified} value={count(total((row) => row.qualified))} />
        <Figure
          label={t.issued}
          value={
            issued.length === 0 ? '–' : issued.map((row) => money(row.amountMinor, row.currency)).join(' + ')
          }
        />
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Paper>
          <Title order={2} size="h4" mb="md">
            {t.signUps}
          </Title>
          <Bars days={signUps} />
        </Paper>
        <Paper>
          <Title order={2} size="h4" mb="md">
            {t.todo.title}
          </Title>
          {todo.length === 0 ? (
            <Muted>{t.todo.nothing}</Muted>
          ) : (
            <Stack gap="xs">
              {todo.map(({ n, text, to, status }) => (
                <Group key={text} justify="space-between" wrap="nowrap">
                  <Text size="sm">
                    <strong>{count(n)}</strong> {text}
                  </Text>
                  <ButtonLink
                    to={to}
                    search={{ status, campaign: undefined }}
                    size="compact-sm"
                    variant="subtle"
                    style={{ flexShrink: 0 }}
                    aria-label={`${t.todo.look}: ${text}`}
                  >
                    {t.todo.look}
                  </ButtonLink>
                </Group>
              ))}
            </Stack>
          )}
        </Paper>
      </SimpleGrid>
    </>
  );
}

const Figure = ({ label, value }: { readonly label: string; readonly value: string }) => (
  <Paper>
    <Muted size="xs">{label}</Muted>
    <div className="vf-figure">{value}</div>
  </Paper>
);

/** A month of sign-ups; the sentence says the same to whoever cannot see the bars. */
function Bars({ days }: { readonly days: Figures['signUps'] }) {
  const most = Math.max(1, ...days.map(({ signUps }) => signUps));
  const total = days.reduce((sum, { signUps }) => sum + signUps, 0);
  return (
    <>
      <div className="vf-bars" role="img" aria-label={t.signUpsOf(total)}>
        {days.map(({ day, signUps }) => (
          <div
            key={day}
            className="vf-bar"
            data-empty={signUps === 0}
            title={`${day}: ${signUps}`}
            style={{ height: `${(signUps / most) * 100}%` }}
          />
        ))}
      </div>
      <Muted size="xs" mt="xs">
        {t.signUpsOf(total)}
      </Muted>
    </>
  );
}
