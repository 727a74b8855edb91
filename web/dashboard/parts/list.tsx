import { Button, Center, Paper, Skeleton, Stack, Table } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { texts } from '../texts.ts';
import { ProblemNote } from './problem-note.tsx';

export interface Column<T> {
  readonly header: string;
  readonly cell: (row: T) => ReactNode;
  readonly align?: 'right';
  /** Left out of the cards that a phone shows instead of rows. */
  readonly wideOnly?: boolean;
}

interface Pages<T> {
  readonly items: T[];
  readonly next: string | null;
}

interface ListProps<T> {
  readonly label: string;
  /** What the list depends on; another key is another list. */
  readonly queryKey: readonly unknown[];
  readonly fetchPage: (after: string | undefined) => Promise<Pages<T>>;
  readonly columns: readonly Column<T>[];
  readonly idOf: (row: T) => string;
  readonly empty: ReactNode;
  readonly refreshMs?: number;
}

/** A keyset-paged list: a table on wide screens, cards on a phone; the first column names the row. */
export function List<T>({ label, queryKey, fetchPage, columns, idOf, empty, refreshMs }: ListProps<T>) {
  const pages = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => fetchPage(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    ...(refreshMs !== undefined && { refetchInterval: refreshMs }),
  });
  if (pages.isPending) return <Rows />;
  if (pages.isError) return <ProblemNote error={pages.error} onRetry={() => void pages.refetch()} />;
  const rows = pages.data.pages.flatMap(({ items }) => items);
  if (rows.length === 0) return empty;
  return (
    <Stack gap="md">
      <WideTable label={label} rows={rows} columns={columns} idOf={idOf} />
      <Cards label={label} rows={rows} columns={columns} idOf={idOf} />
      {pages.hasNextPage && (
        <Center>
          <Button
            variant="default"
            loading={pages.isFetchingNextPage}
            onClick={() => void pages.fetchNextPage()}
          >
            {texts.common.more}
          </Button>
        </Center>
      )}
    </Stack>
  );
}

interface RowsProps<T> {
  readonly label: string;
  readonly rows: readonly T[];
  readonly columns: readonly Column<T>[];
  readonly idOf: (row: T) => string;
}

function WideTable<T>({ label, rows, columns, idOf }: RowsProps<T>) {
  return (
    <Paper p={0} className="vf-table" style={{ overflow: 'hidden' }}>
      <Table.ScrollContainer minWidth={640}>
        <Table aria-label={label} highlightOnHover className="vf-numbers">
          <Table.Thead>
            <Table.Tr>
              {columns.map(({ header, align }) => (
                <Table.Th key={header} ta={align ?? 'left'} c="dimmed" fz="xs" fw={600}>
                  {header}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={idOf(row)}>
                {columns.map(({ header, cell, align }) => (
                  <Table.Td key={header} ta={align ?? 'left'}>
                    {cell(row)}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}

function Cards<T>({ label, rows, columns, idOf }: RowsProps<T>) {
  const [title, ...rest] = columns.filter(({ wideOnly }) => !wideOnly);
  return (
    <ul className="vf-cards" aria-label={label} style={{ margin: 0, padding: 0, listStyle: 'none' }}>
      {rows.map((row) => (
        <Paper component="li" key={idOf(row)} p="md">
          <div>{title?.cell(row)}</div>
          <dl className="vf-card-facts">
            {rest.map(({ header, cell }) => (
              <div key={header}>
                <dt>{header}</dt>
                <dd>{cell(row)}</dd>
              </div>
            ))}
          </dl>
        </Paper>
      ))}
    </ul>
  );
}

export const Rows = ({ rows = 6 }: { readonly rows?: number }) => (
  <Paper aria-busy aria-label={texts.common.loading}>
    <Stack gap="lg">
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={14} width={`${92 - ((row * 17) % 45)}%`} />
      ))}
    </Stack>
  </Paper>
);
