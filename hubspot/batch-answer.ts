import { z } from 'zod';
import { idSchema, valueSchema } from './crm-record.ts';
import { contextValues, errorFacts } from './error-body.ts';
import type { RecordUpdate, RowFailure } from './gateway.ts';

const resultSchema = z.object({
  id: idSchema,
  objectWriteTraceId: z.string().nullish().catch(null),
  properties: z.record(z.string(), valueSchema).catch({}),
  /** Of an upsert: whether it made the record. */
  new: z.boolean().nullish().catch(null),
});

/** A row that was written. */
export type BatchResult = z.output<typeof resultSchema>;

/** 200, or 207 with some rows refused. */
export const batchAnswerSchema = z.object({
  results: z.array(resultSchema).default([]),
  errors: z.array(z.unknown()).default([]),
});

/** The categories that are about a row for good; any other may pass, so that row is sent again by itself. */
const rowKinds: Readonly<Record<string, RowFailure['kind']>> = {
  OBJECT_NOT_FOUND: 'not-found',
  CONFLICT: 'conflict',
  OBJECT_ALREADY_EXISTS: 'conflict',
  VALIDATION_ERROR: 'invalid',
};

/**
 * Sorts the rows of an answered batch: refused by name, written, or `unexplained` (neither written nor named by an
 * error). A row that stands alone needs no name.
 */
export function rowFailures(
  rows: readonly RecordUpdate[],
  { results, errors }: z.output<typeof batchAnswerSchema>,
  rowOf: (result: BatchResult) => string,
): { readonly failures: readonly RowFailure[]; readonly unexplained: ReadonlySet<string> } {
  const left = new Set(errors.length === 0 ? [] : rows.map(({ id }) => id));
  for (const result of results) left.delete(rowOf(result));
  const alone = rows.length === 1;
  const failures = errors.flatMap((error) => {
    const { category = '', property, code, valueTaken } = errorFacts(error);
    const kind = valueTaken ? 'conflict' : (rowKinds[category] ?? (alone ? 'invalid' : undefined));
    const named = ['objectWriteTraceId', 'ids', 'id'].flatMap((key) => contextValues(error, key));
    const blamed = alone ? rows.map(({ id }) => id) : named;
    return blamed.flatMap((id): RowFailure[] => {
      if (kind === undefined || !left.delete(id)) return []; // an error may name a row twice, by its trace and its id
      return [{ id, kind, ...(property !== undefined && { property }), ...(code !== undefined && { code }) }];
    });
  });
  return { failures, unexplained: left };
}
