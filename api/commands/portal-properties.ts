import { canFill, constantProblem, holdProblem } from '../../domain/property-fit.ts';
import type { Pipeline, PropertyDefinition } from '../../hubspot/gateway.ts';
import type { FieldProblem } from '../problem.ts';
import type { HubSpotSetup } from '../schemas/hubspot-setup.ts';

export interface PortalSchema {
  readonly contact: readonly PropertyDefinition[];
  readonly deal: readonly PropertyDefinition[];
  readonly pipelines: readonly Pipeline[];
}

type Mapping = HubSpotSetup['sync']['mappingsOut'][number];

export const findProperty = (
  properties: readonly PropertyDefinition[],
  name: string,
): PropertyDefinition | undefined => properties.find((property) => property.name === name);

export const unknownProperty = (field: string, object: 'contact' | 'deal', name: string): FieldProblem => ({
  field,
  message: `HubSpot has no ${object} property "${name}". Create it in HubSpot or choose another one.`,
});

/** What every mapping that writes must fulfil. */
export function writtenProblems(
  path: string,
  mappings: readonly Mapping[],
  portal: PortalSchema,
): FieldProblem[] {
  return mappings.flatMap(({ objectType, property, source }, index) => {
    const field = `${path}.${index}`;
    const definition = findProperty(portal[objectType], property);
    if (!definition) return [unknownProperty(`${field}.property`, objectType, property)];
    const problem =
      source.kind === 'fixed'
        ? constantProblem(source.value, definition)
        : holdProblem(source.field, definition);
    if (problem !== null) return [{ field: `${field}.property`, message: `"${property}" ${problem}` }];
    return source.kind === 'fixed'
      ? optionProblems(`${field}.source.value`, definition, constantsOf(source.value, definition))
      : [];
  });
}

/** What every mapping that reads must fulfil. */
export function readProblems(
  path: string,
  mappings: readonly Mapping[],
  { contact }: PortalSchema,
): FieldProblem[] {
  return mappings.flatMap(({ property, source }, index) => {
    const field = `${path}.${index}.property`;
    const definition = findProperty(contact, property);
    if (!definition) return [unknownProperty(field, 'contact', property)];
    if (source.kind === 'fixed' || canFill(source.field, definition)) return [];
    const message = `"${property}" is of a type that cannot fill "${source.field}". Choose another one.`;
    return [{ field, message }];
  });
}

/** The mappings with the type of each property, so that values can be written as it takes them. */
export const withPropertyTypes = <M extends Mapping>(mappings: readonly M[], portal: PortalSchema) =>
  mappings.map((mapping) => ({
    ...mapping,
    propertyType: findProperty(portal[mapping.objectType], mapping.property)?.type ?? null,
  }));

/** Several options stand between semicolons where a property takes several. */
const constantsOf = (value: string, { fieldType }: PropertyDefinition): readonly string[] =>
  fieldType === 'checkbox' ? value.split(';').filter((option) => option !== '') : [value];

/** Only a property with a list of options restricts its values; owners and the like keep their options elsewhere. */
export function optionProblems(
  field: string,
  definition: PropertyDefinition,
  values: readonly string[],
): FieldProblem[] {
  if (definition.type !== 'enumeration' || definition.options.length === 0) return [];
  return values
    .filter((value) => !definition.options.some((option) => option.value === value))
    .map((value) => ({
      field,
      message: `"${value}" is not an option of "${definition.name}" in HubSpot. Choose one by its internal value.`,
    }));
}
