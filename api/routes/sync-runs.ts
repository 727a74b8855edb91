import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Tx } from '../../db/client.ts';
import { listChanges } from '../../db/queries/sync-change-views.ts';
import { listExceptions, loadRun } from '../../db/queries/sync-run-views.ts';
import type { SyncRun } from '../../db/queries/sync-runs.ts';
import { skipReasons } from '../../domain/sync.ts';
import { retryRun } from '../commands/retry-run.ts';
import { undoRun } from '../commands/undo-run.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { notFound } from '../problem.ts';
import { idParams, pageFrom, pageOf, uuidOf } from '../schemas/shared.ts';
import {
  accountOf,
  changesQuery,
  changeView,
  exceptionsQuery,
  exceptionView,
  showChange,
  showException,
} from '../schemas/sync-change.ts';
import { runView, showRun } from '../schemas/sync-run.ts';
import { openOnce } from './open-once.ts';

/** What is asked of one run: how far it is, what it did to which contact, and what may be done about that. */
export const syncRunRoutes =
  ({ database }: ApiDependencies): FastifyPluginAsyncZod =>
  async (app) => {
    const tags = ['Contact sync'];

    app.get(
      '/sync-runs/:id',
      { schema: { summary: 'One run with its counts', tags, params: idParams, response: { 200: runView } } },
      async (request) => {
        const id = uuidOf('syncRun', request.params.id);
        return database.app.inWorkspace(request.workspaceId, async (tx) =>
          showRun(tx, await requireRun(tx, id)),
        );
      },
    );

    app.get(
      '/sync-runs/:id/changes',
      {
        schema: {
          summary: 'What the run did, or would do, to each contact: values before and after (E4)',
          description:
            'A preview has every contact of its scope; a sync, retry or ongoing run those whose record in HubSpot it wrote; an undo those of the run that it takes back. The findings of a preview are gone once a later preview or sync has started.',
          tags,
          params: idParams,
          querystring: changesQuery,
          response: { 200: pageOf(changeView) },
        },
      },
      async (request) => {
        const id = uuidOf('syncRun', request.params.id);
        const { after, limit, outcome, undo } = request.query;
        return database.app.inWorkspace(request.workspaceId, async (tx) => {
          const run = await requireRun(tx, id);
          const runId = (run.kind === 'undo' ? run.ofRunId : null) ?? run.id;
          const rows = await listChanges(tx, { runId, outcome, undo, afterCrmId: after }, limit + 1);
          return pageFrom(rows, {
            limit,
            cursor: ({ crmId }) => crmId,
            item: showChange(await accountOf(tx, run)),
          });
        });
      },
    );

    app.get(
      '/sync-runs/:id/exceptions',
      {
        schema: {
          summary: 'Contacts that the run skipped, each with its reason',
          tags,
          params: idParams,
          querystring: exceptionsQuery,
          response: { 200: pageOf(exceptionView) },
        },
      },
      async (request) => {
        const id = uuidOf('syncRun', request.params.id);
        const { after, limit, reason } = request.query;
        return database.app.inWorkspace(request.workspaceId, async (tx) => {
          const run = await requireRun(tx, id);
          const rows = await listExceptions(tx, { runId: id, reason, afterCrmId: after }, limit + 1);
          return pageFrom(rows, {
            limit,
            cursor: ({ crmId }) => crmId,
            item: showException(await accountOf(tx, run)),
          });
        });
      },
    );

    app.post(
      '/sync-runs/:id/undo',
      {
        schema: {
          summary: 'Undo: take back what the run wrote to HubSpot, where HubSpot still holds our value (E4)',
          description:
            'Properties that somebody changed since are left as they are, as are contacts that are gone; the changes of the run say which. Referrers and their links stay, so that what was shared keeps working; only HubSpot is not kept current for them until a sync runs again. Runs are undone from the last one backwards, and not while the ongoing sync is on. While this undo is open, it is answered with 200.',
          tags,
          params: idParams,
          response: { 200: runView, 201: runView },
        },
      },
      async (request, reply) => {
        const id = uuidOf('syncRun', request.params.id);
        return reply.send(await openOnce(database, { request, reply }, (tx) => undoRun(tx, id)));
      },
    );

    app.post(
      '/sync-runs/:id/retry',
      {
        schema: {
          summary: 'Retry the contacts that the run skipped, all or those of one reason',
          description:
            'A run of its own, with exceptions of its own: what is skipped again is listed there. While this retry is open, it is answered with 200.',
          tags,
          params: idParams,
          body: z.strictObject({ reason: z.enum(skipReasons).optional() }).nullish(),
          response: { 200: runView, 201: runView },
        },
      },
      async (request, reply) => {
        const runId = uuidOf('syncRun', request.params.id);
        const reason = request.body?.reason ?? null;
        return reply.send(
          await openOnce(database, { request, reply }, (tx) => retryRun(tx, { runId, reason })),
        );
      },
    );
  };

async function requireRun(tx: Tx, runId: string): Promise<SyncRun> {
  const run = await loadRun(tx, runId);
  if (!run) throw notFound('sync run');
  return run;
}
