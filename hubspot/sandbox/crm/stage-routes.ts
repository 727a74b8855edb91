/** `/crm/v3/pipelines/deals/{id}/stages`: the stages of a pipeline. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { notFound } from '../http/errors.ts';
import { parsed } from '../http/input.ts';
import type { World } from '../world.ts';
import {
  addStage,
  assertUnused,
  path,
  pipelineCaller,
  requiredPipeline,
  stageBody,
  stageMetadata,
  stageView,
  type TypeParams,
} from './pipeline-parts.ts';
import { findStage, type Stage, saveStage } from './pipelines.ts';
import { recomputeStage } from './stage-values.ts';

const stageChange = stageBody.partial();

type PipelineParams = { Params: { type: string; pipelineId: string } };
type StageParams = { Params: { type: string; pipelineId: string; stageId: string } };

export function stageRoutes(server: FastifyInstance, world: World): void {
  const open = (request: FastifyRequest<TypeParams>, right: 'read' | 'write'): number =>
    pipelineCaller(world, request, right);

  server.get<PipelineParams>(`${path}/:pipelineId/stages`, (request) => ({
    results: requiredPipeline(world, open(request, 'read'), request.params.pipelineId).stages.map(stageView),
  }));

  server.post<PipelineParams>(`${path}/:pipelineId/stages`, (request, reply) => {
    const portalId = open(request, 'write');
    const pipeline = requiredPipeline(world, portalId, request.params.pipelineId);
    const stage = addStage(world, portalId, { pipelineId: pipeline.id, ...parsed(stageBody, request.body) });
    world.catalog.forget(portalId);
    return reply.code(201).send(stageView(stage));
  });

  server.get<StageParams>(`${path}/:pipelineId/stages/:stageId`, (request) =>
    stageView(requiredStage(world, open(request, 'read'), request.params)),
  );

  const change = (request: FastifyRequest<StageParams>) => {
    const portalId = open(request, 'write');
    const before = requiredStage(world, portalId, request.params);
    const given = parsed(stageChange, request.body);
    const after: Stage = {
      ...before,
      label: given.label ?? before.label,
      displayOrder: given.displayOrder ?? before.displayOrder,
      metadata: given.metadata === undefined ? before.metadata : stageMetadata(given.metadata),
      updatedAt: world.now(),
    };
    world.store.transaction(() => {
      saveStage(world.store, portalId, after);
      recomputeStage(world, portalId, after);
    });
    world.catalog.forget(portalId);
    return stageView(after);
  };
  server.patch<StageParams>(`${path}/:pipelineId/stages/:stageId`, change);
  server.put<StageParams>(`${path}/:pipelineId/stages/:stageId`, change);

  server.delete<StageParams>(`${path}/:pipelineId/stages/:stageId`, (request, reply) => {
    const portalId = open(request, 'write');
    const stage = requiredStage(world, portalId, request.params);
    assertUnused(world, portalId, stage);
    world.store.run('DELETE FROM stages WHERE portal_id = ? AND id = ?', portalId, stage.id);
    world.catalog.forget(portalId);
    return reply.code(204).send();
  });
}

function requiredStage(
  world: World,
  portalId: number,
  { pipelineId, stageId }: StageParams['Params'],
): Stage {
  const stage = findStage(world.store, portalId, stageId);
  if (stage?.pipelineId !== pipelineId)
    throw notFound(`Stage ${stageId} of pipeline ${pipelineId} does not exist.`);
  return stage;
}
