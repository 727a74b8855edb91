import type { CrmRecord } from './gateway.ts';
import { isRecordId } from './record-id.ts';

/** Holds the ids that a record had before it was merged, parted by `;` (developer docs, read 2026-11-24). */
const mergedIdsProperty = 'hs_merged_object_ids';

/** What to ask HubSpot for, so that a record tells its merged ids whatever its reader wants of it. */
export const withMergedIds = (properties: readonly string[]): readonly string[] => [
  ...new Set([...properties, mergedIdsProperty]),
];

/** The ids in a record's properties, each once, without its own and without what is no id. */
export const mergedIds = ({ id, properties }: Pick<CrmRecord, 'id' | 'properties'>): readonly string[] => [
  ...new Set(
    (properties[mergedIdsProperty] ?? '')
      .split(';')
      .map((each) => each.trim())
      .filter((each) => isRecordId(each) && each !== id),
  ),
];
