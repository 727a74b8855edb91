import { z } from 'zod';
import { fromPublicId, type IdKind } from '../../domain/id.ts';
import { isCurrency } from '../../domain/money.ts';
import { notFound, Problem } from '../problem.ts';

/** An instant in UTC, such as `2026-05-03T09:30:00.000Z`. */
export const instant = z.iso.datetime();

/** Text that PostgreSQL and JSON can hold, and that cannot forge a line in a log or a file. */
export const text = (max: number) =>
  z
    .string()
    .max(max, `At most ${max} characters.`)
    .regex(/^[^\p{Cc}\p{Cs}\u2028\u2029]*$/u, 'Control characters are not allowed.');

/** A line that a person typed, trimmed. */
export const line = (max: number) => text(max).trim().min(1, 'This must not be empty.');

/** A slug or code from an address; anything else becomes a word that nothing is named by. */
export const publicWord = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .catch('');

export const pageQuery = z.strictObject({
  after: z.string().max(64).optional().describe('the `next` of the page before'),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

export const pageOf = <S extends z.ZodType>(item: S) =>
  z.object({
    items: z.array(item),
    next: z.string().nullable().describe('pass it as `after`; null on the last page'),
  });

/** Cuts a page from rows of which one more than `limit` was asked for. */
export function pageFrom<R, T>(
  rows: readonly R[],
  { limit, cursor, item }: { limit: number; cursor: (row: R) => string; item: (row: R) => T },
): { items: T[]; next: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(item), next: rows.length > limit && last !== undefined ? cursor(last) : null };
}

export const idParams = z.object({ id: z.string() });

const nouns: Partial<Record<IdKind, string>> = { syncRun: 'sync run' };

/** The uuid behind a public id; a malformed one is as unknown as a foreign one. */
export function uuidOf(kind: IdKind, publicId: string): string {
  const uuid = fromPublicId(kind, publicId);
  if (uuid === null) throw notFound(nouns[kind] ?? kind);
  return uuid;
}

/** A filter that need not be given. */
export const uuidOrUndefined = (kind: IdKind, publicId: string | undefined): string | undefined =>
  publicId === undefined ? undefined : uuidOf(kind, publicId);

/** The row behind a cursor, which is the public id of the last item that was shown. */
export function cursorOf(kind: IdKind, after: string | undefined): string | undefined {
  const uuid = after === undefined ? undefined : fromPublicId(kind, after);
  if (uuid === null)
    throw new Problem(400, '`after` is no cursor of this list. Pass the `next` of the page before.');
  return uuid;
}

/** For lists that can be narrowed to one campaign. */
export const campaignFilter = { campaignId: z.string().optional() };

export const currency = z
  .string()
  .refine(
    (code) => isCurrency(code) && Intl.supportedValuesOf('currency').includes(code),
    'Must be an ISO 4217 code such as USD.',
  );
