import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isMappableField, mapFields, mappableFields, mappingProblems } from '../../domain/field-mapping.ts';
import { fieldsOf } from '../../domain/mapping-section.ts';
import { filledFrom, filledWith, mandatoryInvited } from '../factories/mapping.ts';

const codes = (...args: Parameters<typeof mappingProblems>) =>
  mappingProblems(...args).map(({ field, code }) => `${field}: ${code}`);

describe('Person Invited', () => {
  test('S62: First Name and Email are enough', () => {
    expect(mappingProblems('person-invited', mandatoryInvited)).toEqual([]);
  });

  test('S62: without them Save is refused, and both are named', () => {
    expect(codes('person-invited', [])).toEqual([
      'mappings: first-name-not-mapped',
      'mappings: email-not-mapped',
    ]);
    expect(codes('person-invited', [filledFrom('first_name', 'firstname')])).toEqual([
      'mappings: email-not-mapped',
    ]);
  });

  test('S62: a fixed value or a deal property does not stand in for the contact’s own', () => {
    const instead = [
      filledWith('Ada', 'firstname'),
      filledFrom('first_name', 'dealname', { objectType: 'deal' }),
      filledFrom('email', 'contact_email', { objectType: 'deal' }),
    ];
    expect(codes('person-invited', instead)).toEqual([
      'mappings: first-name-not-mapped',
      'mappings: email-not-mapped',
    ]);
  });

  test('S46: Email must fill the property by which HubSpot tells contacts apart', () => {
    expect(
      codes('person-invited', [filledFrom('first_name', 'firstname'), filledFrom('email', 'work_email')]),
    ).toEqual(['mappings: email-not-mapped']);
  });

  test('S63, S64, S65, P21: our own data, defaults, the referrer and custom fields may be mapped, on the deal too', () => {
    const more = [
      filledFrom('campaign_name', 'campaign'),
      filledFrom('source', 'lead_origin'),
      filledWith('Referral', 'channel'),
      filledFrom('referrer_email', 'referred_by'),
      filledFrom('custom:shoe_size', 'shoe_size'),
      filledFrom('referrer_first_name', 'referred_by', { objectType: 'deal' }),
    ];
    expect(mappingProblems('person-invited', [...mandatoryInvited, ...more])).toEqual([]);
  });

  test('a property filled twice is refused, unless the two are on different objects', () => {
    const twice = [...mandatoryInvited, filledWith('x', 'note'), filledWith('y', 'note')];
    expect(codes('person-invited', twice)).toEqual(['mappings.3.property: filled-twice']);
    const apart = [
      ...mandatoryInvited,
      filledWith('x', 'note'),
      filledWith('y', 'note', { objectType: 'deal' }),
    ];
    expect(codes('person-invited', apart)).toEqual([]);
  });

  test('a blank property, a blank constant and a field without a value here are refused', () => {
    const wrong = [
      filledWith('x', ' '),
      filledWith('', 'note'),
      filledFrom('number_referred', 'referred_count'),
    ];
    expect(codes('person-invited', [...mandatoryInvited, ...wrong])).toEqual([
      'mappings.2.property: required',
      'mappings.3.source.value: required',
      'mappings.4.source.field: field-not-offered',
    ]);
  });
});

describe('Person Referring', () => {
  test('S73: Referrer First Name and Referrer Email must be mapped', () => {
    expect(codes('person-referring', [])).toEqual([
      'mappings: referrer-first-name-not-mapped',
      'mappings: referrer-email-not-mapped',
    ]);
    expect(
      codes('person-referring', [
        filledFrom('referrer_first_name', 'firstname'),
        filledFrom('referrer_email', 'email'),
      ]),
    ).toEqual([]);
  });

  test('what a referrer has no value of is not offered: a referral, and the contact that is being made', () => {
    expect(fieldsOf('person-referring')).not.toContain('referral_id');
    expect(fieldsOf('person-referring')).not.toContain('referrer_crm_id');
    expect(fieldsOf('person-referring')).toContain('referral_link');
  });

  test('S71: no deal is made for a person referring', () => {
    const mappings = [
      filledFrom('referrer_first_name', 'firstname'),
      filledFrom('referrer_email', 'email'),
      filledWith('x', 'dealname', { objectType: 'deal' }),
    ];
    expect(codes('person-referring', mappings)).toEqual(['mappings.2.objectType: object-not-offered']);
  });
});

describe('the sync', () => {
  test('S34: without Referral Link it is refused, in words', () => {
    expect(mappingProblems('sync', [filledFrom('number_referred', 'referred_count')])).toEqual([
      {
        field: 'mappings',
        code: 'referral-link-not-mapped',
        message: expect.stringContaining('Map Referral Link'),
      },
    ]);
  });

  test('S23, S33: the link and the counters may be mapped', () => {
    const mappings = [
      filledFrom('referral_link', 'referral_link'),
      filledFrom('number_referred', 'referred_count'),
      filledFrom('number_successful', 'successful_count'),
    ];
    expect(mappingProblems('sync', mappings)).toEqual([]);
  });

  test('S32: what is read from HubSpot goes into one field each, and never from a constant', () => {
    const mappings = [
      filledFrom('phone', 'phone'),
      filledFrom('phone', 'mobilephone'),
      filledWith('en', 'hs_language'),
    ];
    expect(codes('sync-in', mappings)).toEqual([
      'mappings.1.source.field: filled-twice',
      'mappings.2.source: fixed-not-offered',
    ]);
  });
});

describe('the values to write', () => {
  test('S61, S64: each object gets its own, constants included', () => {
    const mappings = [
      ...mandatoryInvited,
      filledWith('Referral', 'lead_origin'),
      filledFrom('campaign_name', 'campaign', { objectType: 'deal' }),
    ];
    const values = { first_name: 'Ada', email: 'ada@example.com', campaign_name: 'Spring' };
    expect(mapFields(mappings, 'contact', values)).toEqual({
      firstname: 'Ada',
      email: 'ada@example.com',
      lead_origin: 'Referral',
    });
    expect(mapFields(mappings, 'deal', values)).toEqual({ campaign: 'Spring' });
  });

  test('facts §2: what we do not know is left out, since an empty text would clear the property', () => {
    const mappings = [
      filledFrom('first_name', 'firstname'),
      filledFrom('last_name', 'lastname'),
      filledFrom('phone', 'phone'),
    ];
    expect(mapFields(mappings, 'contact', { first_name: '', last_name: null })).toEqual({});
  });

  test('facts §2: a date property takes the day of an instant, every other one the instant itself', () => {
    const values = { join_date: '2026-05-03T23:30:00.123Z', source: '2026-05-03T23:30:00.123Z' };
    const as = (propertyType: string | null, field: 'join_date' | 'source' = 'join_date') =>
      mapFields([{ ...filledFrom(field, 'p'), propertyType }], 'contact', values);
    expect(as('date')).toEqual({ p: '2026-05-03' });
    for (const type of ['datetime', 'string', null]) expect(as(type)).toEqual({ p: values.join_date });
    expect(as('date', 'source')).toEqual({ p: values.source });
  });

  test('P21: a custom field is a field like any other', () => {
    expect(
      mapFields([filledFrom('custom:shoe_size', 'shoe_size')], 'contact', { 'custom:shoe_size': '38' }),
    ).toEqual({
      shoe_size: '38',
    });
  });

  test('only mapped properties are ever written', () => {
    const mapping = fc.record({
      objectType: fc.constantFrom('contact' as const, 'deal' as const),
      property: fc.string({ minLength: 1 }),
      source: fc.constantFrom(...mappableFields).map((field) => ({ kind: 'dynamic' as const, field })),
    });
    const values = fc.dictionary(fc.constantFrom(...mappableFields), fc.string());
    fc.assert(
      fc.property(fc.array(mapping), values, (mappings, given) => {
        const mapped = mappings
          .filter(({ objectType }) => objectType === 'contact')
          .map(({ property }) => property);
        expect(mapped).toEqual(expect.arrayContaining(Object.keys(mapFields(mappings, 'contact', given))));
      }),
    );
  });
});

test('a field is one of ours or a custom one in plain letters', () => {
  expect(['email', 'custom:shoe_size'].every(isMappableField)).toBe(true);
  expect(['emails', 'custom:', 'custom:Shoe size', 'toString'].some(isMappableField)).toBe(false);
});

test('S61: every field is offered by some section', () => {
  const offered = (['person-invited', 'person-referring', 'sync'] as const).flatMap(fieldsOf);
  expect(mappableFields.filter((field) => !offered.includes(field))).toEqual([]);
});
