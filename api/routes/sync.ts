import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Tx } from '../../db/client.ts';
import { loadCampaign } from '../../db/queries/campaigns.ts';
import { latestRun, listExceptions, listRuns } from '../../db/queries/sync-run-views.ts';
import type { SyncRun } from '../../db/queries/sync-runs.ts';
import { toPublicId } from '../../domain/id.ts';
import { orderSync, startPreview, startSync } from '../commands/start-sync.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { notFound } from '../problem.ts';
import { cursorOf, idParams, pageFrom, pageOf, pageQuery, uuidOf } from '../schemas/shared.ts';
import { accountOf, exceptionsQuery, exceptionView, showException } from '../schemas/sync-change.ts';
import { runView, showRun } from '../schemas/sync-run.ts';
import { openOnce } from './open-once.ts';

/** What is asked of a campaign; what is asked of one run is in `sync-runs.ts`. */
export const syncRoutes =
  (deps: ApiDependencies): FastifyPluginAsyncZod =>
  async (app) => {
    const tags = ['Contact sync'];
    const { database } = deps;

    app.post(
      '/campaigns/:id/sync',
      {
        schema: {
          summary: 'Start Sync: give the chosen contacts their referral links',
          description:
            'One run at a time: while a sync is open, it is answered with 200 and nothing is started; another open run is 409.',
          tags,
          params: idParams,
          response: { 200: runView, 201: runView },
        },
      },
      async (request, reply) => {
        const campaignId = uuidOf('campaign', request.params.id);
        return reply.send(await openOnce(database, { request, reply }, (tx) => startSync(tx, campaignId)));
      },
    );

    app.post(
      '/campaigns/:id/sync/preview',
      {
        schema: {
          summary:
            'Preview: what a sync of the chosen contacts would do, contact by contact; nothing is written (E4)',
          description:
            'A run like a sync: it shows progress, can be paused, resumed and stopped, and survives a crash. Its findings are the changes of the run, kept until the next preview or sync of the campaign starts. They hold personal data.',
          tags,
          params: idParams,
          response: { 200: runView, 201: runView },
        },
      },
      async (request, reply) => {
        const campaignId = uuidOf('campaign', request.params.id);
        return reply.send(await openOnce(database, { request, reply }, (tx) => startPreview(tx, campaignId)));
      },
    );

    app.get(
      '/campaigns/:id/sync/runs',
      {
        schema: {
          summary: 'All runs of the campaign, newest first',
          tags,
          params: idParams,
          querystring: pageQuery,
          response: { 200: pageOf(runView) },
        },
      },
      async (request) => {
        const campaignId = uuidOf('campaign', request.params.id);
        const { after, limit } = request.query;
        const afterId = cursorOf('syncRun', after);
        return database.app.inWorkspace(request.workspaceId, async (tx) => {
          if (!(await loadCampaign(tx, campaignId))) throw notFound('campaign');
          const page = pageFrom(await listRuns(tx, { campaignId, afterId }, limit + 1), {
            limit,
            cursor: ({ id }) => toPublicId('syncRun', id),
            item: (run) => run,
          });
          const items = [];
          for (const run of page.items) items.push(await showRun(tx, run));
          return { items, next: page.next };
        });
      },
    );

    app.get(
      '/campaigns/:id/sync',
      {
        schema: {
          summary: 'The latest run with its counts',
          tags,
          params: idParams,
          response: { 200: runView },
        },
      },
      async (request) => {
        const campaignId = uuidOf('campaign', request.params.id);
        return database.app.inWorkspace(request.workspaceId, async (tx) =>
          showRun(tx, await requireRun(tx, campaignId)),
        );
      },
    );

    app.get(
      '/campaigns/:id/sync/exceptions',
      {
        schema: {
          summary: 'Contacts that the latest sync or retry skipped, each with its reason',
          tags,
          params: idParams,
          querystring: exceptionsQuery,
          response: { 200: pageOf(exceptionView) },
        },
      },
      async (request) => {
        const campaignId = uuidOf('campaign', request.params.id);
        const { after, limit, reason } = request.query;
        return database.app.inWorkspace(request.workspaceId, async (tx) => {
          const run = await requireRun(tx, campaignId, ['sync', 'retry']);
          return pageFrom(await listExceptions(tx, { runId: run.id, reason, afterCrmId: after }, limit + 1), {
            limit,
            cursor: ({ crmId }) => crmId,
            item: showException(await accountOf(tx, run)),
          });
        });
      },
    );

    for (const [order, wanted] of Object.entries(orders)) {
      app.post(
        `/campaigns/:id/sync/${order}`,
        {
          schema: {
            summary: `${order.charAt(0).toUpperCase()}${order.slice(1)} the open run; it takes effect with the next page`,
            tags,
            params: idParams,
            response: { 200: runView },
          },
        },
        async (request) => {
          const campaignId = uuidOf('campaign', request.params.id);
          return database.app.inWorkspace(request.workspaceId, async (tx) =>
            showRun(tx, await orderSync(tx, campaignId, wanted)),
          );
        },
      );
    }
  };

const orders = { pause: 'paused', resume: 'running', stop: 'stopped' } as const;

async function requireRun(tx: Tx, campaignId: string, kinds?: readonly SyncRun['kind'][]): Promise<SyncRun> {
  if (!(await loadCampaign(tx, campaignId))) throw notFound('campaign');
  const run = await latestRun(tx, campaignId, kinds);
  if (!run) throw notFound('sync run');
  return run;
}
