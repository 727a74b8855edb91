import { type BatchKind, batchWrite } from './batch-write.ts';
import { objectPaths, onTheWire } from './crm-record.ts';
import type { CrmObjectType, RecordUpdate, RowFailure } from './gateway.ts';
import type { PortalAccess } from './portal-access.ts';

/** Resolves with the rows that HubSpot refused; all others are written. Safe to repeat. */
export type BatchUpdate = (updates: readonly RecordUpdate[]) => Promise<readonly RowFailure[]>;

/** Writes up to 100 records by their ids; the id of a merged-away record is `not-found` here, unlike in a single update. */
export function batchUpdate(objectType: CrmObjectType, access: PortalAccess): BatchUpdate {
  const kind: BatchKind = {
    path: access.paths('objects', objectPaths[objectType], 'batch', 'update'),
    input: ({ id, properties }) => ({ id, properties: onTheWire(properties) }),
    rowOf: ({ id }) => id,
  };
  return async (updates) => (await batchWrite(updates, kind, access)).failures;
}
