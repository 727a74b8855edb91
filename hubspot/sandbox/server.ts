/**
 * A HubSpot that runs on this machine: its API, its consent page, its webhooks and a small web page of its own, over
 * real HTTP, with faults on demand.
 */
import { type FastifyError, type FastifyInstance, type FastifyRequest, fastify } from 'fastify';
import { actionRoutes } from './actions/action-routes.ts';
import { WorkflowActions } from './actions/workflow-actions.ts';
import { Apps, type SandboxApp } from './apps.ts';
import { controlRoutes } from './control/routes.ts';
import { seedFirstPortal } from './control/seed-first-portal.ts';
import { accountRoutes } from './crm/account-routes.ts';
import { associationBatchRoutes } from './crm/association-batch-routes.ts';
import { associationLabelRoutes } from './crm/association-label-routes.ts';
import { associationRoutes } from './crm/association-routes.ts';
import { batchRoutes } from './crm/batch-routes.ts';
import { PropertyCatalog } from './crm/catalog.ts';
import { listMemberRoutes } from './crm/list-member-routes.ts';
import { listRoutes } from './crm/list-routes.ts';
import { mergeRoutes } from './crm/merge-routes.ts';
import { noteRoutes } from './crm/note-routes.ts';
import { pipelineRoutes } from './crm/pipeline-routes.ts';
import { propertyBatchRoutes } from './crm/property-batch-routes.ts';
import { propertyGroupRoutes } from './crm/property-group-routes.ts';
import { propertyRoutes } from './crm/property-routes.ts';
import { recordRoutes } from './crm/record-routes.ts';
import { defineSearchFunctions } from './crm/search-functions.ts';
import { SearchIndex } from './crm/search-index.ts';
import { searchRoutes } from './crm/search-routes.ts';
import { stageRoutes } from './crm/stage-routes.ts';
import { bodyParsers } from './http/body-parsers.ts';
import type { ApiError } from './http/errors.ts';
import { Faults } from './http/faults.ts';
import { apiFailure, apiGate, isApi } from './http/gate.ts';
import { Limits } from './http/limits.ts';
import { handlerPath } from './http/paths.ts';
import { RequestLog } from './http/request-log.ts';
import { consentRoutes } from './oauth/consent-routes.ts';
import { tokenRoutes } from './oauth/token-routes.ts';
import { errorPage } from './pages/layout.ts';
import { pageRoutes } from './pages/routes.ts';
import { ensureFirstPortal } from './portal-setup.ts';
import { Store } from './store.ts';
import { webhookManagementRoutes } from './webhooks/management-routes.ts';
import { Webhooks } from './webhooks/webhooks.ts';
import type { World } from './world.ts';

export interface SandboxOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** The sandbox has no login: leave it on the loopback unless the network is your own. */
  readonly host?: string;
  /** A file, or `:memory:`, the default. */
  readonly database?: string;
  readonly app: SandboxApp;
  /** Properties whose changes the app's webhooks tell. */
  readonly webhookProperties?: readonly string[];
  /** How long a change stays unseen by search; HubSpot needs some seconds. 0 by default. */
  readonly searchLagMs?: number;
  /** People to fill the first portal with, if it has none yet. */
  readonly seedContacts?: number;
}

export interface Sandbox {
  /** Base of the API and of the consent page alike, without a trailing slash. */
  readonly url: string;
  /** Deliveries that are under way are kept for the next start, if there is a file. */
  close(): Promise<void>;
}

/** Batches of 100 records with long texts fit. */
const maxBodyBytes = 16 * 1024 * 1024;

export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const store = new Store(options.database ?? ':memory:');
  defineSearchFunctions(store);
  const now = Date.now;
  const apps = new Apps(store, options.app);
  const propertyNames = options.webhookProperties ?? [];
  let url = '';
  const world: World = {
    apps,
    store,
    now,
    url: () => url,
    catalog: new PropertyCatalog(store),
    webhooks: new Webhooks({ store, apps, now, propertyNames }),
    actions: new WorkflowActions({ store, apps, now }),
    limits: new Limits(store),
    faults: new Faults(),
    log: new RequestLog(store),
    search: new SearchIndex(store, options.searchLagMs ?? 0),
  };
  ensureFirstPortal(world);
  await seedFirstPortal(world, options.seedContacts ?? 0);
  const server = sandboxServer(world);
  try {
    url = await server.listen({ port: options.port ?? 0, host: options.host ?? '127.0.0.1' });
  } catch (error) {
    await server.close();
    await world.webhooks.stop();
    await world.actions.stop();
    store.close();
    throw error;
  }
  world.webhooks.start();
  world.actions.start();
  const close = async () => {
    await server.close();
    await world.webhooks.stop();
    await world.actions.stop();
    world.log.close();
    store.close();
  };
  return { url, close };
}

function sandboxServer(world: World): FastifyInstance {
  const server = fastify({
    rewriteUrl: (request) => handlerPath(request.url ?? '/'),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 2000 },
    bodyLimit: maxBodyBytes,
    forceCloseConnections: true,
    logger: { level: 'error' },
  });
  bodyParsers(server);
  apiGate(server, world);
  server.setErrorHandler<FastifyError | ApiError>((error, request, reply) => {
    const { status, body } = apiFailure(error, request);
    if (status >= 500) request.log.error({ err: error }, 'The sandbox failed.');
    if (wantsPage(request))
      return reply.code(status).type('text/html; charset=utf-8').send(errorPage(world, error.message));
    return reply.code(status).send(body);
  });
  server.setNotFoundHandler((request, reply) =>
    reply.code(404).send({
      status: 'error',
      message: `Unable to find ${request.method} ${request.originalUrl}`,
      correlationId: request.correlationId,
    }),
  );
  for (const routes of routeSets) routes(server, world);
  return server;
}

const routeSets: readonly ((server: FastifyInstance, world: World) => void)[] = [
  consentRoutes,
  tokenRoutes,
  noteRoutes,
  recordRoutes,
  mergeRoutes,
  batchRoutes,
  searchRoutes,
  associationRoutes,
  associationBatchRoutes,
  associationLabelRoutes,
  propertyRoutes,
  propertyBatchRoutes,
  propertyGroupRoutes,
  pipelineRoutes,
  stageRoutes,
  listRoutes,
  listMemberRoutes,
  accountRoutes,
  webhookManagementRoutes,
  actionRoutes,
  controlRoutes,
  pageRoutes,
];

const wantsPage = (request: FastifyRequest): boolean =>
  !isApi(request) &&
  !request.url.startsWith('/sandbox/') &&
  (request.headers.accept ?? '').includes('text/html');
