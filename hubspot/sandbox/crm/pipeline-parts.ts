/** What routes of pipelines and of stages share. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { callerWith } from '../http/caller.ts';
import { invalid, notFound } from '../http/errors.ts';
import type { World } from '../world.ts';
import { objectType } from './object-types.ts';
import { type Pipeline, pipelinesOf, type Stage, saveStage } from './pipelines.ts';

export const path = '/crm/v3/pipelines/:type';

export type TypeParams = { Params: { type: string } };

export const stageBody = z.object({
  label: z.string().min(1),
  displayOrder: z.number().int().default(0),
  metadata: z
    .record(z.string(), z.coerce.string())
    .refine(({ probability }) => Number(probability) >= 0 && Number(probability) <= 1, {
      error: 'probability is required, between 0.0 and 1.0',
    }),
});

/** The portal of a caller who may see, or change, deal pipelines; no other type has any here. */
export function pipelineCaller(
  world: World,
  request: FastifyRequest<TypeParams>,
  right: 'read' | 'write',
): number {
  const type = objectType(request.params.type);
  if (type !== 'deals') throw invalid(`${type} have no pipelines here.`);
  return callerWith(world, request, `crm.schemas.deals.${right}`, `crm.objects.deals.${right}`).portalId;
}

/** Throws HubSpot's 404. */
export function requiredPipeline(world: World, portalId: number, id: string): Pipeline {
  const pipeline = pipelinesOf(world.store, portalId).find((each) => each.id === id);
  if (pipeline === undefined) throw notFound(`Pipeline ${id} does not exist.`);
  return pipeline;
}

/** A stage that deals are in cannot go. */
export function assertUnused(world: World, portalId: number, { id }: Stage): void {
  const used = world.store.get(
    `SELECT 1 FROM records WHERE portal_id = ? AND type = 'deals' AND archived_at IS NULL
       AND json_extract(properties, '$.dealstage') = ? LIMIT 1`,
    portalId,
    id,
  );
  if (used !== undefined) {
    throw invalid(`Stage ${id} is in use by deals.`, {
      subCategory: 'PipelineError.STAGE_ID_IN_USE',
      context: { stageIds: [id] },
    });
  }
}

export function addStage(
  world: World,
  portalId: number,
  stage: {
    pipelineId: string;
    label: string;
    displayOrder: number;
    metadata: Readonly<Record<string, string>>;
  },
): Stage {
  const now = world.now();
  const id = String(world.store.next(portalId, 'stage', 190_000));
  const added = { ...stage, id, metadata: stageMetadata(stage.metadata), createdAt: now, updatedAt: now };
  saveStage(world.store, portalId, added);
  return added;
}

/** HubSpot writes probabilities with one decimal at least: "1" is kept as "1.0". */
export function stageMetadata(given: Readonly<Record<string, string>>): Stage['metadata'] {
  const probability = Number(given['probability']);
  const closed = given['isClosed'] ?? String(probability === 0 || probability === 1);
  return {
    isClosed: closed,
    probability: Number.isInteger(probability) ? probability.toFixed(1) : String(probability),
  };
}

const iso = (at: number): string => new Date(at).toISOString();

export const stageView = ({ id, label, displayOrder, metadata, createdAt, updatedAt }: Stage) => ({
  id,
  label,
  displayOrder,
  metadata,
  createdAt: iso(createdAt),
  updatedAt: iso(updatedAt),
  archived: false,
  writePermissions: 'CRM_PERMISSIONS_ENFORCEMENT',
});

export const pipelineView = ({ id, label, displayOrder, createdAt, updatedAt, stages }: Pipeline) => ({
  id,
  label,
  displayOrder,
  createdAt: iso(createdAt),
  updatedAt: iso(updatedAt),
  archived: false,
  stages: stages.map(stageView),
});
