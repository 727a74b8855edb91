import { type BatchUpdate, batchUpdate } from './batch-update.ts';
import { objectPaths, onTheWire, recordSchema } from './crm-record.ts';
import { HubSpotError } from './failures.ts';
import type { CrmObjectType, CrmProperties, CrmRecord } from './gateway.ts';
import type { PortalAccess } from './portal-access.ts';
import { isRecordId } from './record-id.ts';
import { type RecordReads, recordReads } from './record-reads.ts';

/** An association made together with a record, in the direction from the new record. */
export interface NewAssociation {
  readonly toId: string;
  readonly typeId: number;
}

/** What contacts and deals have in common. */
export interface CrmObjects {
  readonly create: (
    properties: CrmProperties,
    associations?: readonly NewAssociation[],
  ) => Promise<CrmRecord>;
  readonly update: (id: string, properties: CrmProperties) => Promise<CrmRecord>;
  readonly updateMany: BatchUpdate;
  readonly reads: RecordReads;
}

export function crmObjects(objectType: CrmObjectType, access: PortalAccess): CrmObjects {
  const { call, paths } = access;
  const objects = objectPaths[objectType];
  return {
    create: (properties, associations = []) =>
      call({
        method: 'POST',
        path: paths('objects', objects),
        body: {
          properties: onTheWire(properties),
          ...(associations.length > 0 && { associations: associations.map(association) }),
        },
        schema: recordSchema,
        repeatable: false,
      }),
    async update(id, properties) {
      if (!isRecordId(id)) throw new HubSpotError({ kind: 'not-found' });
      const body = { properties: onTheWire(properties) };
      return call({ method: 'PATCH', path: paths('objects', objects, id), body, schema: recordSchema });
    },
    updateMany: batchUpdate(objectType, access),
    reads: recordReads(objectType, access),
  };
}

const association = ({ toId, typeId }: NewAssociation) => ({
  to: { id: toId },
  types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: typeId }],
});
