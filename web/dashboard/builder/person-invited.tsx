import { Divider, Radio, Select, Stack, Text, Title } from '@mantine/core';
import type { HubSpotSetup } from '../../../client/vouchflow.ts';
import { MappingTable } from '../mapping/mapping-table.tsx';
import { withMandatory } from '../mapping/sections.ts';
import { Muted } from '../parts/words.tsx';
import { texts } from '../texts.ts';
import { problemOf, problemsIn } from './local-problems.ts';
import { PropertyRule } from './property-rule.tsx';
import { StageRule } from './stage-rule.tsx';
import type { BuilderState } from './use-builder.ts';

const t = texts.builder.invited;
type Method = HubSpotSetup['qualification']['kind'];

const emptyRules: { readonly [K in Method]: Extract<HubSpotSetup['qualification'], { kind: K }> } = {
  'contact-property': { kind: 'contact-property', property: '', initialValue: null, qualifyingValues: [] },
  'deal-stage': { kind: 'deal-stage', pipelineId: '', initialStageId: '', qualifyingStageIds: [] },
  manual: { kind: 'manual' },
};
const actions = { 'contact-property': 'create-contact', 'deal-stage': 'create-contact-and-deal' } as const;

/** What becomes of a person who signs up through a friend's link, and what counts as converted. */
export function PersonInvited({ builder }: { readonly builder: BuilderState }) {
  const { personInvited, qualification } = builder.draft.setup;
  const rows = withMandatory('person-invited', personInvited.mappings);
  const choose = (method: Method) =>
    builder.editSetup({
      qualification: method === qualification.kind ? qualification : emptyRules[method],
      personInvited: {
        ...personInvited,
        action: method === 'manual' ? personInvited.action : actions[method],
        // A deal's properties have nobody to be written to once no deal is made.
        mappings: rows.filter(({ objectType }) => method === 'deal-stage' || objectType === 'contact'),
      },
    });
  return (
    <Stack gap="lg">
      <Radio.Group label={t.method} description={t.methodHint} value={qualification.kind} onChange={choose}>
        <Stack gap="xs" mt="sm">
          {(['contact-property', 'deal-stage', 'manual'] as const).map((method) => (
            <Radio.Card
              key={method}
              value={method}
              className="vf-choice"
              aria-label={t.methods[method].title}
            >
              <Text size="sm" fw={600}>
                {t.methods[method].title}
              </Text>
              <Muted size="xs">{t.methods[method].text}</Muted>
            </Radio.Card>
          ))}
        </Stack>
      </Radio.Group>
      {qualification.kind === 'contact-property' && <PropertyRule builder={builder} rule={qualification} />}
      {qualification.kind === 'deal-stage' && <StageRule builder={builder} rule={qualification} />}
      <Divider />
      <div>
        <Title order={4} size="h5">
          {t.mapping}
        </Title>
        <Muted mb="sm">{t.mappingHint}</Muted>
        {problemOf(builder.problems, 'personInvited.action') && (
          <Text size="sm" c="var(--mantine-color-error)" role="alert" mb="xs">
            {problemOf(builder.problems, 'personInvited.action')}
          </Text>
        )}
        <MappingTable
          section="person-invited"
          label={t.mapping}
          rows={rows}
          objects={qualification.kind === 'deal-stage' ? ['contact', 'deal'] : ['contact']}
          problems={problemsIn(builder.problems, 'personInvited.mappings')}
          onChange={(mappings) =>
            builder.editSetup({
              personInvited: {
                ...personInvited,
                action: personInvited.action === 'none' ? 'create-contact' : personInvited.action,
                mappings: [...mappings],
              },
            })
          }
        />
      </div>
      <Select
        label={t.existing}
        description={t.existingHint}
        maw={420}
        allowDeselect={false}
        data={Object.entries(t.existingChoices).map(([value, label]) => ({ value, label }))}
        value={personInvited.existingContacts}
        onChange={(value) =>
          builder.editSetup({
            personInvited: {
              ...personInvited,
              existingContacts: (value ?? 'never-overwrite') as typeof personInvited.existingContacts,
            },
          })
        }
      />
    </Stack>
  );
}
