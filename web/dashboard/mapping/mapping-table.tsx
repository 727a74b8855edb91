import { ActionIcon, Box, Button, Stack, Text } from '@mantine/core';
import { IconArrowRight, IconPlus, IconTrash } from '@tabler/icons-react';
import type { FieldProblem } from '../../../client/request.ts';
import { texts } from '../texts.ts';
import { FieldSelect, labelOf } from './field-select.tsx';
import { PropertySelect } from './property-select.tsx';
import { fieldOf, isHalf, isMandatory, type MappingRow, type Section } from './sections.ts';
import { SuggestionButton } from './suggestion-button.tsx';

const t = texts.mapping;

interface MappingTableProps {
  readonly section: Section;
  readonly label: string;
  readonly rows: readonly MappingRow[];
  readonly objects?: readonly MappingRow['objectType'][];
  /** What the API said, with `index.part` as field. */
  readonly problems?: readonly FieldProblem[];
  readonly onChange: (rows: readonly MappingRow[]) => void;
}

/** Which HubSpot property is filled from which field of ours, or for `sync-in` the other way round. */
export function MappingTable({
  section,
  label,
  rows,
  objects = ['contact'],
  problems = [],
  onChange,
}: MappingTableProps) {
  const change = (index: number, row: MappingRow) => onChange(rows.with(index, row));
  const blank: MappingRow = { objectType: 'contact', property: '', source: { kind: 'dynamic', field: '' } };
  const general = problems.filter(({ field }) => field === '');
  return (
    <Stack gap="xs" role="group" aria-label={label}>
      {rows.map((row, index) => (
        <Row
          // Rows have no name of their own; they are only added at the end and removed one by one.
          key={index}
          section={section}
          row={row}
          objects={objects}
          problem={
            problems.find(({ field }) => field.startsWith(`${index}.`)) ??
            (isHalf(row) ? { field: '', message: t.half } : undefined)
          }
          onChange={(changed) => change(index, changed)}
          onRemove={() => onChange(rows.filter((_, other) => other !== index))}
        />
      ))}
      {general.map(({ message }) => (
        <Text key={message} c="var(--mantine-color-error)" size="sm" role="alert">
          {message}
        </Text>
      ))}
      <div>
        <Button
          size="xs"
          variant="subtle"
          leftSection={<IconPlus size={14} />}
          onClick={() => onChange([...rows, blank])}
        >
          {t.addRow}
        </Button>
      </div>
    </Stack>
  );
}

interface RowProps {
  readonly section: Section;
  readonly row: MappingRow;
  readonly objects: readonly MappingRow['objectType'][];
  readonly problem: FieldProblem | undefined;
  readonly onChange: (row: MappingRow) => void;
  readonly onRemove: () => void;
}

function Row({ section, row, objects, problem, onChange, onRemove }: RowProps) {
  const mandatory = isMandatory(section, row);
  const name = nameOfRow(row);
  const field = (
    <FieldSelect key="field" section={section} row={row} locked={mandatory} onChange={onChange} />
  );
  const isReading = section === 'sync-in';
  const property = (
    <Stack gap={4} key="property">
      <PropertySelect
        label={t.propertyFor(name)}
        value={row}
        objects={objects}
        holds={isReading || row.source.kind === 'fixed' ? null : fieldOf(row) || null}
        fills={isReading ? fieldOf(row) || undefined : undefined}
        error={problem?.message}
        onChange={(target) => onChange({ ...row, ...target })}
      />
      {problem?.suggestion && (
        <SuggestionButton
          suggestion={problem.suggestion}
          onMade={(made) => onChange({ ...row, objectType: 'contact', property: made })}
        />
      )}
    </Stack>
  );
  return (
    <Box className="vf-mapping">
      {isReading ? property : field}
      <span className="vf-arrow">
        <IconArrowRight size={16} aria-hidden />
      </span>
      {isReading ? field : property}
      {mandatory ? (
        <span />
      ) : (
        <ActionIcon variant="subtle" color="gray" size={36} aria-label={t.remove(name)} onClick={onRemove}>
          <IconTrash size={16} />
        </ActionIcon>
      )}
    </Box>
  );
}

const nameOfRow = ({ source }: MappingRow): string =>
  source.kind === 'fixed' ? t.fixed : labelOf(source.field) || t.newRow;
