import { Button, Code, Group, Paper, Stack, Table, Text, Title } from '@mantine/core';
import { useEffect } from 'react';
import { useGetReferralsByIdVerdicts, useGetReferralsByIdWhy } from '../../../client/vouchflow.ts';
import { Note } from '../parts/note.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Muted, When } from '../parts/words.tsx';
import { texts } from '../texts.ts';

const t = texts.referral;
/** So often it is looked whether something was decided. */
const live = { query: { refetchInterval: 4_000 } };

/** E1: the answer as of now, what it waits for, what the rule saw, and all decisions on demand. */
export function Why({ referralId }: { readonly referralId: string }) {
  const verdicts = useGetReferralsByIdVerdicts(referralId, live);
  const [newest, ...earlier] = verdicts.data?.items ?? [];
  const why = useGetReferralsByIdWhy(referralId);
  const { refetch } = why;
  // A question to HubSpot: asked when the page opens and when something was decided, not every few seconds.
  useEffect(() => {
    if (newest?.id) void refetch();
  }, [newest?.id, refetch]);
  const answer = why.data ?? null;
  const isOlder = answer !== null && newest !== undefined && answer.asOf < newest.decidedAt;
  const sentence = isOlder ? newest.sentence : (answer?.sentence ?? newest?.sentence);
  const inputs = answer?.inputs ?? newest?.inputs;
  return (
    <Paper component="section" aria-labelledby="why">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4" id="why">
          {t.why}
        </Title>
        <Button size="xs" variant="default" loading={why.isFetching} onClick={() => void refetch()}>
          {t.lookNow}
        </Button>
      </Group>
      <Stack gap="sm">
        {verdicts.isError && <ProblemNote error={verdicts.error} />}
        <Note>{sentence ?? t.undecided}</Note>
        {answer && !isOlder && <Text size="sm">{answer.standing.sentence}</Text>}
        {answer?.rewards.map((reward) => (
          <Text size="sm" key={reward.id}>
            {reward.sentence}
          </Text>
        ))}
        {(answer ?? newest) && (
          <Muted size="xs">
            {answer?.fresh === false ? t.notFresh : t.decidedAt}{' '}
            <When at={answer?.asOf ?? newest?.decidedAt ?? ''} />
            {newest && ` · ${t.rule(newest.ruleVersion)}`}
          </Muted>
        )}
        {inputs && (
          <details className="vf-details">
            <summary>{t.showInputs}</summary>
            <Code block fz="xs" tabIndex={0}>
              {JSON.stringify(inputs, null, 2)}
            </Code>
          </details>
        )}
        {earlier.length > 0 && (
          <details className="vf-details">
            <summary>{t.showEarlier(earlier.length)}</summary>
            <Table aria-label={t.earlier} fz="sm">
              <Table.Tbody>
                {earlier.map(({ id, sentence: told, decidedAt }) => (
                  <Table.Tr key={id}>
                    <Table.Td style={{ whiteSpace: 'nowrap' }}>
                      <When at={decidedAt} />
                    </Table.Td>
                    <Table.Td>{told}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </details>
        )}
      </Stack>
    </Paper>
  );
}
