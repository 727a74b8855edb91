/** What a property is, how HubSpot shows it, and which field types fit which type. */

export interface PropertyOption {
  readonly label: string;
  readonly value: string;
  readonly displayOrder: number;
  readonly hidden: boolean;
  readonly description?: string;
}

export interface PropertyDefinition {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly groupName: string;
  readonly type: string;
  readonly fieldType: string;
  readonly options: readonly PropertyOption[];
  readonly displayOrder: number;
  readonly hidden: boolean;
  readonly formField: boolean;
  /** Values are unique among the live records of the type, and may be used as `idProperty`. */
  readonly hasUniqueValue: boolean;
  readonly hubspotDefined: boolean;
  readonly calculated: boolean;
  readonly readOnlyValue: boolean;
  /** Where options come from when they are not the property's own. */
  readonly external?: 'OWNER' | 'PIPELINE' | 'STAGE';
}

export interface StoredProperty extends PropertyDefinition {
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly archivedAt: number | null;
}

const fieldTypes: Readonly<Record<string, readonly string[]>> = {
  bool: ['booleancheckbox', 'calculation_equation'],
  enumeration: ['select', 'radio', 'checkbox', 'booleancheckbox', 'calculation_equation'],
  date: ['date'],
  datetime: ['date'],
  number: ['number', 'calculation_equation'],
  string: ['text', 'textarea', 'html', 'file', 'phonenumber', 'calculation_equation'],
  phone_number: ['phonenumber'],
};

export const fits = ({ type, fieldType }: { type: string; fieldType: string }): boolean =>
  fieldTypes[type]?.includes(fieldType) ?? false;

const iso = (at: number): string => new Date(at).toISOString();

/** A property as HubSpot's properties API answers it. */
export function propertyView(property: StoredProperty) {
  const { readOnlyValue, external, createdAt, updatedAt, archivedAt, ...shown } = property;
  return {
    ...shown,
    ...(external === 'OWNER'
      ? { externalOptions: true, referencedObjectType: 'OWNER' }
      : { externalOptions: false }),
    createdAt: iso(createdAt),
    updatedAt: iso(updatedAt),
    archived: archivedAt !== null,
    ...(archivedAt === null ? {} : { archivedAt: iso(archivedAt) }),
    modificationMetadata: {
      archivable: !property.hubspotDefined,
      readOnlyDefinition: property.hubspotDefined,
      readOnlyValue,
      readOnlyOptions: property.hubspotDefined && external !== undefined,
    },
  };
}
