import { MultiSelect, Select, SimpleGrid, Stack, TagsInput, TextInput } from '@mantine/core';
import {
  type HubSpotProperty,
  type HubSpotSetup,
  useGetHubspotPropertiesByObject,
} from '../../../client/vouchflow.ts';
import { problemText } from '../parts/problem-note.tsx';
import { Muted } from '../parts/words.tsx';
import { texts } from '../texts.ts';
import { problemOf } from './local-problems.ts';
import type { BuilderState } from './use-builder.ts';

const t = texts.builder.propertyRule;
type Rule = Extract<HubSpotSetup['qualification'], { kind: 'contact-property' }>;

/** S54: single-line text and dropdowns can be watched; HubSpot calls some of its own dropdowns radio. */
const isWatched = ({ type, fieldType }: HubSpotProperty): boolean =>
  (type === 'string' && fieldType === 'text') ||
  (type === 'enumeration' && (fieldType === 'select' || fieldType === 'radio'));

/** Choose the property, its value at the start, and the values that count as converted (S50 to S55). */
export function PropertyRule({ builder, rule }: { readonly builder: BuilderState; readonly rule: Rule }) {
  const properties = useGetHubspotPropertiesByObject('contacts', {});
  const watched = (properties.data?.items ?? []).filter(isWatched);
  const chosen = watched.find(({ name }) => name === rule.property);
  const edit = (change: Partial<Rule>) => builder.editSetup({ qualification: { ...rule, ...change } });
  const error = (field: string) => problemOf(builder.problems, `qualification.${field}`);
  const isDropdown = chosen?.type === 'enumeration';
  const options = chosen?.options.map(({ value, label }) => ({ value, label })) ?? [];
  return (
    <Stack>
      <Select
        label={t.property}
        description={t.propertyHint}
        placeholder={texts.mapping.chooseProperty}
        maw={420}
        searchable
        data={watched.map(({ name, label }) => ({ value: name, label }))}
        value={rule.property || null}
        error={error('property') ?? (properties.isError ? problemText(properties.error) : undefined)}
        onChange={(property) => edit({ property: property ?? '', initialValue: null, qualifyingValues: [] })}
      />
      {rule.property !== '' && (
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          {isDropdown ? (
            <Select
              label={t.initial}
              description={t.initialHint}
              placeholder={t.noInitial}
              clearable
              searchable
              data={options}
              value={rule.initialValue}
              error={error('initialValue')}
              onChange={(initialValue) => edit({ initialValue })}
            />
          ) : (
            <TextInput
              label={t.initial}
              description={t.initialHint}
              placeholder={t.noInitial}
              value={rule.initialValue ?? ''}
              error={error('initialValue')}
              onChange={({ currentTarget }) => edit({ initialValue: currentTarget.value || null })}
            />
          )}
          {isDropdown ? (
            <MultiSelect
              label={t.values}
              description={t.valuesHint}
              placeholder={rule.qualifyingValues.length === 0 ? t.chooseValues : undefined}
              searchable
              hidePickedOptions
              data={options}
              value={rule.qualifyingValues}
              error={error('qualifyingValues')}
              onChange={(qualifyingValues) => edit({ qualifyingValues })}
            />
          ) : (
            <TagsInput
              label={t.values}
              description={t.textValuesHint}
              placeholder={rule.qualifyingValues.length === 0 ? t.typeValues : undefined}
              value={rule.qualifyingValues}
              error={error('qualifyingValues')}
              onChange={(qualifyingValues) => edit({ qualifyingValues })}
            />
          )}
        </SimpleGrid>
      )}
      <Muted size="xs">{isDropdown || !chosen ? t.matchDropdown : t.matchText}</Muted>
    </Stack>
  );
}
