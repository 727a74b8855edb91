import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconRefresh, IconSpeakerphone } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import {
  type Campaign,
  type Figures,
  getCampaigns,
  getGetCampaignsQueryKey,
  useGetFigures,
  usePostCampaigns,
} from '../../../client/vouchflow.ts';
import { Empty } from '../parts/empty.tsx';
import { fieldErrors } from '../parts/field-errors.ts';
import { ButtonLink } from '../parts/links.tsx';
import { List } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { useRequestKey } from '../parts/request-key.ts';
import { Status } from '../parts/status.tsx';
import { count } from '../parts/words.tsx';
import { texts } from '../texts.ts';

const t = texts.campaigns;

export function Campaigns() {
  const [creating, dialog] = useDisclosure(false);
  const { data } = useGetFigures();
  const figures = new Map(data?.campaigns.map((row) => [row.campaignId, row]));
  const number = (pick: (row: Figures['campaigns'][number]) => number) => (campaign: Campaign) => {
    const row = figures.get(campaign.id);
    return row ? count(pick(row)) : '…';
  };
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={
        <>
          <ButtonLink
            to="/sync"
            search={{ campaign: undefined }}
            variant="default"
            leftSection={<IconRefresh size={16} />}
          >
            {texts.sync.door}
          </ButtonLink>
          <Button leftSection={<IconPlus size={16} />} onClick={dialog.open}>
            {t.create}
          </Button>
        </>
      }
    >
      <List
        label={t.title}
        queryKey={[...getGetCampaignsQueryKey(), 'all']}
        fetchPage={(after) => getCampaigns({ limit: 50, ...(after && { after }) })}
        idOf={({ id }) => id}
        columns={[
          {
            header: t.name,
            cell: ({ id, name }) => (
              <Link
                to="/campaigns/$campaignId/edit/$step"
                params={{ campaignId: id, step: 'details' }}
                className="vf-row-link"
              >
                {name}
              </Link>
            ),
          },
          { header: texts.common.status, cell: ({ status }) => <Status of={status} /> },
          { header: t.referrers, cell: number((row) => row.referrers), align: 'right' },
          { header: t.referrals, cell: number((row) => row.referrals), align: 'right' },
          { header: t.qualified, cell: number((row) => row.qualified), align: 'right' },
          {
            header: t.contacts,
            align: 'right',
            cell: ({ id, name }) => (
              <ButtonLink
                to="/sync"
                search={{ campaign: id }}
                size="compact-sm"
                variant="subtle"
                aria-label={`${texts.sync.door}: ${name}`}
              >
                {t.sync}
              </ButtonLink>
            ),
          },
        ]}
        empty={
          <Empty
            icon={IconSpeakerphone}
            title={t.emptyTitle}
            text={t.emptyText}
            action={<Button onClick={dialog.open}>{t.create}</Button>}
          />
        }
      />
      <NewCampaign opened={creating} onClose={dialog.close} />
    </Page>
  );
}

function NewCampaign({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const form = useForm({ initialValues: { name: '' } });
  const create = usePostCampaigns({
    // The dialog makes one campaign, however often the button is pressed or the answer gets lost.
    request: { headers: useRequestKey(opened) },
    mutation: {
      onSuccess: async ({ id }) => {
        await queries.invalidateQueries({ queryKey: getGetCampaignsQueryKey() });
        await navigate({
          to: '/campaigns/$campaignId/edit/$step',
          params: { campaignId: id, step: 'details' },
        });
      },
      onError: (error) => form.setErrors(fieldErrors(error)),
    },
  });
  return (
    <Modal opened={opened} onClose={onClose} title={t.create}>
      <form onSubmit={form.onSubmit(({ name }) => create.mutate({ data: { name } }))}>
        <Stack>
          {create.isError && <ProblemNote error={create.error} />}
          <TextInput
            label={t.name}
            description={t.nameHint}
            required
            maxLength={120}
            data-autofocus
            {...form.getInputProps('name')}
          />
          <Text size="xs" c="dimmed">
            {t.draftHint}
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {texts.common.cancel}
            </Button>
            <Button type="submit" loading={create.isPending}>
              {t.createSubmit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
