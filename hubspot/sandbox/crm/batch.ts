/**
 * The rules that all batches share: at most 100 inputs, no id twice, results in no particular order, and all or
 * nothing unless each input carries a trace id of its own, which turns failures into parts of a 207.
 */
import { ApiError, ContactExists, invalid } from '../http/errors.ts';
import type { World } from '../world.ts';
import { type ObjectType, typeFacts } from './object-types.ts';

export const maxInputs = 100;

export interface BatchError {
  readonly status: 'error';
  readonly category: string;
  readonly message: string;
  readonly context: Readonly<Record<string, readonly string[]>>;
  readonly errors?: ApiError['body']['errors'];
}

export interface BatchAnswer {
  /** 207 when some inputs failed. */
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export function assertBatchSize(size: number, max = maxInputs): void {
  if (size === 0) throw invalid('The batch has no inputs.');
  if (size > max) throw invalid(`The batch has ${size} inputs, more than the maximum of ${max}.`);
}

/** Also refuses a batch that names a record twice. */
export function assertBatchIds(ids: readonly string[], max = maxInputs): void {
  assertBatchSize(ids.length, max);
  if (new Set(ids).size === ids.length) return;
  const repeated = [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
  throw invalid(`Duplicate IDs found in batch input: [${repeated.join(', ')}]. IDs must be unique`, {
    context: { ids: repeated },
  });
}

/** Thrown inside a batch for an id that does not exist; such ids are gathered into one error of a 207. */
export class UnknownId extends ApiError {
  readonly id: string;

  constructor(type: ObjectType, id: string) {
    super(404, { message: unknownMessage(type), category: 'OBJECT_NOT_FOUND', context: { ids: [id] } });
    this.id = id;
  }
}

/**
 * Runs one piece of work per input inside one transaction. `results` are what each answers; an unknown id never
 * spoils the others, any other failure does unless inputs are traced.
 */
export function runBatch<
  I extends { objectWriteTraceId?: string | null | undefined },
  R extends { id: string },
>(
  world: World,
  type: ObjectType,
  { inputs, success, work }: { inputs: readonly I[]; success: 200 | 201; work: (input: I) => R },
): BatchAnswer {
  const startedAt = new Date(world.now()).toISOString();
  const traces = inputs.flatMap((input) => input.objectWriteTraceId ?? []);
  const traced = new Set(traces).size === inputs.length;
  const results: R[] = [];
  const errors: BatchError[] = [];
  const unknownIds: string[] = [];
  world.store.transaction(() => {
    for (const input of inputs) {
      const trace = input.objectWriteTraceId ?? undefined;
      try {
        const result = traced ? world.store.transaction(() => work(input)) : work(input);
        results.push({ ...result, ...(trace === undefined ? {} : { objectWriteTraceId: trace }) });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (error instanceof UnknownId && !traced) unknownIds.push(error.id);
        else if (traced && trace !== undefined) errors.push(tracedError(error, trace));
        else throw untracedError(error);
      }
    }
  });
  if (unknownIds.length > 0) errors.push(unknownError(type, unknownIds));
  return batchAnswer(world, { results: scattered(results), errors, startedAt, success });
}

export function batchAnswer(
  world: World,
  answer: {
    results: readonly unknown[];
    errors: readonly unknown[];
    startedAt: string;
    success: 200 | 201;
  },
): BatchAnswer {
  const { results, errors, startedAt, success } = answer;
  const completedAt = new Date(world.now()).toISOString();
  const failed = errors.length === 0 ? {} : { numErrors: errors.length, errors };
  return {
    status: errors.length === 0 ? success : 207,
    body: { status: 'COMPLETE', results, ...failed, startedAt, completedAt },
  };
}

/** The error that names every id that a batch did not find. */
export const unknownError = (type: ObjectType, ids: readonly string[]): BatchError => ({
  status: 'error',
  category: 'OBJECT_NOT_FOUND',
  message: unknownMessage(type),
  context: { ids },
});

/** An order that is not the inputs' order, and the same each time. */
export const scattered = <R extends { id: string }>(results: readonly R[]): R[] =>
  results
    .map((result) => ({ result, place: Math.imul(Number(result.id), 0x9e37_79b1) >>> 0 }))
    .sort((a, b) => a.place - b.place)
    .map(({ result }) => result);

const unknownMessage = (type: ObjectType): string =>
  `Could not get some ${typeFacts[type].singular.toUpperCase()} objects, they may be deleted or not exist. Check that ids are valid.`;

function tracedError(error: ApiError, trace: string): BatchError {
  const existing = error instanceof ContactExists ? { existingId: [error.existingId] } : {};
  return {
    status: 'error',
    category: error.body.category ?? 'VALIDATION_ERROR',
    message: error.message,
    context: { ...error.body.context, objectWriteTraceId: [trace], ...existing },
    ...(error.body.errors === undefined ? {} : { errors: error.body.errors }),
  };
}

/** Without trace ids a taken e-mail is told without its owner. */
const untracedError = (error: ApiError): ApiError =>
  error instanceof ContactExists
    ? new ApiError(409, { message: 'Contact already exists', category: 'CONFLICT' })
    : error;
