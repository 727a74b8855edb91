import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Tx } from '../../db/client.ts';
import { loadCampaign } from '../../db/queries/campaigns.ts';
import { latestRun, listExceptions } from '../../db/queries/sync-run-views.ts';
import type { SyncRun } from '../../db/queries/sync-runs.ts';
import { orderSync, startSync } from '../commands/start-sync.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { createOnce } from '../plugins/idempotency.ts';
import { notFound } from '../problem.ts';
import { idParams, pageFrom, pageOf, pageQuery, uuidOf } from '../schemas/shared.ts';
import { exceptionView, runView, showRun } from '../schemas/sync-run.ts';

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
            'One run at a time: while one is open, it is answered with 200 and nothing is started.',
          tags,
          params: idParams,
          response: { 200: runView, 201: runView },
        },
      },
      async (request, reply) => {
        const campaignId = uuidOf('campaign', request.params.id);
        const run = await createOnce(database, { request, reply }, async (tx) => {
          const { run: opened, started } = await startSync(tx, campaignId);
          return { status: started ? 201 : 200, body: await showRun(tx, opened) };
        });
        return reply.send(run);
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
          summary: 'Contacts that the latest run skipped, each with its reason',
          tags,
          params: idParams,
          querystring: pageQuery.extend({
            after: z
              .string()
              .regex(/^\d{1,20}$/, 'Pass the `next` of the page before.')
              .optional(),
          }),
          response: { 200: pageOf(exceptionView) },
        },
      },
      async (request) => {
        const campaignId = uuidOf('campaign', request.params.id);
        const { after, limit } = request.query;
        const rows = await database.app.inWorkspace(request.workspaceId, async (tx) => {
          const run = await requireRun(tx, campaignId);
          return listExceptions(tx, run.id, after, limit + 1);
        });
        return pageFrom(rows, {
          limit,
          cursor: ({ crmId }) => crmId,
          item: ({ crmId, reason, detail }) => ({ contactId: crmId, reason, detail }),
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

async function requireRun(tx: Tx, campaignId: string): Promise<SyncRun> {
  if (!(await loadCampaign(tx, campaignId))) throw notFound('campaign');
  const run = await latestRun(tx, campaignId);
  if (!run) throw notFound('sync run');
  return run;
}
