import { z } from 'zod';
import { pagingSchema, recordSchema } from './crm-record.ts';
import type { CrmRecord, HubSpot } from './gateway.ts';
import { withMergedIds } from './merged-ids.ts';
import { pageOf } from './page.ts';
import type { PortalAccess } from './portal-access.ts';
import { longestPropertyQuery, type RecordReads } from './record-reads.ts';

/** HubSpot's largest page of the list API. */
const pageSize = 100;
const pageSchema = z.object({ results: z.array(recordSchema), paging: pagingSchema });

/** Pages of the list API: of the contacts that live, or of those in the recycle bin. */
export function contactPages(
  { call, paths }: PortalAccess,
  reads: RecordReads,
  { archived }: { readonly archived: boolean },
): HubSpot['contacts']['page'] {
  return async ({ after, properties }) => {
    const wanted = withMergedIds(properties).join(',');
    const isLong = wanted.length > longestPropertyQuery;
    const query = {
      limit: String(pageSize),
      properties: isLong ? 'hs_object_id' : wanted,
      ...(archived && { archived: 'true' }),
      ...(after !== null && { after }),
    };
    const path = paths('objects', 'contacts');
    const { results, paging } = await call({ method: 'GET', path, query, schema: pageSchema });
    const records = isLong ? await whole(results, properties) : results;
    return pageOf(records, { asked: after, told: paging });
  };

  /** One that changed sides since it was listed is left out. */
  async function whole(
    found: readonly CrmRecord[],
    properties: readonly string[],
  ): Promise<readonly CrmRecord[]> {
    const ids = found.map(({ id }) => id);
    if (!archived) return (await reads.many(ids, { properties })).flatMap(({ record }) => record ?? []);
    const records = new Map((await reads.archived(ids, { properties })).map((record) => [record.id, record]));
    return ids.flatMap((id) => records.get(id) ?? []);
  }
}
