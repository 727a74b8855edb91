import { Anchor, SimpleGrid } from '@mantine/core';
import { type SyncRun } from '../../../client/vouchflow.ts';
import { Note } from '../parts/note.tsx';
import { count, Muted } from '../parts/words.tsx';
import { texts } from '../texts.ts';

const t = texts.sync.run;

/** What the run did so far, or would do. */
export function Figures({ run }: { readonly run: SyncRun }) {
  const { outcomes, undo } = run;
  const figures: readonly (readonly [string, number])[] = outcomes
    ? [
        [t.create, outcomes.create],
        [t.update, outcomes.update],
        [t.unchanged, outcomes.unchanged],
        [t.skipped, outcomes.skipped],
      ]
    : run.kind === 'undo'
      ? [
          [t.undone, undo?.undone ?? 0],
          [t.left_, (undo?.leftEdited ?? 0) + (undo?.leftGone ?? 0) + (undo?.leftRefused ?? 0)],
        ]
      : [
          [t.enrolled, run.enrolled],
          [t.linked, run.linked],
          [t.unchanged, run.unchanged],
        ];
  return (
    <SimpleGrid cols={{ base: 2, sm: figures.length }} spacing="sm">
      {figures.map(([label, n]) => (
        <div key={label}>
          <div className="vf-figure" style={{ fontSize: '1.25rem' }}>
            {count(n)}
          </div>
          <Muted size="xs">{label}</Muted>
        </div>
      ))}
    </SimpleGrid>
  );
}

/** Never dropped without a word: so many for each reason, and the file with all of them. */
export const Skipped = ({ run, total }: { readonly run: SyncRun; readonly total: number }) => (
  <Note tone="warning" title={run.kind === 'preview' ? t.wouldSkipTitle(total) : t.skippedTitle(total)}>
    <ul style={{ margin: 0, paddingLeft: '1.1rem' }}>
      {Object.entries(run.skipped).map(([reason, n]) => (
        <li key={reason}>
          {count(n)} · {t.reasons[reason as keyof typeof t.reasons] ?? reason}
        </li>
      ))}
    </ul>
    {run.kind !== 'preview' && (
      <Anchor href={`/api/v1/sync-runs/${run.id}/exceptions.csv`} download inherit>
        {t.download}
      </Anchor>
    )}
  </Note>
);
