import type { FastifyRequest } from 'fastify';
import { toProblem } from './plugins/errors.ts';
import type { FieldProblem } from './problem.ts';

/** What was typed, to be shown again; only what is text. */
export function typedValues({ body }: Pick<FastifyRequest, 'body'>): Record<string, string> {
  if (typeof body !== 'object' || body === null) return {};
  return Object.fromEntries(
    Object.entries(body).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

export const formProblems = (validationError: Error): readonly FieldProblem[] =>
  toProblem(validationError).errors;
