import { isRecordId } from './crm-record.ts';
import type { CrmRecord } from './gateway.ts';

/** Ask for it to learn which other ids lead to a record. */
export const mergedIdsProperty = 'hs_merged_object_ids';

/**
 * The ids that a record had before it was merged; each of them still finds it in a single read, none in a batch or a
 * search. Empty for a record that was never merged, or read without `mergedIdsProperty`.
 */
export const mergedIds = ({ id, properties }: CrmRecord): readonly string[] => [
  ...new Set(
    (properties[mergedIdsProperty] ?? '')
      .split(';')
      .map((each) => each.trim())
      .filter((each) => isRecordId(each) && each !== id),
  ),
];
