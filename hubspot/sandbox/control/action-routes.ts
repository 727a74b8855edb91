/** Workflows that use an app's action: a control lets a record come to it, as an enrolment would. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { requireDefinition } from '../actions/definitions.ts';
import type { ActionRun } from '../actions/run.ts';
import { compressedRetriesMs } from '../actions/workflow-actions.ts';
import { valueOf } from '../crm/computed-values.ts';
import { objectTypes, typeFacts } from '../crm/object-types.ts';
import { requireRecord } from '../crm/record-lookup.ts';
import { invalid } from '../http/errors.ts';
import { parsed } from '../http/input.ts';
import { isInstalled } from '../oauth/installs.ts';
import { portalOf } from '../portals.ts';
import type { World } from '../world.ts';
import { portalParams } from './portal-routes.ts';

const runBody = z.strictObject({
  definitionId: z.coerce.string(),
  objectType: z.enum(objectTypes).default('contacts'),
  recordId: z.coerce.string(),
  inputFields: z.record(z.string(), z.coerce.string()).default({}),
  workflowId: z.number().int().positive().default(1),
  retryDelaysMs: z
    .array(z.number().int().min(0).max(86_400_000))
    .max(100)
    .default([...compressedRetriesMs]),
  appId: z.string().optional(),
});

const shownRuns = 100;

export function actionControlRoutes(server: FastifyInstance, world: World): void {
  server.post('/sandbox/portals/:portalId/workflow-actions', (request, reply) => {
    const { id: portalId } = portalOf(world.store, parsed(portalParams, request.params).portalId);
    const { definitionId, objectType: type, recordId, ...given } = parsed(runBody, request.body);
    const { appId } = world.apps.require(given.appId ?? world.apps.first.appId);
    const definition = requireDefinition(world.store, appId, definitionId);
    if (!isInstalled(world, { appId, portalId }))
      throw invalid('The app is not installed in this portal: nobody can use its action.');
    const record = requireRecord(world, { portalId, type, id: recordId });
    const wanted = definition.objectRequestOptions?.properties ?? [];
    const callbackId = world.actions.execute(definition, {
      retryDelaysMs: given.retryDelaysMs,
      request: {
        origin: {
          portalId,
          actionDefinitionId: definition.id,
          actionDefinitionVersion: definition.revision,
        },
        context: { source: 'WORKFLOWS', workflowId: given.workflowId },
        object: {
          objectId: record.id,
          objectType: typeFacts[type].singular.toUpperCase(),
          properties: Object.fromEntries(wanted.map((name) => [name, valueOf(record, name) ?? null])),
        },
        inputFields: given.inputFields,
      },
    });
    return reply.code(201).send({ callbackId });
  });

  server.get('/sandbox/portals/:portalId/workflow-actions', (request) => {
    const { id } = portalOf(world.store, parsed(portalParams, request.params).portalId);
    return { results: world.actions.runs.of(id, shownRuns).map(runView) };
  });
}

const runView = ({
  callbackId,
  appId,
  definitionId,
  state,
  attempt,
  status,
  output,
  request,
}: ActionRun) => ({
  callbackId,
  appId,
  definitionId: String(definitionId),
  recordId: String(request.object.objectId),
  state,
  attempt,
  status,
  outputFields: output,
});
