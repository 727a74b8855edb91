import type { FieldMapping, MappableField } from '../../domain/field-mapping.ts';

type On = Partial<Pick<FieldMapping, 'objectType'>>;

/** A property filled from a field of ours; on the contact unless told otherwise. */
export const filledFrom = (field: MappableField, property: string, on: On = {}): FieldMapping => ({
  objectType: 'contact',
  property,
  source: { kind: 'dynamic', field },
  ...on,
});

/** A property filled with a constant. */
export const filledWith = (value: string, property: string, on: On = {}): FieldMapping => ({
  objectType: 'contact',
  property,
  source: { kind: 'fixed', value },
  ...on,
});

/** The two mappings without which a Person Invited section is refused. */
export const mandatoryInvited: readonly FieldMapping[] = [
  filledFrom('first_name', 'firstname'),
  filledFrom('email', 'email'),
];
