import { ApiError } from '../http/errors.ts';

/** The object types that live here, under the name that HubSpot's paths use. */
export const objectTypes = ['contacts', 'deals'] as const;
export type ObjectType = (typeof objectTypes)[number];

export interface ObjectTypeFacts {
  readonly singular: 'contact' | 'deal';
  readonly typeId: '0-1' | '0-3';
  /** HubSpot's name of the property that holds when a record last changed; it differs between types. */
  readonly modifiedProperty: string;
  /** What a read brings when it does not name properties. */
  readonly defaultProperties: readonly string[];
  /** What `query` of a search looks into. */
  readonly searchedProperties: readonly string[];
}

export const typeFacts: Readonly<Record<ObjectType, ObjectTypeFacts>> = {
  contacts: {
    singular: 'contact',
    typeId: '0-1',
    modifiedProperty: 'lastmodifieddate',
    defaultProperties: ['createdate', 'email', 'firstname', 'hs_object_id', 'lastmodifieddate', 'lastname'],
    searchedProperties: ['firstname', 'lastname', 'email', 'phone', 'company', 'hs_additional_emails'],
  },
  deals: {
    singular: 'deal',
    typeId: '0-3',
    modifiedProperty: 'hs_lastmodifieddate',
    defaultProperties: [
      'amount',
      'closedate',
      'createdate',
      'dealname',
      'dealstage',
      'hs_lastmodifieddate',
      'hs_object_id',
      'pipeline',
    ],
    searchedProperties: ['dealname', 'description'],
  },
};

/** The type that a path names: plural, singular or type id. */
export function findObjectType(name: string): ObjectType | undefined {
  return objectTypes.find(
    (type) => name === type || name === typeFacts[type].singular || name === typeFacts[type].typeId,
  );
}

export function objectType(name: string): ObjectType {
  const type = findObjectType(name);
  if (type === undefined) {
    throw new ApiError(400, {
      message: `Unable to infer object type from: ${name}`,
      category: 'VALIDATION_ERROR',
    });
  }
  return type;
}
