import { Button, Group, Modal, NumberInput, Stack, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import {
  getGetActivityQueryKey,
  getGetFiguresQueryKey,
  getGetReferralsQueryKey,
  getGetRewardsQueryKey,
  type Reward,
  usePostRewardsByIdApprove,
  usePostRewardsByIdSettle,
  usePostRewardsByIdVoid,
} from '../../../client/vouchflow.ts';
import { fieldErrors } from '../parts/field-errors.ts';
import { ProblemNote } from '../parts/problem-note.tsx';
import { minorDigits, money } from '../parts/words.tsx';
import { texts } from '../texts.ts';

const t = texts.rewardActions;

interface DialogProps {
  readonly reward: Reward;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** The lists in which the change shows are read again. */
function useDone(onClose: () => void) {
  const queries = useQueryClient();
  return async () => {
    const keys = [
      getGetRewardsQueryKey(),
      getGetReferralsQueryKey(),
      getGetFiguresQueryKey(),
      getGetActivityQueryKey(),
    ];
    await Promise.all(keys.map((queryKey) => queries.invalidateQueries({ queryKey })));
    onClose();
  };
}

export function ApproveDialog({ reward, opened, onClose }: DialogProps) {
  const onSuccess = useDone(onClose);
  const approve = usePostRewardsByIdApprove({ mutation: { onSuccess } });
  return (
    <Modal opened={opened} onClose={onClose} title={t.approve.title}>
      <Stack>
        <div>{t.approve.text(money(reward.amountMinor, reward.currency))}</div>
        {approve.isError && <ProblemNote error={approve.error} />}
        <Buttons
          onClose={onClose}
          submit={
            <Button loading={approve.isPending} onClick={() => approve.mutate({ id: reward.id })}>
              {t.approve.button}
            </Button>
          }
        />
      </Stack>
    </Modal>
  );
}

export function SettleDialog({ reward, opened, onClose }: DialogProps) {
  const onSuccess = useDone(onClose);
  const form = useForm({
    initialValues: { amount: '' as number | string, currency: reward.currency ?? 'USD' },
  });
  const settle = usePostRewardsByIdSettle({
    mutation: { onSuccess, onError: (error) => form.setErrors(fieldErrors(error)) },
  });
  const submit = ({ amount, currency }: typeof form.values) => {
    const code = currency.trim().toUpperCase();
    if (!Intl.supportedValuesOf('currency').includes(code))
      return form.setErrors({ currency: t.settle.currencyProblem });
    const amountMinor = Math.round(Number(amount) * 10 ** minorDigits(code));
    settle.mutate({ id: reward.id, data: { amountMinor, currency: code } });
  };
  return (
    <Modal opened={opened} onClose={onClose} title={t.settle.title}>
      <form onSubmit={form.onSubmit(submit)}>
        <Stack>
          <div>{t.settle.text}</div>
          {settle.isError && <ProblemNote error={settle.error} />}
          <Group grow align="flex-start">
            <NumberInput
              label={t.settle.amount}
              min={0.01}
              decimalScale={3}
              required
              hideControls
              data-autofocus
              {...form.getInputProps('amount')}
              error={form.errors['amountMinor']}
            />
            <TextInput label={t.settle.currency} required maxLength={3} {...form.getInputProps('currency')} />
          </Group>
          <Buttons
            onClose={onClose}
            submit={
              <Button type="submit" loading={settle.isPending}>
                {t.settle.button}
              </Button>
            }
          />
        </Stack>
      </form>
    </Modal>
  );
}

export function VoidDialog({ reward, opened, onClose }: DialogProps) {
  const onSuccess = useDone(onClose);
  const form = useForm({ initialValues: { reason: '' } });
  const voiding = usePostRewardsByIdVoid({
    mutation: { onSuccess, onError: (error) => form.setErrors(fieldErrors(error)) },
  });
  return (
    <Modal opened={opened} onClose={onClose} title={t.void.title}>
      <form onSubmit={form.onSubmit((data) => voiding.mutate({ id: reward.id, data }))}>
        <Stack>
          <div>{t.void.text(money(reward.amountMinor, reward.currency))}</div>
          {voiding.isError && <ProblemNote error={voiding.error} />}
          <Textarea
            label={t.void.reason}
            description={t.void.reasonHint}
            required
            maxLength={200}
            data-autofocus
            {...form.getInputProps('reason')}
          />
          <Buttons
            onClose={onClose}
            submit={
              <Button type="submit" color="red" loading={voiding.isPending}>
                {t.void.button}
              </Button>
            }
          />
        </Stack>
      </form>
    </Modal>
  );
}

const Buttons = ({ onClose, submit }: { readonly onClose: () => void; readonly submit: React.ReactNode }) => (
  <Group justify="flex-end">
    <Button variant="default" onClick={onClose}>
      {texts.common.cancel}
    </Button>
    {submit}
  </Group>
);
