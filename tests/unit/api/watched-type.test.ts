import { expect, test } from 'vitest';
import { watchedType } from '../../../api/commands/portal-problems.ts';
import type { PropertyDefinition } from '../../../hubspot/gateway.ts';

const aProperty = (type: string, fieldType: string): PropertyDefinition => ({
  name: 'p',
  label: 'P',
  type,
  fieldType,
  groupName: 'g',
  options: [],
  readOnly: false,
  hasUniqueValue: false,
  custom: true,
});

test('S54: single-line text and dropdown select can be watched, and nothing else', () => {
  const types = [
    ['string', 'text', 'text'],
    ['enumeration', 'select', 'dropdown'],
    // HubSpot's own lead status and lifecycle stage are dropdowns that its API calls radio.
    ['enumeration', 'radio', 'dropdown'],
    ['string', 'textarea', null],
    ['string', 'html', null],
    ['string', 'phonenumber', null],
    ['string', 'file', null],
    ['enumeration', 'checkbox', null],
    ['enumeration', 'booleancheckbox', null],
    ['bool', 'booleancheckbox', null],
    ['number', 'number', null],
    ['date', 'date', null],
    ['datetime', 'date', null],
  ] as const;
  expect(types.map(([type, fieldType]) => watchedType(aProperty(type, fieldType)))).toEqual(
    types.map(([, , kind]) => kind),
  );
});
