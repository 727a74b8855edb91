import { z } from 'zod';
import { batchUpsert } from './batch-upsert.ts';
import { contactCount } from './contact-count.ts';
import { contactPages } from './contact-pages.ts';
import { crmObjects } from './crm-objects.ts';
import { isHubSpotError } from './failures.ts';
import type { HubSpot } from './gateway.ts';
import type { GatheredRead } from './gathered-read.ts';
import type { PortalAccess } from './portal-access.ts';
import { isRecordId } from './record-id.ts';
import type { RecordReads } from './record-reads.ts';

type Contacts = HubSpot['contacts'];

export function contacts(access: PortalAccess, gather: (reads: RecordReads) => GatheredRead): Contacts {
  const { create, update, updateMany, reads } = crmObjects('contact', access);

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
    page: contactPages(access, reads, { archived: false }),
    archivedPage: contactPages(access, reads, { archived: true }),
    count: () => contactCount(access),
  };
}
