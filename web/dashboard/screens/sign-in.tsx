import { Button, Center, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { getGetAuthSessionQueryKey, usePostAuthSignIn } from '../../../client/vouchflow.ts';
import { ProblemNote } from '../parts/problem-note.tsx';
import { texts } from '../texts.ts';

/** Shown in the place of any screen while nobody is signed in; afterwards that screen is there. */
export function SignIn() {
  const queries = useQueryClient();
  const form = useForm({ initialValues: { email: '', password: '' } });
  const signIn = usePostAuthSignIn({
    mutation: {
      onSuccess: () => queries.invalidateQueries({ queryKey: getGetAuthSessionQueryKey() }),
      onError: () => form.setFieldValue('password', ''),
    },
  });
  useEffect(() => {
    document.title = `${texts.signIn.title} · Vouchflow`;
  }, []);
  return (
    <Gate title={texts.signIn.title} lead={texts.signIn.lead}>
      <form onSubmit={form.onSubmit((data) => signIn.mutate({ data }))}>
        <Stack>
          {signIn.isError && <ProblemNote error={signIn.error} title={texts.signIn.failed} />}
          <TextInput
            label={texts.signIn.email}
            type="email"
            autoComplete="username"
            required
            withAsterisk={false}
            {...form.getInputProps('email')}
          />
          <PasswordInput
            label={texts.signIn.password}
            autoComplete="current-password"
            required
            withAsterisk={false}
            {...form.getInputProps('password')}
          />
          <Button type="submit" loading={signIn.isPending} fullWidth>
            {texts.signIn.submit}
          </Button>
          <Text size="xs" c="dimmed">
            {texts.signIn.help}
          </Text>
        </Stack>
      </form>
    </Gate>
  );
}

interface GateProps {
  readonly title: string;
  readonly lead?: string;
  readonly children?: React.ReactNode;
}

/** The one card of the screens before the dashboard. */
export const Gate = ({ title, lead, children }: GateProps) => (
  <Center component="main" mih="100dvh" p="md">
    <Paper w="100%" maw={420} p="xl">
      <Stack gap={4} mb="lg">
        <img src="/assets/icon.svg" width={32} height={32} alt="" />
        <Title order={1} mt="sm">
          {title}
        </Title>
        {lead && (
          <Text c="dimmed" size="sm">
            {lead}
          </Text>
        )}
      </Stack>
      {children}
    </Paper>
  </Center>
);
