import { Button, Loader, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { postAuthLink, usePostAuthAccount } from '../../../client/vouchflow.ts';
import { queryClient } from '../app/query-client.ts';
import { fieldErrors } from '../parts/field-errors.ts';
import { ProblemNote } from '../parts/problem-note.tsx';
import { texts } from '../texts.ts';
import { Gate } from './sign-in.tsx';

let taken = '';

/** The token stands behind the `#`; it is taken out of the address and the history at once. */
function takeToken(): string {
  const token = window.location.hash.slice(1);
  if (token !== '') {
    taken = token;
    window.history.replaceState(null, '', window.location.pathname);
  }
  return taken;
}

/** Where a one-time link leads. Its token is sent to the API only, and once however often this screen is drawn. */
export function Link() {
  const navigate = useNavigate();
  const [token] = useState(takeToken);
  const open = useQuery({
    queryKey: ['link', token],
    queryFn: () => postAuthLink({ token }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const enter = async () => {
    // What somebody else saw here before is nobody's any more.
    await queryClient.resetQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'link' });
    await navigate({ to: '/', replace: true });
  };
  const isSignedIn = open.data?.outcome === 'signed-in';
  useEffect(() => {
    document.title = `${texts.link.title} · Vouchflow`;
    if (isSignedIn) void enter();
  }, [isSignedIn]);

  if (open.isError)
    return (
      <Gate title={texts.link.failed}>
        <Stack>
          <ProblemNote error={open.error} />
          <Button variant="default" onClick={() => void enter()}>
            {texts.link.toSignIn}
          </Button>
        </Stack>
      </Gate>
    );
  if (open.data?.outcome === 'account-needed')
    return <NewAccount token={token} workspace={open.data.workspaceName ?? ''} onMade={enter} />;
  return (
    <Gate title={texts.link.title}>
      <Loader size="sm" aria-label={texts.common.loading} />
    </Gate>
  );
}

interface NewAccountProps {
  readonly token: string;
  readonly workspace: string;
  readonly onMade: () => Promise<void>;
}

function NewAccount({ token, workspace, onMade }: NewAccountProps) {
  const form = useForm({ initialValues: { name: '', email: '', password: '' } });
  const make = usePostAuthAccount({
    mutation: { onSuccess: onMade, onError: (error) => form.setErrors(fieldErrors(error)) },
  });
  return (
    <Gate title={texts.link.accountTitle} lead={texts.link.accountLead(workspace)}>
      <form onSubmit={form.onSubmit((data) => make.mutate({ data: { token, ...data } }))}>
        <Stack>
          {make.isError && <ProblemNote error={make.error} />}
          <TextInput label={texts.link.name} autoComplete="name" required {...form.getInputProps('name')} />
          <TextInput
            label={texts.signIn.email}
            type="email"
            autoComplete="username"
            required
            {...form.getInputProps('email')}
          />
          <PasswordInput
            label={texts.signIn.password}
            description={texts.link.passwordHint}
            autoComplete="new-password"
            minLength={12}
            required
            {...form.getInputProps('password')}
          />
          <Button type="submit" loading={make.isPending}>
            {texts.link.submit}
          </Button>
        </Stack>
      </form>
    </Gate>
  );
}
