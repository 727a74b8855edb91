import type { FastifyReply } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { hasSeenTheEnd, progressStream, seenUntil } from '../commands/progress-stream.ts';
import { syncFeed } from '../commands/sync-feed.ts';
import { readSyncState } from '../commands/sync-state.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { idParams, uuidOf } from '../schemas/shared.ts';

const heartbeatMs = 15_000;
/** Then the client connects again and shows its key anew: a revoked one sees no more than this. */
const longestStreamMs = 5 * 60_000;
/** A client that does not read does not see the end either. */
const endWithinMs = 1_000;

const description = `Server-sent events: \`run\` has the campaign's latest run, \`ongoing\` the run that follows changes; \`data\` is a \`SyncRun\`, as \`GET /campaigns/{id}/sync\` answers it.
Both are sent at once, then each again when it has changed, at most twice a second; a comment comes every 15 seconds.

The stream ends when both runs are over, and after five minutes in any case. An \`EventSource\` then connects again by itself with \`Last-Event-ID\`: it gets what has changed since, or 204, after which it stays closed, when everything is over and known to it.
At most 20 streams of a workspace are open at a time.`;

/** S40: how far a sync is, without asking again and again. */
export const syncProgressRoutes =
  (deps: ApiDependencies): FastifyPluginAsyncZod =>
  async (app) => {
    const { database } = deps;
    const feed = syncFeed({ database, log: app.log });
    // Before the server waits for open requests, which these would be for minutes.
    app.addHook('preClose', async () => feed.close());

    app.get(
      '/campaigns/:id/sync/events',
      {
        // A HEAD would read the stream to its end and keep its place all the while.
        exposeHeadRoute: false,
        schema: {
          summary: 'The progress of a sync, live',
          description,
          tags: ['Contact sync'],
          params: idParams,
          headers: z.object({
            'last-event-id': z.string().optional().describe('the `id` of the last event that was seen'),
          }),
          response: {
            200: {
              description: 'A stream of events',
              content: { 'text/event-stream': { schema: z.string() } },
            },
            204: z.null().describe('Everything is over, and the client has seen it'),
          },
        },
      },
      async (request, reply) => {
        const { workspaceId } = request;
        const campaignId = uuidOf('campaign', request.params.id);
        const seen = seenUntil(request.headers['last-event-id']);
        const state = await readSyncState(database, { workspaceId, campaignId });
        // Who has left meanwhile is not told of again, and would keep a place among the streams for ever.
        if (reply.raw.destroyed || hasSeenTheEnd(seen, state)) return reply.code(204).send(null);
        const stream = progressStream(seen);
        const end = () => {
          stream.end();
          setTimeout(() => reply.raw.destroy(), endWithinMs).unref();
        };
        const unfollow = feed.follow({ workspaceId, campaignId }, { tell: stream.tell, end });
        const heartbeat = setInterval(stream.beat, heartbeatMs).unref();
        const longest = setTimeout(end, longestStreamMs).unref();
        reply.raw.once('close', () => {
          unfollow();
          clearInterval(heartbeat);
          clearTimeout(longest);
        });
        stream.tell(state);
        reply.type('text/event-stream; charset=utf-8');
        // nginx would keep events back until a buffer is full.
        reply.header('x-accel-buffering', 'no');
        const streamed: FastifyReply = reply;
        return streamed.send(stream.readable);
      },
    );
  };
