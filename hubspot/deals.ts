import { crmObjects } from './crm-objects.ts';
import { isHubSpotError } from './failures.ts';
import type { HubSpot } from './gateway.ts';
import type { GatheredRead } from './gathered-read.ts';
import type { PortalAccess } from './portal-access.ts';
import type { RecordReads } from './record-reads.ts';

/** HubSpot's own association type from a deal to a contact; 4 is the way back (developer docs, read 2026-11-24). */
const dealToContact = 3;

export function deals(access: PortalAccess, gather: (reads: RecordReads) => GatheredRead): HubSpot['deals'] {
  const { create, updateMany, reads } = crmObjects('deal', access);
  return {
    create: ({ properties, contactId }) => create(properties, [{ toId: contactId, typeId: dealToContact }]),
    async findByUnique({ property, value, ...options }) {
      try {
        return await reads.one(value, { ...options, idProperty: property });
      } catch (error) {
        if (isHubSpotError(error, 'not-found')) return null;
        throw error;
      }
    },
    read: gather(reads),
    readMany: reads.many,
    updateMany,
  };
}
