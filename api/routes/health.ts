import { sql } from 'drizzle-orm';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ApiDependencies } from '../dependencies.ts';
import { Problem } from '../problem.ts';

export const healthRoutes =
  ({ database }: ApiDependencies): FastifyPluginAsyncZod =>
  async (app) => {
    const schema = (summary: string) => ({
      summary,
      tags: ['Operation'],
      security: [],
      response: { 200: z.object({ status: z.literal('ok') }) },
    });

    app.get('/healthz', { schema: schema('The process lives'), logLevel: 'warn' }, async () => ({
      status: 'ok' as const,
    }));

    app.get('/readyz', { schema: schema('The database answers'), logLevel: 'warn' }, async () => {
      await Promise.all([
        database.system.execute(sql`select 1`),
        database.app.inWorkspace('00000000-0000-0000-0000-000000000000', (tx) => tx.execute(sql`select 1`)),
      ]).catch(() => {
        throw new Problem(503, 'The database does not answer.');
      });
      return { status: 'ok' as const };
    });
  };
