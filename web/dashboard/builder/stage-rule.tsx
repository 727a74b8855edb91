import { MultiSelect, Select, SimpleGrid, Stack } from '@mantine/core';
import { type HubSpotSetup, useGetHubspotPipelines } from '../../../client/vouchflow.ts';
import { problemText } from '../parts/problem-note.tsx';
import { texts } from '../texts.ts';
import { problemOf } from './local-problems.ts';
import type { BuilderState } from './use-builder.ts';

const t = texts.builder.stageRule;
type Rule = Extract<HubSpotSetup['qualification'], { kind: 'deal-stage' }>;

/** "Select the property that will change": the pipeline, then stages of that pipeline only (S57 to S60). */
export function StageRule({ builder, rule }: { readonly builder: BuilderState; readonly rule: Rule }) {
  const pipelines = useGetHubspotPipelines();
  const pipeline = pipelines.data?.items.find(({ id }) => id === rule.pipelineId);
  const stages = pipeline?.stages.map(({ id, label }) => ({ value: id, label })) ?? [];
  const edit = (change: Partial<Rule>) => builder.editSetup({ qualification: { ...rule, ...change } });
  const error = (field: string) => problemOf(builder.problems, `qualification.${field}`);
  return (
    <Stack>
      <Select
        label={t.pipeline}
        placeholder={t.choosePipeline}
        maw={420}
        data={(pipelines.data?.items ?? []).map(({ id, label }) => ({ value: id, label }))}
        value={rule.pipelineId || null}
        error={error('pipelineId') ?? (pipelines.isError ? problemText(pipelines.error) : undefined)}
        onChange={(pipelineId) =>
          edit({ pipelineId: pipelineId ?? '', initialStageId: '', qualifyingStageIds: [] })
        }
      />
      {rule.pipelineId !== '' && (
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <Select
            label={t.initial}
            description={t.initialHint}
            placeholder={t.chooseStage}
            data={stages}
            value={rule.initialStageId || null}
            error={error('initialStageId')}
            onChange={(initialStageId) => edit({ initialStageId: initialStageId ?? '' })}
          />
          <MultiSelect
            label={t.stages}
            description={t.stagesHint}
            placeholder={rule.qualifyingStageIds.length === 0 ? t.chooseStages : undefined}
            hidePickedOptions
            data={stages}
            value={rule.qualifyingStageIds}
            error={error('qualifyingStageIds')}
            onChange={(qualifyingStageIds) => edit({ qualifyingStageIds })}
          />
        </SimpleGrid>
      )}
    </Stack>
  );
}
