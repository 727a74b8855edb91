import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Database, Tx } from '../../db/client.ts';
import type { OpenedRun } from '../commands/open-run.ts';
import { createOnce } from '../plugins/idempotency.ts';
import { type runView, showRun } from '../schemas/sync-run.ts';

/** Opens a run under the request's `Idempotency-Key`: 201 when it was started, 200 when the same order was open already. */
export const openOnce = (
  database: Database,
  exchange: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  open: (tx: Tx) => Promise<OpenedRun>,
): Promise<z.output<typeof runView>> =>
  createOnce(database, exchange, async (tx) => {
    const { run, started } = await open(tx);
    return { status: started ? 201 : 200, body: await showRun(tx, run) };
  });
