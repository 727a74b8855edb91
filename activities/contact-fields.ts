import type { FieldMapping } from '../domain/field-mapping.ts';

/** Which HubSpot property fills which field of a person. */
export interface ContactFields {
  readonly email: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly phone?: string;
  readonly language?: string;
}

const standard: ContactFields = { email: 'email', first_name: 'firstname', last_name: 'lastname' };

/** The campaign's choice over HubSpot's standard properties. */
export const contactFields = (mappings: readonly FieldMapping[]): ContactFields => ({
  ...standard,
  ...Object.fromEntries(
    mappings.flatMap(({ property, source }) => (source.kind === 'dynamic' ? [[source.field, property]] : [])),
  ),
});
