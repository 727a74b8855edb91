import { z } from 'zod';
import { objectPaths, recordSchema } from './crm-record.ts';
import { HubSpotError, isHubSpotError } from './failures.ts';
import type { CrmLookup, CrmObjectType, CrmRecord, ReadOptions } from './gateway.ts';
import { withMergedIds } from './merged-ids.ts';
import type { PortalAccess } from './portal-access.ts';
import { isRecordId } from './record-id.ts';

/** HubSpot takes 100 ids in a batch read, and fewer with history; 50 is what others found to work. */
const batchReadLimit = ({ history = [] }: ReadOptions): number => (history.length > 0 ? 50 : 100);

/** HubSpot answers 414 somewhere between 8,000 and 16,000 characters of address; longer reads go in a body. */
export const longestPropertyQuery = 4_000;

export interface RecordReads {
  /** `idProperty` names a unique property to find it by. A merged id finds the live record. Throws `not-found`. */
  readonly one: (id: string, options: ReadOptions & { readonly idProperty?: string }) => Promise<CrmRecord>;
  /** One lookup per id, in the order asked; at most `batchReadLimit` ids. */
  readonly many: (ids: readonly string[], options: ReadOptions) => Promise<readonly CrmLookup[]>;
  /** At most 100 archived records, in any order, without those that are not archived (any more). */
  readonly archived: (ids: readonly string[], options: ReadOptions) => Promise<readonly CrmRecord[]>;
}

const foundSchema = z.object({ results: z.array(recordSchema) });

export function recordReads(objectType: CrmObjectType, { call, paths }: PortalAccess): RecordReads {
  const objects = objectPaths[objectType];

  async function one(
    id: string,
    { idProperty, properties: asked, history = [] }: ReadOptions & { idProperty?: string },
  ) {
    if (/^\.{0,2}$/.test(id)) throw new HubSpotError({ kind: 'not-found' }); // no id, and a path of its own meaning
    const properties = withMergedIds(asked);
    const wanted = {
      properties: properties.join(','),
      ...(history.length > 0 && { propertiesWithHistory: history.join(',') }),
    };
    const isLong = properties.join().length + history.join().length > longestPropertyQuery;
    const query = {
      ...(isLong ? { properties: 'hs_object_id' } : wanted),
      ...(idProperty !== undefined && { idProperty }),
    };
    const record = await call({
      method: 'GET',
      path: paths('objects', objects, id),
      query,
      schema: recordSchema,
    });
    if (!isLong) return record;
    const [whole] = await batch([record.id], { properties, history });
    if (whole === undefined) throw new HubSpotError({ kind: 'not-found' });
    return whole;
  }

  /** Results come in any order, and without those that do not exist. */
  async function batch(
    ids: readonly string[],
    { properties, history = [] }: ReadOptions,
    { archived = false } = {},
  ): Promise<readonly CrmRecord[]> {
    const body = {
      properties: withMergedIds(properties),
      propertiesWithHistory: history,
      inputs: ids.map((id) => ({ id })),
    };
    const path = paths('objects', objects, 'batch', 'read');
    const query = archived && { query: { archived: 'true' } };
    return (await call({ method: 'POST', path, ...query, body, schema: foundSchema })).results;
  }

  async function oneOrNull(id: string, options: ReadOptions): Promise<CrmRecord | null> {
    if (!isRecordId(id)) return null;
    return one(id, options).catch((error: unknown) => {
      if (isHubSpotError(error, 'not-found')) return null;
      throw error;
    });
  }

  async function many(ids: readonly string[], options: ReadOptions): Promise<readonly CrmLookup[]> {
    const limit = batchReadLimit(options);
    if (ids.length > limit)
      throw new RangeError(`A batch read takes at most ${limit} ids, not ${ids.length}`);
    const asked = [...new Set(ids)].filter(isRecordId);
    const found = new Map<string, CrmRecord | null>();
    if (asked.length > 1) for (const record of await batch(asked, options)) found.set(record.id, record);
    // A merged id is absent from a batch read, but a single read still follows it to the live record. One after the
    // other: many at once would queue behind each other for longer than a call may wait.
    for (const id of asked) if (!found.has(id)) found.set(id, await oneOrNull(id, options));
    return ids.map((askedId) => ({ askedId, record: found.get(askedId) ?? null }));
  }

  return {
    one,
    many,
    archived: async (ids, options) => (ids.length === 0 ? [] : batch(ids, options, { archived: true })),
  };
}
