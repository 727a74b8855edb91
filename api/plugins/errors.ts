import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { HubSpotError } from '../../hubspot/failures.ts';
import { type FieldProblem, Problem, type ProblemDetails, problemTitle } from '../problem.ts';

/** Turns whatever a route throws into problem details; nothing of an unexpected error reaches the caller. */
export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: unknown, request, reply) => {
    const problem = toProblem(error);
    if (problem.status >= 500) request.log.error({ err: error }, 'a request failed');
    return sendProblem(request, reply, problem);
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      request,
      reply,
      new Problem(404, 'There is nothing at this address. The reference is at /docs.'),
    ),
  );
}

export function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply {
  const { status, detail, errors } = problem;
  const body: ProblemDetails = {
    type: 'about:blank',
    title: problemTitle(status),
    status,
    detail,
    instance: request.id,
    ...(errors.length > 0 && { errors: [...errors] }),
  };
  return reply
    .code(status)
    .headers(problem.headers)
    .type('application/problem+json')
    .serializer((value: unknown) => JSON.stringify(value))
    .send(body);
}

export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    return new Problem(400, 'The request does not match the schema of this route; see `errors`.', {
      errors: error.validation.flatMap(fieldProblems),
    });
  }
  if (error instanceof HubSpotError) return hubspotProblem(error);
  const { statusCode, code } = (error ?? {}) as Partial<FastifyError>;
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new Problem(statusCode, requestProblems[code ?? ''] ?? problemTitle(statusCode));
  }
  return new Problem(
    500,
    'The request could not be completed. Try again; if it stays, tell the operator this request id.',
  );
}

/** What Fastify itself refuses, in our words; its own texts can repeat parts of the body. */
const requestProblems: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'Send the body as application/json.',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The body is empty although it was announced as JSON; send an object.',
  FST_ERR_CTP_INVALID_JSON_BODY: 'The body is not valid JSON.',
  FST_ERR_CTP_BODY_TOO_LARGE: 'The body is larger than 1 MiB.',
};

function fieldProblems(issue: {
  instancePath: string;
  message?: string;
  params: Record<string, unknown>;
}): FieldProblem[] {
  const field = issue.instancePath.replace(/^\//, '').replaceAll('/', '.');
  const unknown = issue.params['keys'];
  if (Array.isArray(unknown)) {
    return unknown.map((key) => ({
      field: field ? `${field}.${key}` : String(key),
      message: 'This field is not known here; remove it.',
    }));
  }
  return [{ field, message: issue.message ?? 'This value is not valid.' }];
}

/** HubSpot's failures while a person waits: what it means and who can do something about it. */
function hubspotProblem({ detail }: HubSpotError): Problem {
  switch (detail.kind) {
    case 'connection-closed':
    case 'reconnect-needed':
      return new Problem(409, 'The connection to HubSpot is no longer valid. Connect HubSpot again.');
    case 'missing-scope':
      return new Problem(
        409,
        'The HubSpot account did not grant a permission that this needs. Connect HubSpot again and grant it.',
      );
    case 'retry-after':
      return new Problem(503, 'HubSpot asks to slow down. Try again in a moment.', {
        headers: { 'retry-after': String(Math.ceil((detail.retryAfterMs ?? 1_000) / 1_000)) },
      });
    case 'misconfigured':
      return new Problem(
        502,
        'HubSpot does not accept this installation’s app. Whoever runs it must check HUBSPOT_CLIENT_ID and HUBSPOT_CLIENT_SECRET.',
      );
    case 'not-found':
      return new Problem(404, 'HubSpot does not have this record.');
    default:
      return new Problem(502, 'HubSpot refused or did not answer this request. Try again in a moment.');
  }
}
