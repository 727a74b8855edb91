import type { CrmObject, MappableField } from './mappable-field.ts';
import { type MappingSection, mappingSections, type SectionRules } from './mapping-section.ts';
import { inside, type Problem, problem } from './problem.ts';
import { isInstantField } from './property-fit.ts';

export { isMappableField, type MappableField, mappableFields } from './mappable-field.ts';
export type { MappingSection } from './mapping-section.ts';

/** How one HubSpot property is filled: from a field of ours, or with a constant ("default field"). */
export interface FieldMapping {
  readonly objectType: CrmObject;
  /** HubSpot's internal name. */
  readonly property: string;
  readonly source:
    | { readonly kind: 'dynamic'; readonly field: MappableField }
    | { readonly kind: 'fixed'; readonly value: string };
  /** HubSpot's type of the property when the mapping was saved; absent or null when it is not known. */
  readonly propertyType?: string | null;
}

type FieldValues = Readonly<Partial<Record<MappableField, string | null>>>;

/**
 * The value that a mapping writes; undefined or null when there is none. Fields that are instants come as ISO instants:
 * a `date` property takes their day in UTC (facts §2: anything but midnight is refused), others the instant itself.
 */
export function mappedValue(
  { source, propertyType }: FieldMapping,
  values: FieldValues,
): string | null | undefined {
  if (source.kind === 'fixed') return source.value;
  const value = values[source.field];
  return value && propertyType === 'date' && isInstantField(source.field) ? value.slice(0, 10) : value;
}

/** The properties to write on one object. Fields that are absent, null or empty are left out: they clear nothing. */
export function mapFields(
  mappings: readonly FieldMapping[],
  objectType: CrmObject,
  values: FieldValues,
): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const mapping of mappings.filter((each) => each.objectType === objectType)) {
    const value = mappedValue(mapping, values);
    if (value != null && value !== '') properties[mapping.property] = value;
  }
  return properties;
}

/** Why a section's mappings cannot be saved (S62, S73, S34, a property filled twice); empty when they can. */
export function mappingProblems(
  section: MappingSection,
  mappings: readonly FieldMapping[],
): readonly Problem[] {
  const missing = mappingSections[section].requires
    .filter((required) => !mappings.some((mapping) => satisfies(mapping, required)))
    .map(({ code, message }) => problem('mappings', code, message));
  const single = mappings.flatMap((mapping, index) =>
    inside(`mappings.${index}`, [
      ...problemsOf(section, mapping),
      ...repeatProblems(section, mapping, mappings.slice(0, index)),
    ]),
  );
  return [...missing, ...single];
}

const satisfies = (mapping: FieldMapping, required: SectionRules['requires'][number]): boolean =>
  mapping.objectType === 'contact' &&
  mapping.source.kind === 'dynamic' &&
  required.anyOf.includes(mapping.source.field) &&
  (required.property === undefined || required.property === mapping.property);

function problemsOf(section: MappingSection, mapping: FieldMapping): readonly Problem[] {
  const { objectType, property } = mapping;
  return [
    ...(property.trim() === '' ? [problem('property', 'required', 'Choose a HubSpot property.')] : []),
    ...(mappingSections[section].objects.includes(objectType)
      ? []
      : [problem('objectType', 'object-not-offered', 'Only contact properties can be used here.')]),
    ...sourceProblems(section, mapping),
  ];
}

function sourceProblems(section: MappingSection, { source }: FieldMapping): readonly Problem[] {
  const { offers, offersCustom } = mappingSections[section];
  if (source.kind === 'dynamic') {
    const offered = source.field.startsWith('custom:') ? offersCustom : offers.includes(source.field);
    const message = `"${source.field}" has no value here; choose one of the fields offered.`;
    return offered ? [] : [problem('source.field', 'field-not-offered', message)];
  }
  if (section === 'sync-in') {
    return [problem('source', 'fixed-not-offered', 'What is read from HubSpot goes into a field.')];
  }
  return source.value.trim() === ''
    ? [problem('source.value', 'required', 'A fixed value cannot be empty.')]
    : [];
}

/** Of two sources for one target it would be chance which one stays. */
function repeatProblems(
  section: MappingSection,
  mapping: FieldMapping,
  earlier: readonly FieldMapping[],
): readonly Problem[] {
  const target = section === 'sync-in' ? ourField : theirProperty;
  if (!earlier.some((other) => target(other) === target(mapping))) return [];
  return section === 'sync-in'
    ? [problem('source.field', 'filled-twice', 'This field is filled from another property already.')]
    : [problem('property', 'filled-twice', `The property "${mapping.property}" is filled twice.`)];
}

const theirProperty = ({ objectType, property }: FieldMapping): string => `${objectType}/${property}`;
const ourField = ({ source }: FieldMapping): string =>
  source.kind === 'dynamic' ? source.field : source.value;
