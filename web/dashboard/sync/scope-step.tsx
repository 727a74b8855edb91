import { Badge, Group, Radio, Select, Stack, Text, Title } from '@mantine/core';
import { useGetHubspotLists } from '../../../client/vouchflow.ts';
import { problemText } from '../parts/problem-note.tsx';
import { count, Muted } from '../parts/words.tsx';
import { texts } from '../texts.ts';
import type { SyncSettings } from './wizard.tsx';

const t = texts.sync.scope;

interface StepProps {
  readonly settings: SyncSettings;
  readonly onChange: (change: Partial<SyncSettings>) => void;
}

/** All contacts, or one list; active and static lists are told apart (S29, S30). */
export function ScopeStep({ settings, onChange }: StepProps) {
  const { scope } = settings;
  const lists = useGetHubspotLists({}, { query: { enabled: scope.kind === 'list' } });
  const items = lists.data?.items ?? [];
  const byId = new Map(items.map((list) => [list.id, list]));
  const chosen = scope.kind === 'list' ? scope.listId : '';
  const options = items.map(({ id, name, kind }) => ({ value: id, label: `${name} (${t.kinds[kind]})` }));
  // The list that is saved may not be among those that HubSpot names first.
  const all =
    chosen && !byId.has(chosen) ? [...options, { value: chosen, label: t.listId(chosen) }] : options;
  return (
    <Stack>
      <Title order={2} size="h4">
        {t.title}
      </Title>
      <Radio.Group
        aria-label={t.title}
        value={scope.kind}
        onChange={(kind) =>
          onChange({ scope: kind === 'list' ? { kind: 'list', listId: '' } : { kind: 'all' } })
        }
      >
        <Stack gap="sm">
          <Radio value="all" label={t.all} description={t.allHint} />
          <Radio value="list" label={t.list} description={t.listHint} />
        </Stack>
      </Radio.Group>
      {scope.kind === 'list' && (
        <Select
          label={t.whichList}
          placeholder={lists.isPending ? texts.common.loading : t.chooseList}
          searchable
          maw={480}
          data={all}
          value={chosen || null}
          error={lists.isError ? problemText(lists.error) : undefined}
          renderOption={({ option }) => {
            const list = byId.get(option.value);
            return (
              <Group justify="space-between" w="100%" wrap="nowrap">
                <Text size="sm">{list?.name ?? option.label}</Text>
                {list && (
                  <Group gap={6} wrap="nowrap">
                    {list.size !== null && <Muted size="xs">{count(list.size)}</Muted>}
                    <Badge size="sm" color={list.kind === 'active' ? 'iris' : 'gray'}>
                      {t.kinds[list.kind]}
                    </Badge>
                  </Group>
                )}
              </Group>
            );
          }}
          onChange={(listId) => onChange({ scope: { kind: 'list', listId: listId ?? '' } })}
        />
      )}
    </Stack>
  );
}
