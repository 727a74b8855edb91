import { Badge, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { texts } from '../texts.ts';
import { fieldOf, type MappingRow, offeredFields, type Section } from './sections.ts';

const t = texts.mapping;
/** In the field's dropdown: not one of our fields but a value typed here. */
const fixed = 'fixed:';

interface FieldSelectProps {
  readonly section: Section;
  readonly row: MappingRow;
  readonly locked: boolean;
  readonly onChange: (row: MappingRow) => void;
}

/** One of our fields, or a value that is always the same (S64). */
export function FieldSelect({ section, row, locked, onChange }: FieldSelectProps) {
  const { source } = row;
  if (locked)
    return (
      <Group h={36} gap="xs" wrap="nowrap">
        <Text size="sm" fw={560}>
          {labelOf(fieldOf(row))}
        </Text>
        <Badge size="sm" color="gray">
          {t.mandatory}
        </Badge>
      </Group>
    );
  const fields = offeredFields[section];
  const offered =
    source.kind === 'dynamic' && source.field && !fields.includes(source.field)
      ? [...fields, source.field]
      : fields;
  const choose = (choice: string | null) =>
    onChange({
      ...row,
      source: choice === fixed ? { kind: 'fixed', value: '' } : { kind: 'dynamic', field: choice ?? '' },
    });
  return (
    <Stack gap={4}>
      <Select
        aria-label={t.field}
        placeholder={t.chooseField}
        searchable
        data={[
          ...offered.map((field) => ({ value: field, label: labelOf(field) })),
          ...(section === 'sync-in' ? [] : [{ value: fixed, label: t.fixed }]),
        ]}
        value={source.kind === 'fixed' ? fixed : source.field || null}
        onChange={choose}
      />
      {source.kind === 'fixed' && (
        <TextInput
          aria-label={t.fixedValue}
          placeholder={t.fixedValue}
          value={source.value}
          onChange={({ currentTarget }) =>
            onChange({ ...row, source: { kind: 'fixed', value: currentTarget.value } })
          }
        />
      )}
    </Stack>
  );
}

export const labelOf = (field: string): string => texts.fields[field as keyof typeof texts.fields] ?? field;
