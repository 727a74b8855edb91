import { z } from 'zod';
import { objectPaths } from './crm-record.ts';
import { isHubSpotError } from './failures.ts';
import type { CrmObjectType, HubSpot, NewProperty, PropertyDefinition, PropertyGroup } from './gateway.ts';
import type { PortalAccess } from './portal-access.ts';

/** The group that holds our properties, as people see it on a record. */
const ourGroup: PropertyGroup = { name: 'referral_program', label: 'Referral program' };

const propertySchema = z
  .object({
    name: z.string(),
    label: z.string().default(''),
    type: z.string(),
    fieldType: z.string().default(''),
    groupName: z.string().default(''),
    options: z
      .array(z.object({ label: z.string(), value: z.string(), hidden: z.boolean().default(false) }))
      .nullish(),
    calculated: z.boolean().nullish(),
    hubspotDefined: z.boolean().nullish(),
    hasUniqueValue: z.boolean().nullish(),
    archived: z.boolean().nullish(),
    modificationMetadata: z.object({ readOnlyValue: z.boolean().nullish() }).nullish(),
  })
  .transform((property): { readonly archived: boolean; readonly definition: PropertyDefinition } => ({
    archived: property.archived === true,
    definition: {
      name: property.name,
      label: property.label === '' ? property.name : property.label,
      type: property.type,
      fieldType: property.fieldType,
      groupName: property.groupName,
      options: (property.options ?? [])
        .filter(({ hidden }) => !hidden)
        .map(({ label, value }) => ({ label, value })),
      readOnly: property.modificationMetadata?.readOnlyValue === true || property.calculated === true,
      hasUniqueValue: property.hasUniqueValue === true,
      custom: property.hubspotDefined !== true,
    },
  }));
const propertiesSchema = z.object({ results: z.array(propertySchema) });

export function properties({ call, paths }: PortalAccess): HubSpot['properties'] {
  async function list(objectType: CrmObjectType): Promise<readonly PropertyDefinition[]> {
    const path = paths('properties', objectPaths[objectType]);
    const { results } = await call({ method: 'GET', path, schema: propertiesSchema });
    return results.flatMap(({ archived, definition }) => (archived ? [] : definition));
  }

  /** Safe to repeat and to race: who comes second finds it made, which is as good. */
  const make = async (path: string, body: unknown): Promise<void> => {
    await call({ method: 'POST', path, body, schema: z.unknown() }).catch((error: unknown) => {
      if (!isHubSpotError(error, 'conflict')) throw error;
    });
  };

  return {
    list,
    async ensure(objectType, wanted) {
      const existing = new Set((await list(objectType)).map(({ name }) => name));
      const missing = wanted.filter(({ name }) => !existing.has(name));
      if (missing.length === 0) return;
      const path = paths('properties', objectPaths[objectType]);
      await make(`${path}/groups`, ourGroup);
      for (const property of missing) await make(path, newProperty(property, ourGroup));
    },

    async create(objectType, { property, group = ourGroup }) {
      const path = paths('properties', objectPaths[objectType]);
      await make(`${path}/groups`, group);
      const body = newProperty(property, group);
      return (await call({ method: 'POST', path, body, schema: propertySchema, repeatable: false }))
        .definition;
    },
  };
}

const newProperty = ({ hasUniqueValue, ...property }: NewProperty, group: PropertyGroup) => ({
  ...property,
  groupName: group.name,
  ...(hasUniqueValue === true && { hasUniqueValue }),
});
