import { z } from 'zod';
import type { CrmObjectType, CrmProperties, CrmRecord } from './gateway.ts';
import { instantSchema } from './instant.ts';
import { mergedIds } from './merged-ids.ts';
import { isRecordId } from './record-id.ts';

/** HubSpot's names in paths. */
export const objectPaths = { contact: 'contacts', deal: 'deals' } as const satisfies Record<
  CrmObjectType,
  string
>;

/** Ids are strings of digits, but a few endpoints write them as numbers. */
export const idSchema = z.union([z.string(), z.number()]).transform(String);

/** Strings on the wire; a number or a boolean has been seen where a calculated property stands. */
export const valueSchema = z.union([
  z.string(),
  z.null(),
  z.number().transform(String),
  z.boolean().transform(String),
]);
const versionSchema = z.object({
  value: valueSchema.transform((value) => value ?? ''),
  timestamp: instantSchema,
});

/** One record as HubSpot sends it, in our words. */
export const recordSchema = z
  .object({
    id: idSchema.refine(isRecordId),
    properties: z.record(z.string(), valueSchema),
    propertiesWithHistory: z.record(z.string(), z.array(versionSchema)).nullish(),
    createdAt: instantSchema,
    updatedAt: instantSchema,
    archived: z.boolean().default(false),
    archivedAt: instantSchema.nullish().catch(null),
  })
  .transform(
    ({ propertiesWithHistory, archivedAt, ...record }): CrmRecord => ({
      ...record,
      ...(archivedAt && { archivedAt }),
      mergedIds: mergedIds(record),
      history: Object.fromEntries(
        Object.entries(propertiesWithHistory ?? {}).map(([property, versions]) => [
          property,
          versions.map(({ value, timestamp }) => ({ value, at: timestamp })),
        ]),
      ),
    }),
  );

/** HubSpot's paging block; absent on the last page. */
export const pagingSchema = z
  .object({ next: z.object({ after: idSchema }).nullish() })
  .nullish()
  .transform((paging) => paging?.next?.after ?? null);

/** An empty text clears a property; null is what HubSpot says, not what it takes. */
export const onTheWire = (properties: CrmProperties): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, value ?? '']));
