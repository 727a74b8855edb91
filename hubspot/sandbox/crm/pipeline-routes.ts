/** `/crm/v3/pipelines/deals`: deal pipelines. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { parsed } from '../http/input.ts';
import type { World } from '../world.ts';
import {
  addStage,
  assertUnused,
  path,
  pipelineCaller,
  pipelineView,
  requiredPipeline,
  stageBody,
  type TypeParams,
} from './pipeline-parts.ts';
import { insertPipeline, pipelinesOf } from './pipelines.ts';

const pipelineBody = z.object({
  label: z.string().min(1),
  displayOrder: z.number().int().default(0),
  stages: z.array(stageBody).min(1).max(100),
});
const pipelineChange = z.object({
  label: z.string().min(1).optional(),
  displayOrder: z.number().int().optional(),
});

type PipelineParams = { Params: { type: string; pipelineId: string } };

export function pipelineRoutes(server: FastifyInstance, world: World): void {
  const open = (request: FastifyRequest<TypeParams>, right: 'read' | 'write'): number =>
    pipelineCaller(world, request, right);

  server.get<TypeParams>(path, (request) => ({
    results: pipelinesOf(world.store, open(request, 'read')).map(pipelineView),
  }));

  server.post<TypeParams>(path, (request, reply) => {
    const portalId = open(request, 'write');
    const { stages, label, ...body } = parsed(pipelineBody, request.body);
    const now = world.now();
    const id = String(world.store.next(portalId, 'pipeline', 90_000));
    world.store.transaction(() => {
      insertPipeline(world.store, portalId, { id, label, displayOrder: body.displayOrder, now });
      for (const stage of stages) addStage(world, portalId, { pipelineId: id, ...stage });
    });
    world.catalog.forget(portalId);
    return reply.code(201).send(pipelineView(requiredPipeline(world, portalId, id)));
  });

  server.get<PipelineParams>(`${path}/:pipelineId`, (request) =>
    pipelineView(requiredPipeline(world, open(request, 'read'), request.params.pipelineId)),
  );

  const change = (request: FastifyRequest<PipelineParams>) => {
    const portalId = open(request, 'write');
    const before = requiredPipeline(world, portalId, request.params.pipelineId);
    const given = parsed(pipelineChange, request.body);
    world.store.run(
      'UPDATE pipelines SET label = ?, display_order = ?, updated_at = ? WHERE portal_id = ? AND id = ?',
      given.label ?? before.label,
      given.displayOrder ?? before.displayOrder,
      world.now(),
      portalId,
      before.id,
    );
    world.catalog.forget(portalId);
    return pipelineView(requiredPipeline(world, portalId, before.id));
  };
  server.patch<PipelineParams>(`${path}/:pipelineId`, change);
  server.put<PipelineParams>(`${path}/:pipelineId`, change);

  server.delete<PipelineParams>(`${path}/:pipelineId`, (request, reply) => {
    const portalId = open(request, 'write');
    const { id, stages } = requiredPipeline(world, portalId, request.params.pipelineId);
    for (const stage of stages) assertUnused(world, portalId, stage);
    world.store.transaction(() => {
      world.store.run('DELETE FROM stages WHERE portal_id = ? AND pipeline_id = ?', portalId, id);
      world.store.run('DELETE FROM pipelines WHERE portal_id = ? AND id = ?', portalId, id);
    });
    world.catalog.forget(portalId);
    return reply.code(204).send();
  });
}
