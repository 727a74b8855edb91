import { HubSpotError } from './failures.ts';
import type { CrmLookup, CrmObjectType, CrmRecord, ReadOptions } from './gateway.ts';
import type { Gathering } from './gathering.ts';
import type { RecordReads } from './record-reads.ts';
import type { CallScope } from './turn.ts';

/** Reads one record, together with whatever else is asked of its portal at the same time. Throws `not-found`. */
export type GatheredRead = (id: string, options: ReadOptions) => Promise<CrmRecord>;

/** Only callers of the same connection, epoch and lane who want the same properties share a batch. */
export function gatheredRead(
  { connectionId, epoch, lane }: CallScope,
  {
    objectType,
    reads,
    gather,
  }: { objectType: CrmObjectType; reads: RecordReads; gather: Gathering<CrmLookup> },
): GatheredRead {
  return async (id, options) => {
    const wanted = { properties: options.properties.toSorted(), history: (options.history ?? []).toSorted() };
    const key = [connectionId, epoch, lane, objectType, wanted];
    const { record } = await gather(key, (ids) => reads.many(ids, wanted))(id);
    if (record === null) throw new HubSpotError({ kind: 'not-found' });
    return record;
  };
}
