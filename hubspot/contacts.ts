import { z } from 'zod';
import { batchUpsert } from './batch-upsert.ts';
import { crmObjects } from './crm-objects.ts';
import { isRecordId, pagingSchema, recordSchema } from './crm-record.ts';
import { isHubSpotError } from './failures.ts';
import type { CrmRecord, HubSpot } from './gateway.ts';
import type { GatheredRead } from './gathered-read.ts';
import { pageOf } from './page.ts';
import type { PortalAccess } from './portal-access.ts';
import { longestPropertyQuery, type RecordReads } from './record-reads.ts';

type Contacts = HubSpot['contacts'];

/** HubSpot's largest page of the list API. */
const pageSize = 100;
const pageSchema = z.object({ results: z.array(recordSchema), paging: pagingSchema });

export function contacts(access: PortalAccess, gather: (reads: RecordReads) => GatheredRead): Contacts {
  const { create, update, updateMany, reads } = crmObjects('contact', access);

  const page: Contacts['page'] = async ({ after, properties }) => {
    const isLong = properties.join().length > longestPropertyQuery;
    const query = {
      limit: String(pageSize),
      ...(properties.length > 0 && { properties: isLong ? 'hs_object_id' : properties.join(',') }),
      ...(after !== null && { after }),
    };
    const path = access.paths('objects', 'contacts');
    const { results, paging } = await access.call({ method: 'GET', path, query, schema: pageSchema });
    const records = isLong ? await wholeRecords(results) : results;
    return pageOf(records, { asked: after, told: paging });

    async function wholeRecords(found: readonly CrmRecord[]): Promise<readonly CrmRecord[]> {
      const lookups = await reads.many(
        found.map(({ id }) => id),
        { properties },
      );
      return lookups.flatMap(({ record }) => record ?? []);
    }
  };

  const erase: Contacts['erase'] = async (id) => {
    if (!isRecordId(id)) return 'absent';
    const path = access.paths('objects', 'contacts', 'gdpr-delete');
    try {
      await access.call({ method: 'POST', path, body: { objectId: id }, schema: z.unknown() });
      return 'erased';
    } catch (error) {
      if (isHubSpotError(error, 'not-found')) return 'absent';
      throw error;
    }
  };

  return {
    create: (properties) => create(properties),
    read: gather(reads),
    readByEmail: (email, options) => reads.one(email, { ...options, idProperty: 'email' }),
    readMany: reads.many,
    update,
    updateMany,
    upsertMany: batchUpsert('contact', access),
    erase,
    page,
  };
}
