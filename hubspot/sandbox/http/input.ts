/** Readers for what a request brings; what does not fit is answered as HubSpot answers it. */
import { z } from 'zod';
import { invalid } from './errors.ts';

/** Bodies and queries as HubSpot reads them: unknown fields are ignored, wrong ones are a 400. */
export function parsed<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    ({ path, message }) => `${path.map(String).join('.') || 'body'}: ${message}`,
  );
  throw invalid(`Invalid input JSON: ${problems.join('; ')}`, {
    errors: problems.map((message) => ({ message })),
  });
}

/** A list in a query: HubSpot's pages show commas, its own client repeats the key; both are heard. */
export const names = z.union([z.string(), z.array(z.string())]).transform((value) =>
  [value]
    .flat()
    .flatMap((part) => part.split(','))
    .map((name) => name.trim())
    .filter(Boolean),
);

export const flag = z.enum(['true', 'false']).transform((value) => value === 'true');

/** A page size; above the maximum HubSpot answers 400 rather than fewer. */
export const limit = (options: { initial: number; max: number }) =>
  z.coerce.number().int().min(1).max(options.max, `must be at most ${options.max}`).default(options.initial);

/** Cursors are opaque: what a caller makes up itself is refused. */
export const encodeCursor = (position: number | string): string =>
  Buffer.from(`at:${position}`).toString('base64url');

export function decodeCursor(cursor: string | undefined): string {
  if (cursor === undefined || cursor === '') return '';
  const text = Buffer.from(cursor, 'base64url').toString();
  if (!text.startsWith('at:')) throw invalid(`The given paging cursor is not valid: ${cursor}`);
  return text.slice(3);
}

/** `paging` of a page that is followed by another; nothing on the last one. */
export function pagingAfter(
  after: string | undefined,
  url: string,
): { paging?: { next: { after: string; link: string } } } {
  if (after === undefined) return {};
  const link = new URL(url);
  link.searchParams.set('after', after);
  return { paging: { next: { after, link: link.toString() } } };
}
