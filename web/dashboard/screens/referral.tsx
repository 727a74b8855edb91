import { Anchor, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import {
  type Referral,
  useGetReferralsById,
  useGetReferralsByIdTimeline,
} from '../../../client/vouchflow.ts';
import { Page } from '../parts/page.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Status } from '../parts/status.tsx';
import { Muted, nameOf, When } from '../parts/words.tsx';
import { texts } from '../texts.ts';
import { AlreadyQualified } from './already-qualified.tsx';
import { eventText } from './event-words.ts';
import { Facts } from './referral-facts.tsx';
import { ReferralRewards } from './referral-rewards.tsx';
import { Why } from './why.tsx';

const t = texts.referral;
/** So often a referral that is still going on is looked at again. */
const live = { query: { refetchInterval: 4_000 } };

/** One referral: where it stands, why, what happened, and where to read on (E1, E6). */
export function ReferralPage() {
  const { referralId } = useParams({ from: '/referrals/$referralId' });
  const referral = useGetReferralsById(referralId, live);
  const back = (
    <Anchor component={Link} to="/referrals" size="sm" c="dimmed">
      ← {texts.referrals.title}
    </Anchor>
  );
  if (referral.isError)
    return (
      <Page title={t.title} above={back}>
        <ProblemNote error={referral.error} onRetry={() => void referral.refetch()} />
      </Page>
    );
  if (!referral.data)
    return (
      <Page title={t.title} above={back}>
        <Skeleton height={240} radius="lg" />
      </Page>
    );
  return <Shown referral={referral.data} back={back} />;
}

function Shown({ referral, back }: { readonly referral: Referral; readonly back: React.ReactNode }) {
  const timeline = useGetReferralsByIdTimeline(referral.id, live);
  return (
    <Page
      title={nameOf(referral.person)}
      lead={referral.person.email}
      above={back}
      actions={<Status of={referral.status} />}
    >
      <Stack>
        {referral.alreadyQualified === 'pending' && <AlreadyQualified referral={referral} />}
        <Facts referral={referral} events={timeline.data?.items ?? []} />
        <Why referralId={referral.id} />
        <ReferralRewards referral={referral} />
        <Paper component="section" aria-labelledby="story">
          <Title order={2} size="h4" mb="md" id="story">
            {t.timeline}
          </Title>
          {timeline.isError && <ProblemNote error={timeline.error} />}
          <ol className="vf-story">
            {timeline.data?.items.map((event) => (
              <li key={event.id}>
                <Text size="sm">{eventText(event)}</Text>
                <Muted size="xs">
                  <When at={event.at} />
                </Muted>
              </li>
            ))}
          </ol>
        </Paper>
      </Stack>
    </Page>
  );
}
