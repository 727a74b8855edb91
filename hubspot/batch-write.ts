import { type BatchResult, batchAnswerSchema, rowFailures } from './batch-answer.ts';
import { type HubSpotFailureDetail, isHubSpotError } from './failures.ts';
import type { CrmProperties, RecordUpdate, RowFailure } from './gateway.ts';
import type { PortalAccess } from './portal-access.ts';
import { type RefusalLessons, refusalLessons } from './refusal-lessons.ts';

/** HubSpot's own limit of inputs in a batch. */
const batchLimit = 100;

/** One way to write many records; a row's `id` is the name under which its fate is told. */
export interface BatchKind {
  readonly path: string;
  /** The row as HubSpot takes it. */
  readonly input: (row: RecordUpdate) => Readonly<Record<string, unknown>>;
  /** Which row a written result belongs to: results come in any order. */
  readonly rowOf: (result: BatchResult) => string;
}

export interface BatchOutcome {
  /** Written rows that HubSpot named; without errors in its answer it may leave some out. */
  readonly written: ReadonlyMap<string, BatchResult>;
  readonly failures: readonly RowFailure[];
}

/**
 * Writes up to 100 rows at once; safe to repeat if one of them is. HubSpot either refuses single rows (207) or, for one
 * bad row, the whole batch; then the batch is halved until the row stands alone, which costs about 2·log2(n) more calls
 * for each bad row.
 */
export async function batchWrite(
  rows: readonly RecordUpdate[],
  kind: BatchKind,
  { call }: Pick<PortalAccess, 'call'>,
): Promise<BatchOutcome> {
  if (rows.length > batchLimit)
    throw new RangeError(`A batch write takes at most ${batchLimit} records, not ${rows.length}`);
  const lessons = refusalLessons();
  const written = new Map<string, BatchResult>();
  return { written, failures: await write(oncePerRecord(rows)) };

  async function write(wanted: readonly RecordUpdate[]): Promise<readonly RowFailure[]> {
    const known = wanted.flatMap((row) => knownFailure(row, lessons));
    const rest = known.length === 0 ? wanted : wanted.filter((row) => lessons.refusalOf(row) === undefined);
    return rest.length === 0 ? known : [...known, ...(await send(rest))];
  }

  async function send(sent: readonly RecordUpdate[]): Promise<readonly RowFailure[]> {
    // A trace id per row asks for an answer per row, which HubSpot promises for creates and mostly gives for the others.
    const body = { inputs: sent.map((row) => ({ ...kind.input(row), objectWriteTraceId: row.id })) };
    try {
      const answer = await call({ method: 'POST', path: kind.path, body, schema: batchAnswerSchema });
      for (const result of answer.results) written.set(kind.rowOf(result), result);
      const { failures, unexplained } = rowFailures(sent, answer, kind.rowOf);
      const rest = sent.filter(({ id }) => unexplained.has(id));
      return rest.length === 0 ? failures : [...failures, ...(await inHalves(rest))];
    } catch (error) {
      if (!isHubSpotError(error, 'invalid', 'conflict', 'not-found')) throw error;
      const [only] = sent;
      if (sent.length > 1 || only === undefined) return inHalves(sent);
      lessons.learn(only, error.detail);
      return [refusedRow(only.id, error.detail)];
    }
  }

  /** One after the other: what is learned from a refused row spares its like in the other half. */
  async function inHalves(whole: readonly RecordUpdate[]): Promise<readonly RowFailure[]> {
    const middle = Math.ceil(whole.length / 2);
    const first = await write(whole.slice(0, middle));
    return [...first, ...(await write(whole.slice(middle)))];
  }
}

/** HubSpot refuses a batch that names a record twice; of two values for one property the later holds. */
function oncePerRecord(rows: readonly RecordUpdate[]): readonly RecordUpdate[] {
  const merged = new Map<string, CrmProperties>();
  for (const { id, properties } of rows) merged.set(id, { ...merged.get(id), ...properties });
  return [...merged].map(([id, properties]) => ({ id, properties }));
}

function knownFailure(row: RecordUpdate, lessons: RefusalLessons): readonly RowFailure[] {
  const detail = lessons.refusalOf(row);
  return detail === undefined ? [] : [refusedRow(row.id, detail)];
}

function refusedRow(id: string, { kind, property, code }: HubSpotFailureDetail): RowFailure {
  return {
    id,
    kind: kind === 'not-found' || kind === 'conflict' ? kind : 'invalid',
    ...(property !== undefined && { property }),
    ...(code !== undefined && { code }),
  };
}
