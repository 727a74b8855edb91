import { ApiProblem } from '../../../client/request.ts';

/** What the API says about single fields, by the field's name in the request. */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!(error instanceof ApiProblem)) return {};
  return Object.fromEntries(error.errors.map(({ field, message }) => [field, message]));
}
