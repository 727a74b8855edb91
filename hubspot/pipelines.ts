import { z } from 'zod';
import { idSchema } from './crm-record.ts';
import type { HubSpot, PipelineStage } from './gateway.ts';
import type { PortalAccess } from './portal-access.ts';

const place = {
  label: z.string(),
  displayOrder: z.number().default(0),
  archived: z.boolean().default(false),
};
const stageSchema = z.object({
  ...place,
  id: idSchema,
  metadata: z.record(z.string(), z.unknown()).default({}),
});
const pipelineSchema = z.object({ ...place, id: idSchema, stages: z.array(stageSchema) });
const pipelinesSchema = z.object({ results: z.array(pipelineSchema) });

/** Deal pipelines with their stages, in the order in which people see them. */
export function pipelines({ call, paths }: PortalAccess): HubSpot['pipelines'] {
  return {
    async list() {
      const { results } = await call({
        method: 'GET',
        path: paths('pipelines', 'deals'),
        schema: pipelinesSchema,
      });
      return inOrder(results).map(({ id, label, stages }) => ({
        id,
        label,
        stages: inOrder(stages).map((stage) => ({
          id: stage.id,
          label: stage.label,
          outcome: outcomeOf(stage.metadata),
        })),
      }));
    },
  };
}

const inOrder = <T extends { readonly archived: boolean; readonly displayOrder: number }>(
  things: readonly T[],
): readonly T[] => things.filter(({ archived }) => !archived).sort((a, b) => a.displayOrder - b.displayOrder);

/** Stage metadata are texts: won is closed at probability 1, lost is closed at 0. Stage names prove nothing. */
function outcomeOf(metadata: Readonly<Record<string, unknown>>): PipelineStage['outcome'] {
  if (String(metadata['isClosed']) !== 'true') return 'open';
  const probability = Number(metadata['probability']);
  if (probability === 1) return 'won';
  return probability === 0 ? 'lost' : 'open';
}
