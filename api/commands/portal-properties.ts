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
    if (definition.readOnly) {
      return [
        {
          field: `${field}.property`,
          message: `HubSpot does not let anyone write the property "${property}". Choose another one.`,
        },
      ];
    }
    if (source.kind === 'fixed') return optionProblems(`${field}.source.value`, definition, [source.value]);
    const isLink = ['link', 'referral_link', 'referrer_link'].includes(source.field);
    return isLink && definition.type !== 'string'
      ? [
          {
            field: `${field}.property`,
            message: `"${property}" cannot hold a link. Choose a single-line text property.`,
          },
        ]
      : [];
  });
}

/** Only a property with a list of options restricts its values. */
export function optionProblems(
  field: string,
  definition: PropertyDefinition,
  values: readonly string[],
): FieldProblem[] {
  if (definition.type !== 'enumeration') return [];
  return values
    .filter((value) => !definition.options.some((option) => option.value === value))
    .map((value) => ({
      field,
      message: `"${value}" is not an option of "${definition.name}" in HubSpot. Choose one by its internal value.`,
    }));
}
