import { z } from 'zod';
import { associatedIds, associatedRecords, type Direction } from './associated-records.ts';
import { objectPaths } from './crm-record.ts';
import { HubSpotError } from './failures.ts';
import type { HubSpot } from './gateway.ts';
import type { Gathering } from './gathering.ts';
import type { PortalAccess } from './portal-access.ts';
import { isRecordId } from './record-id.ts';
import { ensureReferralLabel } from './referral-label.ts';
import type { CallScope } from './turn.ts';

/** Links between records; those who ask for the same kind of link at the same time share one call. */
export function associations(
  access: PortalAccess,
  { connectionId, epoch, lane }: CallScope,
  gather: Gathering<readonly string[]>,
): HubSpot['associations'] {
  const { call, paths } = access;
  const idsOf = (direction: Direction) =>
    gather([connectionId, epoch, lane, direction], (ids) => associatedIds(access, direction, ids));

  return {
    dealsOfContact: idsOf({ from: 'contact', to: 'deal' }),
    contactsOfDeal: idsOf({ from: 'deal', to: 'contact' }),
    labelled: ({ from, to }) => associatedRecords(access, { from: from.objectType, to }, from.id),

    async associate({ from, to, type }) {
      if (![from.id, to.id].every(isRecordId)) throw new HubSpotError({ kind: 'not-found' });
      const ends = { from: objectPaths[from.objectType], to: objectPaths[to.objectType] };
      const start = [ends.from, from.id, 'associations'];
      const path =
        type === undefined
          ? paths('objectAssociations', ...start, 'default', ends.to, to.id)
          : paths('objectAssociations', ...start, ends.to, to.id);
      const body = type && [{ associationCategory: type.category, associationTypeId: type.typeId }];
      await call({ method: 'PUT', path, body, schema: z.unknown() });
    },

    ensureReferralLabel: () => ensureReferralLabel(access),
  };
}
