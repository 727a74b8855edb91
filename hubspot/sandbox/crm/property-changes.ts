/** Creating, changing and archiving property definitions, and the rules that HubSpot sets for it. */
import { z } from 'zod';
import { alreadyExists, invalid, notFound } from '../http/errors.ts';
import type { World } from '../world.ts';
import { typeFacts } from './object-types.ts';
import { fits, type PropertyDefinition, type StoredProperty } from './property.ts';
import type { Place } from './record.ts';

const optionSchema = z.object({
  label: z.string(),
  value: z.string(),
  displayOrder: z.number().int().default(-1),
  hidden: z.boolean().default(false),
  description: z.string().optional(),
});

const changeable = {
  label: z.string().min(1),
  groupName: z.string().min(1),
  type: z.string(),
  fieldType: z.string(),
  description: z
    .string()
    .nullish()
    .transform((text) => text ?? ''),
  options: z
    .array(optionSchema)
    .nullish()
    .transform((options) => options ?? []),
  displayOrder: z
    .number()
    .int()
    .nullish()
    .transform((order) => order ?? -1),
  hidden: z
    .boolean()
    .nullish()
    .transform((hidden) => hidden ?? false),
  formField: z
    .boolean()
    .nullish()
    .transform((formField) => formField ?? false),
};
export const newProperty = z.object({
  ...changeable,
  name: z.string().regex(/^[a-z][a-z0-9_]{0,99}$/, 'must be lower case letters, digits and underscores'),
  hasUniqueValue: z
    .boolean()
    .nullish()
    .transform((unique) => unique ?? false),
});
export const propertyChange = z.object(changeable).partial();

const maxUniqueProperties = 10;

export function createProperty(
  world: World,
  place: Place,
  input: z.output<typeof newProperty>,
): StoredProperty {
  assertCreatable(world, place, input);
  const now = world.now();
  const definition: PropertyDefinition = {
    ...input,
    options: input.options.map(({ description, ...option }) => ({
      ...option,
      ...(description === undefined ? {} : { description }),
    })),
    hubspotDefined: false,
    calculated: input.fieldType === 'calculation_equation',
    readOnlyValue: input.fieldType === 'calculation_equation',
  };
  const property = { ...definition, createdAt: now, updatedAt: now, archivedAt: null };
  world.catalog.save(place.portalId, place.type, property);
  return property;
}

export function assertCreatable(world: World, place: Place, input: z.output<typeof newProperty>): void {
  const { portalId, type } = place;
  if (world.catalog.properties(portalId, type).has(input.name)) {
    throw alreadyExists(`A property named '${input.name}' already exists.`);
  }
  assertFits(world, place, input);
  if (input.hasUniqueValue && world.catalog.uniqueNames(portalId, type).length >= maxUniqueProperties) {
    throw invalid(`An object type has at most ${maxUniqueProperties} properties with unique values.`);
  }
}

export function assertFits(
  world: World,
  { portalId, type }: Place,
  property: { type: string; fieldType: string; groupName: string },
): void {
  if (!fits(property))
    throw invalid(`The field type ${property.fieldType} does not fit the type ${property.type}.`);
  const group = world.store.get(
    'SELECT 1 FROM property_groups WHERE portal_id = ? AND type = ? AND name = ?',
    portalId,
    type,
    property.groupName,
  );
  if (group === undefined) throw invalid(`property group ${property.groupName} does not exist`);
}

export function archiveProperty(world: World, place: Place, name: string): void {
  const property = findProperty(world, place, name, false);
  if (property === undefined) return;
  if (property.hubspotDefined)
    throw invalid(`Property ${name} is defined by HubSpot and cannot be archived.`);
  world.catalog.save(place.portalId, place.type, { ...property, archivedAt: world.now() });
  world.store.run(
    'DELETE FROM unique_values WHERE portal_id = ? AND type = ? AND property = ?',
    place.portalId,
    place.type,
    name,
  );
}

export function findProperty(
  world: World,
  { portalId, type }: Place,
  name: string,
  archived: boolean,
): StoredProperty | undefined {
  return archived
    ? world.catalog.archived(portalId, type).find((property) => property.name === name)
    : world.catalog.properties(portalId, type).get(name);
}

export function requiredProperty(
  world: World,
  place: Place,
  name: string,
  archived: boolean,
): StoredProperty {
  const property = findProperty(world, place, name, archived);
  if (property === undefined)
    throw notFound(`Property ${name} for object type ${typeFacts[place.type].typeId} does not exist.`);
  return property;
}
