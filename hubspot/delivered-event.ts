import { z } from 'zod';
import { instantSchema } from './instant.ts';

/** Ids are integers on this wire; as texts they can be compared with those of the API. */
const id = z.union([z.number().int().nonnegative().safe(), z.string().regex(/^\d{1,20}$/)]).transform(String);
/** HubSpot's own words: short, and never what a person typed into a field. */
const word = z.string().min(1).max(100);

/**
 * One element of a webhook delivery, classic or generic, with the parts that say what happened to which record.
 * `propertyValue` and all else is dropped here. HubSpot's table calls the type `eventType`, its samples
 * `subscriptionType` (developer docs, read 2026-11-24); the payload may use either.
 */
export const deliveredEventSchema = z
  .object({
    portalId: id,
    appId: id,
    subscriptionId: id.optional(),
    eventId: id.optional(),
    subscriptionType: word.optional(),
    eventType: word.optional(),
    occurredAt: instantSchema,
    changeSource: word.optional().catch(undefined),
    sourceId: z
      .union([word, z.number().transform(String)])
      .optional()
      .catch(undefined),
    propertyName: word.optional(),
    objectTypeId: word.optional(),
    fromObjectTypeId: word.optional(),
    objectId: id.optional(),
    fromObjectId: id.optional(),
    toObjectId: id.optional(),
    primaryObjectId: id.optional(),
    mergedObjectIds: z.array(id).max(1_000).default([]),
    newObjectId: id.optional(),
  })
  .transform(({ subscriptionType, eventType, changeSource = 'UNKNOWN', ...event }, context) => {
    const type = subscriptionType ?? eventType;
    if (type !== undefined) return { ...event, changeSource, subscriptionType: type };
    context.addIssue({ code: 'custom', message: 'no subscription type' });
    return z.NEVER;
  });

export type DeliveredEvent = z.output<typeof deliveredEventSchema>;
