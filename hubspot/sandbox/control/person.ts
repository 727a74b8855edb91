/** What a person does in HubSpot's own screens; the sandbox's pages and its controls both end here. */
import type { Actor } from '../crm/actor.ts';
import { defaultType } from '../crm/association-labels.ts';
import type { AssociationRequest } from '../crm/associations.ts';
import { mergeRecords } from '../crm/merge.ts';
import type { ObjectType } from '../crm/object-types.ts';
import type { CrmRecord } from '../crm/record.ts';
import { type Reference, requireRecord } from '../crm/record-lookup.ts';
import { archiveRecord, createRecord, restoreRecord, updateRecord } from '../crm/record-writes.ts';
import type { GivenValues } from '../crm/validation.ts';
import { portalOf } from '../portals.ts';
import type { World } from '../world.ts';

const person = (world: World, portalId: number): Actor => ({
  kind: 'person',
  portalId: portalOf(world.store, portalId).id,
});

export function createAsPerson(
  world: World,
  { portalId, type }: { portalId: number; type: ObjectType },
  { properties, contactId, at }: { properties: GivenValues; contactId?: string; at?: number | undefined },
): CrmRecord {
  const { category, typeId } = defaultType(type, 'contacts');
  const link: AssociationRequest[] =
    contactId === undefined
      ? []
      : [{ to: { id: contactId }, types: [{ associationCategory: category, associationTypeId: typeId }] }];
  return world.store.transaction(() =>
    createRecord(world, person(world, portalId), type, { properties, at, associations: link }),
  );
}

export const editAsPerson = (
  world: World,
  reference: Reference,
  { properties, at }: { properties: GivenValues; at?: number | undefined },
): CrmRecord =>
  world.store.transaction(() =>
    updateRecord(world, person(world, reference.portalId), requireRecord(world, reference), {
      properties,
      at,
    }),
  );

export const archiveAsPerson = (world: World, reference: Reference): void =>
  world.store.transaction(() =>
    archiveRecord(world, person(world, reference.portalId), requireRecord(world, reference)),
  );

export const restoreAsPerson = (world: World, reference: Reference): CrmRecord =>
  world.store.transaction(() =>
    restoreRecord(
      world,
      person(world, reference.portalId),
      requireRecord(world, reference, { archived: true }),
    ),
  );

export const mergeAsPerson = (
  world: World,
  { portalId, type }: { portalId: number; type: ObjectType },
  { primaryId, otherId }: { primaryId: string; otherId: string },
): CrmRecord =>
  world.store.transaction(() =>
    mergeRecords(world, person(world, portalId), {
      primary: requireRecord(world, { portalId, type, id: primaryId }),
      other: requireRecord(world, { portalId, type, id: otherId }),
    }),
  );
