import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ApiDependencies } from '../dependencies.ts';

/**
 * What a log line may hold: a constant sentence, ids, the route's pattern. Never a body, an e-mail, a token or a query
 * string; a database error's own message repeats the parameters, so only its class, code and frames are kept.
 */
export const loggerOptions = ({
  config,
  logDestination,
}: Pick<ApiDependencies, 'config' | 'logDestination'>) => ({
  level: config.LOG_LEVEL,
  ...(logDestination && { stream: logDestination }),
  redact: [
    '*.authorization',
    '*.cookie',
    '*.headers',
    '*.body',
    '*.email',
    '*.accessToken',
    '*.refreshToken',
  ],
  serializers: { req: describeRequest, err: describeError },
});

const describeRequest = (request: FastifyRequest) => ({
  id: request.id,
  method: request.method,
  route: request.routeOptions?.url ?? 'none',
});

function describeError(error: unknown) {
  if (!(error instanceof Error)) return { type: typeof error, message: 'left out', stack: '' };
  const { code } = (error.cause ?? error) as { code?: unknown };
  return {
    type: error.name,
    message: 'left out, it can hold personal data',
    ...(typeof code === 'string' && { code }),
    stack: (error.stack ?? '')
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .slice(0, 8)
      .join('\n'),
  };
}

/** One line per answered request, and the request's id in every answer. */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  app.addHook('onResponse', async (request, reply) => {
    request.log.info(
      {
        method: request.method,
        route: request.routeOptions.url ?? 'none',
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'request answered',
    );
  });
}
