import { z } from 'zod';
import { objectPaths, recordSchema } from './crm-record.ts';
import { HubSpotError } from './failures.ts';
import type { ChangedRecords, CrmObjectType, CrmRecord, HubSpot } from './gateway.ts';
import { withMergedIds } from './merged-ids.ts';
import type { PortalAccess } from './portal-access.ts';
import { type RecordReads, recordReads } from './record-reads.ts';

/** HubSpot's largest page of a search. */
const pageSize = 200;
/** HubSpot refuses a search body of more than 3,000 characters; long property lists are read in a second step. */
const longestBody = 3_000;
/** HubSpot answers 500 to a search that begins at 1970; one second later is fine. */
const earliestMs = 1_000;
const batchSize = 100;

const modifiedProperty = {
  contact: 'lastmodifieddate',
  deal: 'hs_lastmodifieddate',
} as const satisfies Record<CrmObjectType, string>;

const foundSchema = z.object({ results: z.array(recordSchema) });

/**
 * One page of what changed in a window. Paged by `hs_object_id` and never by offset: an offset stops at 10,000 records,
 * and shifts under a record that changes while it is read.
 */
export function changedRecords(access: PortalAccess): HubSpot['changed'] {
  const { call, paths } = access;
  return async (input) => {
    const whole = searchBody(input, input.properties);
    const isLong = JSON.stringify(whole).length > longestBody;
    const body = isLong ? searchBody(input, ['hs_object_id']) : whole;
    const path = paths('objects', objectPaths[input.objectType], 'search');
    const { results } = await call({ method: 'POST', path, body, budget: 'search', schema: foundSchema });
    const page = ascending(results, input.afterId);
    // A full page that is not beyond the last id is an answer to another question: taken for a short one, it would end
    // the window before its end.
    if (results.length >= pageSize && page.length < results.length)
      throw new HubSpotError({ kind: 'unavailable', code: 'PAGE_REPEATED' });
    return isLong ? wholeRecords(page, input.properties, recordReads(input.objectType, access)) : page;
  };
}

const searchBody = (input: ChangedRecords, properties: readonly string[]) => ({
  filterGroups: [
    {
      filters: [
        {
          propertyName: modifiedProperty[input.objectType],
          operator: 'BETWEEN',
          value: epochMs(input.from),
          highValue: epochMs(input.to),
        },
        ...(input.afterId === null
          ? []
          : [{ propertyName: 'hs_object_id', operator: 'GT', value: input.afterId }]),
      ],
    },
  ],
  sorts: [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }],
  properties: withMergedIds(properties),
  limit: pageSize,
});

const epochMs = (instant: string): string => String(Math.max(Date.parse(instant), earliestMs));

/** The next page is asked by the last id of this one, so the order is made sure of here. */
function ascending(records: readonly CrmRecord[], afterId: string | null): readonly CrmRecord[] {
  const last = BigInt(afterId ?? -1);
  return records.filter(({ id }) => BigInt(id) > last).sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
}

async function wholeRecords(
  page: readonly CrmRecord[],
  properties: readonly string[],
  reads: RecordReads,
): Promise<readonly CrmRecord[]> {
  const whole: CrmRecord[] = [];
  for (let start = 0; start < page.length; start += batchSize) {
    const found = page.slice(start, start + batchSize);
    const lookups = await reads.many(
      found.map(({ id }) => id),
      { properties },
    );
    // One that was deleted or merged since the search stays as it was found: the page keeps its length and its ids.
    for (const [index, row] of found.entries()) {
      const record = lookups[index]?.record;
      whole.push(record?.id === row.id ? record : row);
    }
  }
  return whole;
}
