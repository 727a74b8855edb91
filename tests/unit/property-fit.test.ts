import { describe, expect, test } from 'vitest';
import { type MappableField, mappableFields } from '../../domain/mappable-field.ts';
import { campaignPropertyName, newPropertyFor } from '../../domain/new-property.ts';
import { canFill, constantProblem, holdProblem, type PropertyShape } from '../../domain/property-fit.ts';

const shapes = {
  line: { type: 'string', fieldType: 'text' },
  area: { type: 'string', fieldType: 'textarea' },
  html: { type: 'string', fieldType: 'html' },
  file: { type: 'string', fieldType: 'file' },
  phone: { type: 'string', fieldType: 'phonenumber' },
  number: { type: 'number', fieldType: 'number' },
  date: { type: 'date', fieldType: 'date' },
  datetime: { type: 'datetime', fieldType: 'date' },
  dropdown: { type: 'enumeration', fieldType: 'select' },
  checkboxes: { type: 'enumeration', fieldType: 'checkbox' },
  bool: { type: 'bool', fieldType: 'booleancheckbox' },
  unheardOf: { type: 'object_coordinates', fieldType: 'text' },
} as const;
type Shape = keyof typeof shapes;

const a = (shape: Shape, more: Partial<PropertyShape> = {}): PropertyShape => ({
  ...shapes[shape],
  readOnly: false,
  hasUniqueValue: false,
  ...more,
});
const every = Object.keys(shapes) as Shape[];
const heldBy = (field: MappableField) => every.filter((shape) => holdProblem(field, a(shape)) === null);
const filledBy = (field: MappableField) => every.filter((shape) => canFill(field, a(shape)));

describe('facts §4: what a property can take', () => {
  test.each([
    ['referral_link', ['line']],
    ['number_referred', ['line', 'area', 'number']],
    ['join_date', ['line', 'area', 'date', 'datetime']],
    ['reward_earned', ['line', 'area']],
    ['phone', ['line', 'area', 'phone']],
    ['first_name', ['line', 'area']],
    ['custom:size', ['line', 'area']],
  ] as const)('S33: %s is held by %s', (field, shapesOf) => {
    expect(heldBy(field)).toEqual(shapesOf);
  });

  test.each([
    ['first_name', ['line', 'area']],
    ['email', ['line']],
    ['phone', ['line', 'phone', 'number']],
    ['language', ['line', 'dropdown']],
    ['number_referred', []],
  ] as const)('S32: %s is filled by %s', (field, shapesOf) => {
    expect(filledBy(field)).toEqual(shapesOf);
  });

  test('P21: a field of the workspace is filled by whatever is a value', () => {
    expect(every.filter((shape) => !filledBy('custom:size').includes(shape))).toEqual([
      'html',
      'file',
      'unheardOf',
    ]);
  });

  test('a property that nobody can write, or that takes each value once, is refused in words', () => {
    expect(holdProblem('source', a('line', { readOnly: true }))).toMatch(/cannot be written/);
    expect(holdProblem('source', a('line', { hasUniqueValue: true }))).toMatch(/once only/);
    expect(holdProblem('referral_link', a('line', { hasUniqueValue: true }))).toBeNull();
  });
});

describe('facts §2: a constant must look like the type of its property', () => {
  test.each([
    ['number', '12.5', '1,200'],
    ['date', '2026-05-03', '3 May'],
    ['date', '2028-02-29', '2026-02-31'],
    ['datetime', '2026-05-03T09:30Z', '2026-02-31T09:30:00Z'],
    ['datetime', '2026-05-03T09:30:00Z', '2026-05-03'],
    ['bool', 'true', 'yes'],
  ] as const)('%s takes %s and not %s', (shape, good, bad) => {
    expect(constantProblem(good, a(shape))).toBeNull();
    expect(constantProblem(bad, a(shape))).toContain(bad);
  });
});

describe('properties that we make', () => {
  test('S22: each one can hold the field that it is made for', () => {
    const made = mappableFields.flatMap((field) => {
      const property = newPropertyFor(field);
      return property ? [{ field, property }] : [];
    });
    expect(made.map(({ field }) => field)).toEqual(
      expect.arrayContaining(['referral_link', 'number_referred', 'join_date', 'campaign_name']),
    );
    for (const { field, property } of made) {
      expect(holdProblem(field, { ...property, readOnly: false, hasUniqueValue: false })).toBeNull();
    }
  });

  test('the person has properties of HubSpot’s own', () => {
    expect(newPropertyFor('email')).toBeNull();
    expect(newPropertyFor('custom:size')).toBeNull();
  });

  test('facts §4: names are valid, at most 100 characters, and differ between campaigns', () => {
    const campaign = { slug: 'spring-2026', id: '0198c5f2-0000-7000-8000-00000000abcd' };
    expect(campaignPropertyName('vouchflow_referral_link', campaign)).toBe(
      'vouchflow_referral_link_spring_2026',
    );
    const long = { slug: 'a-'.repeat(60), id: campaign.id };
    const names = mappableFields.flatMap((field) => {
      const property = newPropertyFor(field);
      return property
        ? [
            campaignPropertyName(property.name, long),
            campaignPropertyName(property.name, campaign),
            campaignPropertyName(property.name, campaign, { withId: true }),
          ]
        : [];
    });
    expect(names.filter((name) => !/^[a-z][a-z0-9_]{0,99}$/.test(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });
});
