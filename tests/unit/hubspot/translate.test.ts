import { array, assert, jsonValue, property, shuffledSubarray, tuple } from 'fast-check';
import { expect, test } from 'vitest';
import { type CrmChange, translateWebhook } from '../../../hubspot/translate.ts';

const common = {
  eventId: 1,
  subscriptionId: 12_345,
  portalId: 62_515,
  appId: 54_321,
  occurredAt: 1_564_113_600_000,
  attemptNumber: 0,
  changeSource: 'CRM_UI',
  sourceId: 'userId:123',
};
const changed = {
  ...common,
  subscriptionType: 'contact.propertyChange',
  objectId: 123,
  propertyName: 'lifecyclestage',
  propertyValue: 'customer',
};

function translated(notice: unknown): CrmChange {
  const [change] = translateWebhook([notice]);
  if (change === undefined || change.kind === 'unreadable') throw new Error('the notice was not understood');
  return change;
}
const keysOf = (delivery: readonly unknown[]) =>
  [...new Set(translateWebhook(delivery).map(({ deliveryKey }) => deliveryKey))].sort();
const keyOf = (notice: unknown) => translateWebhook([notice])[0]?.deliveryKey;

test('facts §6: a property change becomes a hint in our words, without the value', () => {
  const { deliveryKey, ...change } = translated(changed);
  expect(deliveryKey).toMatch(/^[0-9a-f]{64}$/);
  expect(change).toEqual({
    kind: 'changed',
    portalId: '62515',
    appId: '54321',
    objectType: 'contact',
    objectIds: ['123'],
    propertyName: 'lifecyclestage',
    occurredAt: '2019-07-26T04:00:00.000Z',
    changeSource: 'CRM_UI',
    sourceId: 'userId:123',
  });
});

test.each([
  ['contact.creation', {}, 'created', 'contact'],
  ['deal.deletion', {}, 'deleted', 'deal'],
  ['contact.restore', {}, 'restored', 'contact'],
  ['contact.privacyDeletion', {}, 'privacy-deleted', 'contact'],
  ['company.creation', {}, 'created', 'other'],
  ['object.creation', { objectTypeId: '0-1' }, 'created', 'contact'],
  ['object.propertyChange', { objectTypeId: '0-3', propertyName: 'amount' }, 'changed', 'deal'],
  ['object.deletion', { objectTypeId: '2-77' }, 'deleted', 'other'],
])('facts §6: %s %j is %s of a %s', (subscriptionType, more, kind, objectType) => {
  expect(translated({ ...common, subscriptionType, objectId: 9, ...more })).toMatchObject({
    kind,
    objectType,
    objectIds: ['9'],
  });
});

test('facts §6: the type is read from eventType too', () => {
  const { subscriptionType, ...rest } = changed;
  expect(translated({ ...rest, eventType: subscriptionType })).toEqual(translated(changed));
});

test('facts §9: a merge names every id it holds, and the one that lives on', () => {
  const merge = {
    primaryObjectId: 7,
    mergedObjectIds: [8, 7, 9],
    newObjectId: 10,
    numberOfPropertiesMoved: 3,
  };
  const change = translated({ ...common, subscriptionType: 'contact.merge', objectId: 10, ...merge });
  expect(change).toMatchObject({ kind: 'merged', newId: '10' });
  expect(change.objectIds.toSorted()).toEqual(['10', '7', '8', '9']);
});

test.each([
  ['classic', 'contact.associationChange', { associationType: 'CONTACT_TO_DEAL' }],
  [
    'generic',
    'object.associationChange',
    { fromObjectTypeId: '0-1', toObjectTypeId: '0-3', associationTypeId: 4 },
  ],
])('facts §6: the %s association change names both ends', (_, subscriptionType, more) => {
  const notice = {
    ...common,
    subscriptionType,
    fromObjectId: 31,
    toObjectId: 42,
    associationRemoved: false,
    ...more,
  };
  expect(translated(notice)).toMatchObject({
    kind: 'associated',
    objectType: 'contact',
    objectIds: ['31', '42'],
  });
});

test('reliability B.3: redelivered, a notice keeps its key; its attempt is no part of it', () => {
  expect(keyOf({ ...changed, attemptNumber: 7 })).toBe(keyOf(changed));
});

test.each([
  ['portal', { portalId: 62_516 }],
  ['subscription', { subscriptionId: 12_346 }],
  ['kind', { subscriptionType: 'contact.creation' }],
  ['object', { objectId: 124 }],
  ['property', { propertyName: 'email' }],
  ['event id', { eventId: 2 }],
  ['instant', { occurredAt: 1_564_113_600_001 }],
])('reliability B.3: notices that differ in their %s are two', (_, change) => {
  expect(keyOf({ ...changed, ...change })).not.toBe(keyOf(changed));
});

test('design §2: the value that changed is nowhere in the translation, not even in the key', () => {
  const secret = 'jane@example.test';
  expect(JSON.stringify(translateWebhook([{ ...changed, propertyValue: secret }]))).not.toContain(secret);
  expect(keyOf({ ...changed, propertyValue: secret })).toBe(keyOf(changed));
});

test('reliability B.5: one notice that cannot be read leaves the other ninety-nine', () => {
  const batch = Array.from({ length: 99 }, (_, index) => ({ ...changed, objectId: index }));
  const changes = translateWebhook(batch.toSpliced(50, 0, { ...changed, portalId: {} } as never));
  expect(changes.filter(({ kind }) => kind === 'changed')).toHaveLength(99);
  expect(changes[50]).toEqual({ kind: 'unreadable', deliveryKey: expect.stringMatching(/^[0-9a-f]{64}$/) });
});

test.each([
  ['nothing at all', null],
  ['a text', 'text'],
  ['an empty notice', {}],
  ['a list in place of a notice', [[]]],
  ['a notice without a time', { ...changed, occurredAt: 'yesterday' }],
  ['a notice of half a record', { ...changed, objectId: 1.5 }],
  ['a notice of no record', { ...changed, objectId: undefined }],
  ['a notice of an unknown kind', { ...changed, subscriptionType: 'contact.constructor' }],
  ['a notice of no kind', { ...changed, subscriptionType: undefined }],
])('reliability B.5: %s is unreadable, not an exception', (_, notice) => {
  expect(translateWebhook(notice)).toEqual([{ kind: 'unreadable', deliveryKey: expect.any(String) }]);
});

test('reliability B.5: an unreadable notice keeps its key over attempts and the order of its fields', () => {
  expect(keyOf({ odd: 1, other: 2, attemptNumber: 0 })).toBe(keyOf({ attemptNumber: 1, other: 2, odd: 1 }));
  expect(keyOf({ odd: 1 })).not.toBe(keyOf({ odd: 2 }));
});

test.each([
  [1_564_113_600_000, 'milliseconds'],
  ['1564113600000', 'milliseconds as text'],
  ['1564113600000.0', 'a float as text'],
  ['2019-07-26T04:00:00Z', 'ISO without a fraction'],
  ['2019-07-26T06:00:00.000+02:00', 'ISO with an offset'],
])('reliability A2.17: the instant %j is read as %s', (occurredAt, _form) => {
  expect(translated({ ...changed, occurredAt }).occurredAt).toBe('2019-07-26T04:00:00.000Z');
});

test('reliability B.4: shuffled and doubled, a delivery says the same things', () => {
  const notices = [
    changed,
    { ...changed, attemptNumber: 1 },
    { ...common, subscriptionType: 'contact.creation', objectId: 123 },
    { ...common, subscriptionType: 'contact.merge', objectId: 5, mergedObjectIds: [6, 7], newObjectId: 5 },
    { ...common, subscriptionType: 'contact.merge', objectId: 5, mergedObjectIds: [7, 6], newObjectId: 5 },
    { broken: true },
  ];
  const expected = keysOf(notices);
  expect(expected).toHaveLength(4);
  const disorder = tuple(
    shuffledSubarray(notices, { minLength: notices.length }),
    shuffledSubarray(notices),
  ).map(([all, again]) => [...all, ...again]);
  assert(
    property(disorder, (delivery) => {
      expect(keysOf(delivery)).toEqual(expected);
    }),
  );
});

test('whatever JSON arrives, there is one result with a key for each notice', () => {
  assert(
    property(array(jsonValue()), (delivery) => {
      const changes = translateWebhook(delivery);
      expect(changes).toHaveLength(delivery.length);
      for (const { deliveryKey } of changes) expect(deliveryKey).toMatch(/^[0-9a-f]{64}$/);
    }),
  );
});
