import type { FastifyRequest } from 'fastify';
import { Problem } from './problem.ts';

/** The version of a row as its entity tag. */
export const etagOf = ({ version }: { readonly version: number }): string => `"${version}"`;

/** The version that an edit was made for; null when the caller does not mind what it was. */
export function ifMatch(request: FastifyRequest): number | null {
  const header = request.headers['if-match'];
  if (header === undefined || header === '*') return null;
  const version = /^(?:W\/)?"(\d{1,9})"$/.exec(header)?.[1];
  if (version === undefined)
    throw new Problem(400, 'If-Match must be one ETag as this API gave it, such as "3".');
  return Number(version);
}

export function refuseStale(current: { readonly version: number }, expected: number | null): void {
  if (expected === null || expected === current.version) return;
  throw new Problem(
    412,
    `Version ${expected} was edited meanwhile; it is now ${current.version}. Read it again, then repeat your edit.`,
  );
}
