import { batchAnswerSchema, rowFailures } from './batch-answer.ts';
import { objectPaths, onTheWire } from './crm-record.ts';
import { type HubSpotFailureDetail, isHubSpotError } from './failures.ts';
import type { CrmObjectType, CrmProperties, RecordUpdate, RowFailure } from './gateway.ts';
import type { PortalAccess } from './portal-access.ts';

/** HubSpot's own limit of inputs in a batch. */
const batchLimit = 100;

/** Resolves with the rows that HubSpot refused; all others are written. Safe to repeat. */
export type BatchUpdate = (updates: readonly RecordUpdate[]) => Promise<readonly RowFailure[]>;

/**
 * Writes up to 100 records at once. HubSpot either refuses single rows (207) or, for one bad row, the whole batch; then
 * the batch is halved until the row stands alone, which costs about 2·log2(n) more calls for each bad row.
 */
export function batchUpdate(objectType: CrmObjectType, { call, paths }: PortalAccess): BatchUpdate {
  const path = paths('objects', objectPaths[objectType], 'batch', 'update');

  async function write(updates: readonly RecordUpdate[], lessons: Lessons): Promise<readonly RowFailure[]> {
    const known = updates.flatMap((update) => lessons.failureOf(update) ?? []);
    const rows =
      known.length === 0 ? updates : updates.filter((update) => lessons.failureOf(update) === undefined);
    return rows.length === 0 ? known : [...known, ...(await send(rows, lessons))];
  }

  async function send(rows: readonly RecordUpdate[], lessons: Lessons): Promise<readonly RowFailure[]> {
    // A trace id per row asks for an answer per row, which HubSpot promises for creates and mostly gives for updates.
    const body = {
      inputs: rows.map(({ id, properties }) => ({
        id,
        properties: onTheWire(properties),
        objectWriteTraceId: id,
      })),
    };
    try {
      const answer = await call({ method: 'POST', path, body, schema: batchAnswerSchema });
      const { failures, unexplained } = rowFailures(rows, answer);
      const rest = rows.filter(({ id }) => unexplained.has(id));
      return rest.length === 0 ? failures : [...failures, ...(await inHalves(rest, lessons))];
    } catch (error) {
      if (!isHubSpotError(error, 'invalid', 'conflict', 'not-found')) throw error;
      const [only] = rows;
      if (rows.length > 1 || only === undefined) return inHalves(rows, lessons);
      lessons.learn(only, error.detail);
      return [refusedRow(only.id, error.detail)];
    }
  }

  /** One after the other: what is learned from a refused row spares its like in the other half. */
  async function inHalves(rows: readonly RecordUpdate[], lessons: Lessons): Promise<readonly RowFailure[]> {
    const middle = Math.ceil(rows.length / 2);
    const first = await write(rows.slice(0, middle), lessons);
    return [...first, ...(await write(rows.slice(middle), lessons))];
  }

  return async (updates) => {
    if (updates.length > batchLimit) {
      throw new RangeError(`A batch update takes at most ${batchLimit} records, not ${updates.length}`);
    }
    return write(oncePerRecord(updates), lessonsOfRefusals());
  };
}

/** HubSpot refuses a batch that names an id twice; of two values for one property the later holds. */
function oncePerRecord(updates: readonly RecordUpdate[]): readonly RecordUpdate[] {
  const merged = new Map<string, CrmProperties>();
  for (const { id, properties } of updates) merged.set(id, { ...merged.get(id), ...properties });
  return [...merged].map(([id, properties]) => ({ id, properties }));
}

function refusedRow(id: string, { kind, property, code }: HubSpotFailureDetail): RowFailure {
  return {
    id,
    kind: kind === 'not-found' || kind === 'conflict' ? kind : 'invalid',
    ...(property !== undefined && { property }),
    ...(code !== undefined && { code }),
  };
}

/** What a refused row tells of others: without it a hundred rows with the same fault would cost two hundred calls. */
interface Lessons {
  learn(row: RecordUpdate, detail: HubSpotFailureDetail): void;
  failureOf(row: RecordUpdate): RowFailure | undefined;
}

/** Codes that condemn the property whatever its value; `INVALID_…` condemns the value; all others may lie in the record. */
const propertyCodes: ReadonlySet<string> = new Set(['PROPERTY_DOESNT_EXIST', 'READ_ONLY_VALUE']);

function lessonsOfRefusals(): Lessons {
  const learned = new Map<string, HubSpotFailureDetail>();
  return {
    learn(row, detail) {
      const { kind, property, code } = detail;
      if (kind !== 'invalid' || property === undefined || code === undefined) return;
      if (propertyCodes.has(code)) learned.set(property, detail);
      else if (code.startsWith('INVALID_')) learned.set(ofValue(property, row.properties[property]), detail);
    },
    failureOf({ id, properties }) {
      for (const [property, value] of Object.entries(properties)) {
        const detail = learned.get(property) ?? learned.get(ofValue(property, value));
        if (detail !== undefined) return refusedRow(id, detail);
      }
      return undefined;
    },
  };
}

const ofValue = (property: string, value: string | null | undefined): string =>
  JSON.stringify([property, value ?? null]);
