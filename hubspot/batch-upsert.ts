import { type BatchKind, batchWrite } from './batch-write.ts';
import { objectPaths, onTheWire } from './crm-record.ts';
import type { CrmObjectType, RecordUpsert, RowFailure, UpsertOutcome } from './gateway.ts';
import type { PortalAccess } from './portal-access.ts';
import { unreadableAnswer } from './transport.ts';

export type BatchUpsert = (input: {
  readonly by: string;
  readonly rows: readonly RecordUpsert[];
}) => Promise<readonly UpsertOutcome[]>;

/**
 * Finds or makes up to 100 records by a unique property. Never search first and create then: the search index lags, and
 * what it does not show yet would be made twice. Safe to repeat: the second time finds what the first one made.
 */
export function batchUpsert(objectType: CrmObjectType, access: PortalAccess): BatchUpsert {
  const path = access.paths('objects', objectPaths[objectType], 'batch', 'upsert');

  return async ({ by, rows }) => {
    const kind: BatchKind = {
      path,
      // The property itself goes along: HubSpot warns of "partial upserts" by e-mail without saying what they are.
      input: ({ id, properties }) => ({
        id,
        idProperty: by,
        properties: { ...onTheWire(properties), [by]: id },
      }),
      rowOf: ({ objectWriteTraceId, properties }) => objectWriteTraceId ?? keyIn(by, properties[by] ?? ''),
    };
    const keyed = rows.map(({ key, properties }) => ({ id: keyIn(by, key), properties }));
    const { written, failures } = await batchWrite(keyed, kind, access);
    const refused = new Map(failures.map((failure) => [failure.id, failure]));
    return rows.map(({ key }) => outcome(key, keyIn(by, key)));

    function outcome(key: string, row: string): UpsertOutcome {
      const failure: RowFailure | undefined = refused.get(row);
      if (failure !== undefined) return { kind: 'refused', key, failure };
      const result = written.get(row);
      if (result === undefined) throw unreadableAnswer({ status: 200, repeatable: true });
      return { kind: result.new === true ? 'created' : 'updated', key, id: result.id };
    }
  };
}

/** HubSpot keeps addresses trimmed and in lower case, so two spellings of one are one row. */
const keyIn = (property: string, value: string): string =>
  property === 'email' ? value.trim().toLowerCase() : value;
