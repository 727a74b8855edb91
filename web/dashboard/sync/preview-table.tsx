import { Table } from '@mantine/core';
import { useGetSyncRunsByIdChanges } from '../../../client/vouchflow.ts';
import { Muted } from '../parts/words.tsx';
import { texts } from '../texts.ts';

const t = texts.sync.preview;

/** E4: what a sync would do to the first contacts, value by value. */
export function PreviewTable({ runId }: { readonly runId: string }) {
  const { data } = useGetSyncRunsByIdChanges(runId, { limit: 20 });
  const changed = data?.items.filter(({ outcome }) => outcome !== 'unchanged') ?? [];
  if (changed.length === 0) return null;
  return (
    <>
      <Muted size="xs">{t.title}</Muted>
      <Table.ScrollContainer minWidth={480}>
        <Table aria-label={t.title} fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t.contact}</Table.Th>
              <Table.Th>{t.outcome}</Table.Th>
              <Table.Th>{t.changes}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {changed.map(({ contactId, outcome, properties, reason }) => (
              <Table.Tr key={contactId}>
                <Table.Td>{contactId}</Table.Td>
                <Table.Td>{t.outcomes[outcome]}</Table.Td>
                <Table.Td>
                  {reason && (
                    <div>
                      {texts.sync.run.reasons[reason as keyof typeof texts.sync.run.reasons] ?? reason}
                    </div>
                  )}
                  {Object.entries(properties).map(([name, { before, after }]) => (
                    <div key={name} style={{ overflowWrap: 'anywhere' }}>
                      <code>{name}</code>: {before ?? t.empty} → {after ?? t.empty}
                    </div>
                  ))}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </>
  );
}
