import type { FieldMapping } from './field-mapping.ts';
import { counterFields, type MappableField } from './mappable-field.ts';
import type { MappingSection } from './mapping-section.ts';

/** The names under which a campaign's referrer has their own link where they are brought into HubSpot themselves. */
const ownLinks: readonly MappableField[] = ['link', 'referrer_link'];

/**
 * What a mapping writes about a referrer of this one campaign: the link and the figures. Two campaigns that write such
 * values into one property would overwrite each other for ever. Null for what may stand there for any campaign.
 */
export function ownValue(
  section: MappingSection,
  { objectType, source }: FieldMapping,
): MappableField | null {
  if (objectType !== 'contact' || source.kind !== 'dynamic') return null;
  if (section !== 'sync' && section !== 'person-referring') return null;
  const field =
    section === 'person-referring' && ownLinks.includes(source.field) ? 'referral_link' : source.field;
  return counterFields.some((own) => own === field) ? field : null;
}

/** A mapping and the section that it stands in. */
export interface Placed {
  readonly section: MappingSection;
  readonly mapping: FieldMapping;
}

const property = ({ mapping }: Placed): string => `${mapping.objectType}/${mapping.property}`;

/** C9: a property that holds one campaign's own values belongs to it; nothing else of another campaign goes there. */
export function clashesAcross(mine: Placed, theirs: Placed): boolean {
  if (property(mine) !== property(theirs)) return false;
  return ownValue(mine.section, mine.mapping) !== null || ownValue(theirs.section, theirs.mapping) !== null;
}

/** Within a campaign two sections may write the same own value into a property, and nothing else beside it. */
export function clashesWithin(one: Placed, other: Placed): boolean {
  return (
    clashesAcross(one, other) && ownValue(one.section, one.mapping) !== ownValue(other.section, other.mapping)
  );
}
