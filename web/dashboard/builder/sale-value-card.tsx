import { Button, Group, Select, SimpleGrid, Text, Title } from '@mantine/core';
import { useGetHubspotPropertiesByObject } from '../../../client/vouchflow.ts';
import { RefreshButton } from '../mapping/refresh-button.tsx';
import { problemText } from '../parts/problem-note.tsx';
import { Muted } from '../parts/words.tsx';
import { texts } from '../texts.ts';
import { problemOf } from './local-problems.ts';
import type { BuilderState } from './use-builder.ts';

const t = texts.builder.saleValue;

/**
 * Define Rules (S79 to S83): the object, then the property that holds what the sale is worth. Only the object of the
 * campaign's method can be chosen; another one that was chosen before stays visible and is said to be impossible.
 */
export function SaleValueCard({ builder }: { readonly builder: BuilderState }) {
  const { saleValue, qualification } = builder.draft.setup;
  const object = saleValue?.object ?? null;
  const properties = useGetHubspotPropertiesByObject(
    object === 'deal' ? 'deals' : 'contacts',
    {},
    { query: { enabled: object !== null } },
  );
  const allowed = { 'deal-stage': 'deal', 'contact-property': 'contact', manual: null }[qualification.kind];
  return (
    <>
      <Group justify="space-between" mb={4}>
        <Title order={3} size="h5">
          {t.title}
        </Title>
        <RefreshButton />
      </Group>
      <Muted mb="md">{t.lead}</Muted>
      <SimpleGrid cols={{ base: 1, sm: 2 }} maw={620}>
        <Select
          label={t.object}
          placeholder={t.chooseObject}
          data={[
            { value: 'deal', label: t.deals, disabled: allowed !== 'deal' },
            { value: 'contact', label: t.contacts, disabled: allowed !== 'contact' },
          ]}
          value={object}
          description={t.allowed[qualification.kind]}
          error={problemOf(builder.problems, 'saleValue.object')}
          onChange={(choice) =>
            builder.editSetup({
              saleValue:
                choice === 'deal' || choice === 'contact'
                  ? { object: choice, property: choice === 'deal' ? 'amount' : '' }
                  : null,
            })
          }
        />
        {saleValue && (
          <Select
            label={t.property}
            description={t.propertyHint}
            placeholder={texts.mapping.chooseProperty}
            searchable
            data={(properties.data?.items ?? [])
              .filter(
                ({ type, fieldType }) => type === 'number' || (type === 'string' && fieldType === 'text'),
              )
              .map(({ name, label }) => ({ value: name, label }))}
            value={saleValue.property || null}
            error={
              problemOf(builder.problems, 'saleValue.property') ??
              (properties.isError ? problemText(properties.error) : undefined)
            }
            onChange={(property) =>
              builder.editSetup({ saleValue: { object: saleValue.object, property: property ?? '' } })
            }
          />
        )}
      </SimpleGrid>
      {saleValue && allowed !== saleValue.object && (
        <Group mt="sm" gap="sm">
          <Text size="sm" c="dimmed">
            {t.otherMethod}
          </Text>
          <Button size="compact-sm" variant="light" onClick={() => builder.editSetup({ saleValue: null })}>
            {t.drop}
          </Button>
        </Group>
      )}
    </>
  );
}
