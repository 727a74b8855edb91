import { Stack, Switch, Title } from '@mantine/core';
import { MappingTable } from '../mapping/mapping-table.tsx';
import { withMandatory } from '../mapping/sections.ts';
import { Muted } from '../parts/words.tsx';
import { texts } from '../texts.ts';
import { problemsIn } from './local-problems.ts';
import type { BuilderState } from './use-builder.ts';

const t = texts.builder.referring;

/** Whoever joins by the campaign's join link becomes a HubSpot contact; off unless it is turned on (S69 to S76). */
export function PersonReferring({ builder }: { readonly builder: BuilderState }) {
  const { personReferring } = builder.draft.setup;
  const rows = withMandatory('person-referring', personReferring.mappings);
  const isOn = personReferring.action === 'create-contact';
  return (
    <Stack>
      <Switch
        label={t.toggle}
        description={t.toggleHint}
        checked={isOn}
        onChange={({ currentTarget }) =>
          builder.editSetup({
            personReferring: currentTarget.checked
              ? { action: 'create-contact', mappings: [...rows] }
              : { ...personReferring, action: 'none' },
          })
        }
      />
      {isOn && (
        <div>
          <Title order={4} size="h5">
            {t.mapping}
          </Title>
          <Muted mb="sm">{t.mappingHint}</Muted>
          <MappingTable
            section="person-referring"
            label={t.mapping}
            rows={rows}
            problems={problemsIn(builder.problems, 'personReferring.mappings')}
            onChange={(mappings) =>
              builder.editSetup({ personReferring: { ...personReferring, mappings: [...mappings] } })
            }
          />
        </div>
      )}
    </Stack>
  );
}
