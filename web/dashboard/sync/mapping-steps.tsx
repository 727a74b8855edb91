import { Anchor, Stack, Title } from '@mantine/core';
import type { FieldProblem } from '../../../client/request.ts';
import { problemsIn } from '../builder/local-problems.ts';
import { MappingTable } from '../mapping/mapping-table.tsx';
import { Muted } from '../parts/words.tsx';
import { texts } from '../texts.ts';
import type { SyncSettings } from './wizard.tsx';

const t = texts.sync;

interface StepProps {
  readonly settings: SyncSettings;
  readonly problems: readonly FieldProblem[];
  readonly onChange: (change: Partial<SyncSettings>) => void;
}

/** S32: HubSpot's properties into our fields. */
export const MapInStep = ({ settings, problems, onChange }: StepProps) => (
  <Stack gap="xs">
    <Title order={2} size="h4">
      {t.mapIn.title}
    </Title>
    <Muted mb="sm">{t.mapIn.lead}</Muted>
    <MappingTable
      section="sync-in"
      label={t.mapIn.title}
      rows={settings.mappingsIn}
      problems={problemsIn(problems, 'sync.mappingsIn')}
      onChange={(mappingsIn) => onChange({ mappingsIn: [...mappingsIn] })}
    />
  </Stack>
);

/** S33, S34: our data into the properties that were made in HubSpot for it. */
export const MapOutStep = ({ settings, problems, onChange }: StepProps) => (
  <Stack gap="xs">
    <Title order={2} size="h4">
      {t.mapOut.title}
    </Title>
    <Muted mb="sm">
      {t.mapOut.lead}{' '}
      <Anchor
        href="https://knowledge.hubspot.com/properties/create-and-edit-properties"
        target="_blank"
        rel="noreferrer"
        inherit
      >
        {t.mapOut.help}
      </Anchor>
    </Muted>
    <MappingTable
      section="sync"
      label={t.mapOut.title}
      rows={settings.mappingsOut}
      problems={problemsIn(problems, 'sync.mappingsOut')}
      onChange={(mappingsOut) => onChange({ mappingsOut: [...mappingsOut] })}
    />
  </Stack>
);
