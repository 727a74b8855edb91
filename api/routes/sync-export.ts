import { pipeline, Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { FastifyReply } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Database } from '../../db/client.ts';
import { type ExceptionFilter, listExceptions, loadRun } from '../../db/queries/sync-run-views.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { notFound } from '../problem.ts';
import { idParams, uuidOf } from '../schemas/shared.ts';
import { accountOf, exceptionsFilter, showException } from '../schemas/sync-change.ts';

/** Rows that are in memory at a time; each page is a transaction of its own, so that a slow reader holds none open. */
const rowsPerPage = 1_000;

const columns = [
  { key: 'contactId', header: 'contact_id' },
  { key: 'hubspotUrl', header: 'hubspot_url' },
  { key: 'reason', header: 'reason' },
  { key: 'sentence', header: 'sentence' },
  { key: 'detail', header: 'detail' },
];

export const syncExportRoutes =
  ({ database }: ApiDependencies): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/sync-runs/:id/exceptions.csv',
      {
        schema: {
          summary: 'The skipped contacts of a run as a CSV file',
          description: 'Values that a spreadsheet would take for a formula begin with an apostrophe.',
          tags: ['Contact sync'],
          params: idParams,
          querystring: exceptionsFilter,
          response: {
            200: { description: 'One line per contact', content: { 'text/csv': { schema: z.string() } } },
          },
        },
      },
      async (request, reply) => {
        const runId = uuidOf('syncRun', request.params.id);
        const { workspaceId } = request;
        const { reason } = request.query;
        const item = await database.app.inWorkspace(workspaceId, async (tx) => {
          const run = await loadRun(tx, runId);
          if (!run) throw notFound('sync run');
          return showException(await accountOf(tx, run));
        });
        const file = stringify({ header: true, columns, escape_formulas: true });
        // When either end breaks, so does the other: the client is cut off rather than left to believe half a file.
        pipeline(
          Readable.from(exceptionsOf(database, workspaceId, { runId, reason })).map(item),
          file,
          () => {},
        );
        reply.header('content-disposition', `attachment; filename="exceptions-${request.params.id}.csv"`);
        reply.type('text/csv; charset=utf-8');
        const streamed: FastifyReply = reply;
        await streamed.send(file);
      },
    );
  };

async function* exceptionsOf(database: Database, workspaceId: string, filter: ExceptionFilter) {
  for (let afterCrmId: string | undefined; ; ) {
    const page = await database.app.inWorkspace(workspaceId, (tx) =>
      listExceptions(tx, { ...filter, afterCrmId }, rowsPerPage),
    );
    yield* page;
    afterCrmId = page.at(-1)?.crmId;
    if (page.length < rowsPerPage) return;
  }
}
