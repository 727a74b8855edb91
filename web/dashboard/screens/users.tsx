import { Button, Group, Menu, Modal, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconRefresh, IconUserPlus, IconUsers } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import {
  getGetReferrersQueryKey,
  getReferrers,
  usePostCampaignsByIdReferrers,
} from '../../../client/vouchflow.ts';
import { CampaignFilter, useCampaigns } from '../parts/campaign-select.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { Empty } from '../parts/empty.tsx';
import { fieldErrors } from '../parts/field-errors.ts';
import { MenuLink } from '../parts/links.tsx';
import { List } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { useRequestKey } from '../parts/request-key.ts';
import { Muted, nameOf, When } from '../parts/words.tsx';
import { texts } from '../texts.ts';

const t = texts.users;

/** Everybody who has a referral link; Add Users is the first door of the sync wizard (S25). */
export function Users() {
  const { campaign } = useSearch({ from: '/users' });
  const navigate = useNavigate();
  const campaigns = useCampaigns();
  const [adding, dialog] = useDisclosure(false);
  const addUsers = (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <Button leftSection={<IconUserPlus size={16} />}>{t.add}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <MenuLink to="/sync" search={{ campaign: undefined }} leftSection={<IconRefresh size={16} />}>
          {t.syncContacts}
        </MenuLink>
        <Menu.Item leftSection={<IconUserPlus size={16} />} onClick={dialog.open}>
          {t.addOne}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
  return (
    <Page title={t.title} lead={t.lead} actions={addUsers}>
      <Group mb="md">
        <CampaignFilter
          value={campaign}
          onChange={(value) =>
            void navigate({ to: '/users', search: { campaign: value, status: undefined } })
          }
        />
      </Group>
      <List
        label={t.title}
        queryKey={[...getGetReferrersQueryKey(), campaign]}
        fetchPage={(after) =>
          getReferrers({ limit: 50, ...(after && { after }), ...(campaign && { campaignId: campaign }) })
        }
        idOf={({ id }) => id}
        columns={[
          {
            header: t.person,
            cell: ({ person }) => (
              <div>
                <strong>{nameOf(person)}</strong>
                <Muted size="xs">{person.email}</Muted>
              </div>
            ),
          },
          {
            header: texts.common.campaign,
            cell: ({ campaignId }) => campaigns.get(campaignId)?.name ?? '…',
          },
          {
            header: t.link,
            cell: ({ link, person }) => <CopyButton value={link} what={t.linkOf(nameOf(person))} />,
          },
          { header: t.source, cell: ({ source }) => t.sources[source] },
          { header: t.joined, cell: ({ joinedAt }) => <When at={joinedAt} day /> },
        ]}
        empty={<Empty icon={IconUsers} title={t.emptyTitle} text={t.emptyText} action={addUsers} />}
      />
      <AddOne opened={adding} onClose={dialog.close} preset={campaign} />
    </Page>
  );
}

interface AddOneProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly preset: string | undefined;
}

function AddOne({ opened, onClose, preset }: AddOneProps) {
  const queries = useQueryClient();
  const campaigns = [...useCampaigns().values()];
  const form = useForm({ initialValues: { campaign: '', firstName: '', lastName: '', email: '' } });
  const campaignId = form.values.campaign || preset || campaigns[0]?.id || '';
  const add = usePostCampaignsByIdReferrers({
    request: { headers: useRequestKey(opened) },
    mutation: {
      onSuccess: async ({ person }) => {
        await queries.invalidateQueries({ queryKey: getGetReferrersQueryKey() });
        notifications.show({ message: t.added(nameOf(person)) });
        form.reset();
        onClose();
      },
      onError: (error) => form.setErrors(fieldErrors(error)),
    },
  });
  return (
    <Modal opened={opened} onClose={onClose} title={t.addOne}>
      <form
        onSubmit={form.onSubmit(({ firstName, lastName, email }) =>
          add.mutate({ id: campaignId, data: { firstName, lastName, email } }),
        )}
      >
        <Stack>
          {add.isError && <ProblemNote error={add.error} />}
          <CampaignFilter value={campaignId} onChange={(id) => form.setFieldValue('campaign', id ?? '')} />
          <TextInput label={t.firstName} required data-autofocus {...form.getInputProps('firstName')} />
          <TextInput label={t.lastName} {...form.getInputProps('lastName')} />
          <TextInput label={texts.signIn.email} type="email" required {...form.getInputProps('email')} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {texts.common.cancel}
            </Button>
            <Button type="submit" loading={add.isPending} disabled={campaignId === ''}>
              {t.addSubmit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
