import { Button, Group, Stack } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import {
  getGetReferralsByIdQueryKey,
  type Referral,
  usePostReferralsByIdAlreadyQualified,
} from '../../../client/vouchflow.ts';
import { Note } from '../parts/note.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { texts } from '../texts.ts';

const t = texts.referral.alreadyQualified;

/** S68: the person had qualified before; one click counts it or does not. */
export function AlreadyQualified({ referral }: { readonly referral: Referral }) {
  const queries = useQueryClient();
  const decide = usePostReferralsByIdAlreadyQualified({
    mutation: {
      onSuccess: () => queries.invalidateQueries({ queryKey: getGetReferralsByIdQueryKey(referral.id) }),
    },
  });
  const order = (decision: 'accept' | 'reject') => decide.mutate({ id: referral.id, data: { decision } });
  return (
    <Note tone="warning" title={t.title}>
      <Stack gap="sm">
        {t.text}
        {decide.isError && <ProblemNote error={decide.error} />}
        <Group gap="xs">
          <Button size="xs" loading={decide.isPending} onClick={() => order('accept')}>
            {t.accept}
          </Button>
          <Button size="xs" variant="default" disabled={decide.isPending} onClick={() => order('reject')}>
            {t.reject}
          </Button>
        </Group>
      </Stack>
    </Note>
  );
}
