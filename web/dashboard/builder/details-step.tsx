import { NumberInput, Paper, SimpleGrid, Stack, TextInput, Title } from '@mantine/core';
import { texts } from '../texts.ts';
import type { Details } from './draft.ts';
import { problemOf } from './local-problems.ts';
import type { BuilderState } from './use-builder.ts';

const t = texts.builder.details;

export function DetailsStep({ builder }: { readonly builder: BuilderState }) {
  const { details } = builder.draft;
  const edit = (change: Partial<Details>) =>
    builder.edit((draft) => ({ ...draft, details: { ...draft.details, ...change } }));
  const error = (field: keyof Details) => problemOf(builder.problems, field);
  return (
    <Stack>
      <Paper>
        <Title order={2} size="h4" mb="md">
          {t.title}
        </Title>
        <Stack maw={520}>
          <TextInput
            label={t.name}
            description={t.nameHint}
            value={details.name}
            maxLength={120}
            required
            error={error('name')}
            onChange={({ currentTarget }) => edit({ name: currentTarget.value })}
          />
          <TextInput
            label={t.slug}
            description={t.slugHint}
            value={details.slug}
            maxLength={64}
            required
            error={error('slug')}
            onChange={({ currentTarget }) => edit({ slug: currentTarget.value })}
          />
        </Stack>
      </Paper>
      <Paper>
        <Title order={2} size="h4" mb="md">
          {t.times}
        </Title>
        <SimpleGrid cols={{ base: 1, sm: 2 }} maw={620}>
          <Days
            label={t.expiry}
            description={t.expiryHint}
            value={details.expiryDays}
            error={error('expiryDays')}
            onChange={(expiryDays) => edit({ expiryDays })}
          />
          <Days
            label={t.reversal}
            description={t.reversalHint}
            value={details.reversalDays}
            error={error('reversalDays')}
            onChange={(reversalDays) => edit({ reversalDays })}
          />
        </SimpleGrid>
      </Paper>
    </Stack>
  );
}

interface DaysProps {
  readonly label: string;
  readonly description: string;
  readonly value: number | null;
  readonly error: string | undefined;
  readonly onChange: (days: number | null) => void;
}

/** Empty is off. */
export const Days = ({ value, onChange, ...field }: DaysProps) => (
  <NumberInput
    {...field}
    value={value ?? ''}
    placeholder={texts.builder.off}
    min={1}
    max={3_650}
    allowDecimal={false}
    suffix={texts.builder.daysSuffix}
    onChange={(days) => onChange(days === '' ? null : Number(days))}
  />
);
