import type { FastifyInstance } from 'fastify';
import type { ApiDependencies } from '../dependencies.ts';
import { messagePage } from '../pages/message-page.ts';
import { sendPage, wantsPage } from '../pages/send-page.ts';
import { sendProblem, toProblem } from './errors.ts';

/** A route's own limit: so many requests a minute and address, in this process. */
export const limited = ({ config }: Pick<ApiDependencies, 'config'>) => ({
  config: { rateLimit: { max: config.PUBLIC_RATE_LIMIT, timeWindow: 60_000 } },
});

/** In the public scope a browser gets a page also when something goes wrong. */
export function answerPublicErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: unknown, request, reply) => {
    const problem = toProblem(error);
    if (problem.status >= 500) request.log.error({ err: error }, 'a request failed');
    if (!wantsPage(request)) return sendProblem(request, reply, problem);
    const title = problem.status === 429 ? 'Too many at once' : 'That did not work';
    const text = texts[problem.status] ?? 'Please go back and try again in a moment.';
    return sendPage(
      reply.headers(problem.headers),
      problem.status,
      messagePage({ tone: 'problem', title, text }),
    );
  });
}

const texts: Readonly<Record<number, string>> = {
  429: 'Please wait a minute, then try again.',
  404: 'There is nothing at this address.',
  413: 'What was sent is too large.',
};
