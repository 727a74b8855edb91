/** HubSpot's API for workflow actions: definitions by the developer's key, completions by the portal's token. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { callerWith } from '../http/caller.ts';
import { developersApp } from '../http/developer.ts';
import { notFound } from '../http/errors.ts';
import { decodeCursor, encodeCursor, limit, pagingAfter, parsed } from '../http/input.ts';
import type { World } from '../world.ts';
import {
  type ActionDefinition,
  addDefinition,
  archiveDefinition,
  changeDefinition,
  definitionChange,
  definitionsOf,
  newDefinition,
  requireDefinition,
} from './definitions.ts';

const pageQuery = z.object({ limit: limit({ initial: 10, max: 100 }), after: z.string().optional() });
const outputFields = z.record(z.string(), z.unknown());
const completeBody = z.object({ outputFields });
const batchBody = z.object({ inputs: z.array(z.object({ callbackId: z.string(), outputFields })) });

type DefinitionParams = { Params: { appId: string; id: string } };

export function actionRoutes(server: FastifyInstance, world: World): void {
  const base = '/automation/v4/actions';
  const definition = (request: FastifyRequest<DefinitionParams>): ActionDefinition =>
    requireDefinition(world.store, developersApp(world, request).appId, request.params.id);

  server.get(`${base}/:appId`, (request) => {
    const { appId } = developersApp(world, request);
    const { limit: size, after } = parsed(pageQuery, request.query);
    const from = Number(decodeCursor(after));
    const found = definitionsOf(world.store, appId).filter(({ id }) => id > from);
    const last = found.length > size ? found[size - 1] : undefined;
    return {
      results: found.slice(0, size).map(view),
      ...pagingAfter(last && encodeCursor(last.id), `${world.url()}${base}/${appId}`),
    };
  });

  server.post(`${base}/:appId`, (request, reply) => {
    const { appId } = developersApp(world, request);
    const made = addDefinition(world.store, appId, parsed(newDefinition, request.body));
    return reply.code(201).send(view(made));
  });

  server.get<DefinitionParams>(`${base}/:appId/:id`, (request) => view(definition(request)));

  server.patch<DefinitionParams>(`${base}/:appId/:id`, (request) => {
    const before = definition(request);
    const given = parsed(definitionChange, request.body);
    const sent = Object.keys(request.body ?? {});
    const change = Object.fromEntries(Object.entries(given).filter(([name]) => sent.includes(name)));
    return view(changeDefinition(world.store, before, change));
  });

  server.delete<DefinitionParams>(`${base}/:appId/:id`, (request, reply) => {
    archiveDefinition(world.store, definition(request), world.now());
    return reply.code(204).send();
  });

  server.post<{ Params: { callbackId: string } }>(
    `${base}/callbacks/:callbackId/complete`,
    (request, reply) => {
      const { callbackId } = request.params;
      complete(request, [{ callbackId, ...parsed(completeBody, request.body) }]);
      return reply.code(204).send();
    },
  );

  server.post(`${base}/callbacks/complete`, (request, reply) => {
    complete(request, parsed(batchBody, request.body).inputs);
    return reply.code(204).send();
  });

  /** All or none. */
  function complete(request: FastifyRequest, inputs: z.output<typeof batchBody>['inputs']): void {
    const { portalId, actor } = callerWith(world, request, 'automation');
    world.store.transaction(() => {
      for (const { callbackId, outputFields: output } of inputs) {
        const isDone = world.actions.complete({ appId: actor.appId, portalId, callbackId }, output);
        if (!isDone) throw notFound(`The callback ${callbackId} does not exist or is completed.`);
      }
    });
  }
}

const view = ({ id, appId: _appId, revision, ...definition }: ActionDefinition) => ({
  id: String(id),
  revisionId: String(revision),
  functions: [],
  ...Object.fromEntries(Object.entries(definition).filter(([, value]) => value != null)),
});
