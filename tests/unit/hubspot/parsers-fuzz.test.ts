/** Whatever HubSpot, or something in front of it, answers: an answer in our words or a `HubSpotError`, nothing else. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { batchAnswerSchema, rowFailures } from '../../../hubspot/batch-answer.ts';
import { errorFacts } from '../../../hubspot/error-body.ts';
import { isHubSpotError } from '../../../hubspot/failures.ts';
import type { HubSpot } from '../../../hubspot/gateway.ts';
import { oauthRefusal } from '../../../hubspot/oauth-refusal.ts';
import { refusalOf } from '../../../hubspot/refusal.ts';
import { translateWebhook } from '../../../hubspot/translate.ts';
import { memoryPorts } from '../../fakes/hubspot-ports.ts';
import { gatewayUnderTest } from './gateway-under-test.ts';
import type { ScriptedAnswer } from './scripted-server.ts';

const anyJson = fc.jsonValue({ maxDepth: 2 });

/** Values as they might stand in a field: right ones, near misses, and anything at all. */
const anyId = fc.oneof(fc.nat().map(String), fc.nat(), fc.constantFrom('', 'abc', '-1', '1e3', '../x'));
const anyText = fc.oneof(fc.string(), fc.constantFrom('', '2026-11-24T12:00:00Z', 'VALIDATION_ERROR'));
const anyField = fc.oneof({ weight: 3, arbitrary: anyText }, { weight: 1, arbitrary: anyJson });
const anyRecord = fc.record(
  {
    id: fc.oneof({ weight: 5, arbitrary: anyId }, { weight: 1, arbitrary: anyJson }),
    properties: fc.oneof(fc.dictionary(fc.string(), anyField), anyJson),
    createdAt: fc.oneof(fc.constant('2026-11-24T12:00:00Z'), anyField),
    updatedAt: fc.oneof(fc.constant('2026-11-24T12:00:00Z'), anyField),
    propertiesWithHistory: anyJson,
    archived: fc.boolean(),
    objectWriteTraceId: anyField,
    toObjectId: anyId,
    recordId: anyId,
    associationTypes: anyJson,
    from: fc.record({ id: anyId }),
    to: fc.array(fc.record({ toObjectId: anyId })),
    name: anyField,
    label: anyField,
    type: anyField,
    stages: fc.array(fc.record({ id: anyId, label: anyText, metadata: anyJson })),
  },
  { requiredKeys: ['id'] },
);
const aPlainRecord = fc.record({
  id: anyId,
  properties: fc.dictionary(fc.string(), fc.string()),
  createdAt: fc.constant('2026-11-24T12:00:00Z'),
  updatedAt: fc.constant('2026-11-24T12:00:00Z'),
  toObjectId: anyId,
  recordId: anyId,
});
const anyError = fc.record(
  {
    message: fc.oneof(anyField, fc.constantFrom('[', ']', '][', 'x: [{"error":1}]', 'Existing ID: 9')),
    category: anyField,
    policyName: anyField,
    correlationId: anyField,
    context: fc.oneof(fc.dictionary(fc.string(), anyJson), anyJson),
    errors: fc.oneof(fc.array(anyJson), anyJson),
  },
  { requiredKeys: [] },
);
const anyPage = fc.record(
  {
    results: fc.oneof(
      { weight: 3, arbitrary: fc.array(aPlainRecord, { maxLength: 4 }) },
      { weight: 1, arbitrary: fc.array(anyRecord, { maxLength: 4 }) },
      { weight: 1, arbitrary: anyJson },
    ),
    errors: fc.array(fc.oneof(anyError, anyJson)),
    paging: fc.oneof(fc.constant({ next: { after: '9' } }), anyJson),
    lists: fc.oneof(fc.array(anyJson), fc.constant([])),
    offset: fc.oneof(fc.integer(), anyJson),
    hasMore: fc.boolean(),
    total: anyJson,
  },
  { requiredKeys: [] },
);
const anyBody = fc.oneof(
  { weight: 4, arbitrary: anyPage },
  { weight: 2, arbitrary: aPlainRecord },
  anyRecord,
  anyError,
  anyJson,
);
const anyAnswer: fc.Arbitrary<ScriptedAnswer> = fc.record({
  status: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(200, 201, 207) },
    { weight: 1, arbitrary: fc.constantFrom(400, 401, 403, 404, 409, 414, 423, 429, 477, 500, 502, 524) },
  ),
  body: fc.oneof(
    { weight: 5, arbitrary: anyBody },
    { weight: 1, arbitrary: fc.constant('<html>maintenance</html>') },
  ),
});

const contact = { objectType: 'contact', id: '1' } as const;
const some = { properties: ['email'] };
const operations: readonly ((hubspot: HubSpot) => Promise<unknown>)[] = [
  ({ contacts }) => contacts.create({ email: 'a@example.test' }),
  ({ contacts }) => contacts.read('1', some),
  ({ contacts }) => contacts.readByEmail('a@example.test', some),
  ({ contacts }) => contacts.readMany(['1', '2'], some),
  ({ contacts }) => contacts.updateMany([1, 2, 3].map((id) => ({ id: `${id}`, properties: { a: 'b' } }))),
  ({ contacts }) => contacts.upsertMany({ by: 'email', rows: [{ key: 'a@example.test', properties: {} }] }),
  ({ contacts }) => contacts.erase('1'),
  ({ contacts }) => contacts.page({ after: null, properties: [] }),
  ({ contacts }) => contacts.archivedPage({ after: null, properties: [] }),
  ({ contacts }) => contacts.count(),
  ({ deals }) => deals.create({ properties: { dealname: 'A' }, contactId: '1' }),
  ({ deals }) => deals.findByUnique({ property: 'p', value: 'v', ...some }),
  ({ associations }) => associations.dealsOfContact('1'),
  ({ associations }) => Promise.all(['1', '2'].map((id) => associations.contactsOfDeal(id))),
  ({ associations }) => associations.labelled({ from: contact, to: 'contact' }),
  ({ associations }) => associations.associate({ from: contact, to: { objectType: 'deal', id: '2' } }),
  ({ associations }) => associations.ensureReferralLabel(),
  ({ lists }) => lists.search('a'),
  ({ lists }) => lists.read('1'),
  ({ lists }) => lists.members({ listId: '1', after: null }),
  ({ properties }) => properties.list('contact'),
  ({ properties }) =>
    properties.ensure('contact', [{ name: 'a', label: 'A', type: 'string', fieldType: 'text' }]),
  ({ pipelines }) => pipelines.list(),
  ({ owners }) => owners.list(),
  ({ notes }) => notes.create({ text: 'a', at: '2026-11-24T12:00:00Z', about: [contact] }),
  ({ account }) => account.details(),
  (hubspot) =>
    hubspot.changed({
      objectType: 'contact',
      from: '2026-11-24T12:00:00Z',
      to: '2026-11-24T13:00:00Z',
      afterId: '1',
      properties: [],
    }),
];

test('reliability C: no answer to any operation ends in anything but a result or a HubSpotError', {
  timeout: 30_000,
}, async () => {
  const ports = memoryPorts();
  let answer: ScriptedAnswer = {};
  const ends = { answered: 0, failed: 0 };
  await using under = await gatewayUnderTest(() => answer, { ports });
  for (const operation of operations) {
    await fc.assert(
      fc.asyncProperty(anyAnswer, async (next) => {
        answer = next;
        ports.connection.status = 'active';
        ports.connection.accessTokenExpiresAt = new Date('2999-01-01');
        try {
          await operation(under.hubspot);
          ends.answered += 1;
        } catch (error) {
          if (!isHubSpotError(error)) throw error;
          ends.failed += 1;
        }
      }),
      { numRuns: 30 },
    );
  }
  expect(ends.answered).toBeGreaterThan(30);
  expect(ends.failed).toBeGreaterThan(30);
});

test('facts §8: any error body, of HubSpot’s or of its token endpoint, is read to a kind and never throws', () => {
  const headers = fc
    .dictionary(fc.constantFrom('retry-after', 'x-hubspot-correlation-id'), fc.string())
    .map((given) => {
      const clean = Object.entries(given).map(([name, value]) => [name, encodeURIComponent(value)] as const);
      return new Headers(clean.map(([name, value]) => [name, value]));
    });
  fc.assert(
    fc.property(
      fc.integer({ min: 300, max: 599 }),
      fc.oneof(anyError, anyJson),
      headers,
      fc.boolean(),
      (status, body, given, repeatable) => {
        const answer = { status, body, headers: given, repeatable };
        for (const read of [refusalOf, oauthRefusal('invalid'), oauthRefusal('reconnect-needed')]) {
          const { kind, retryAfterMs = 0 } = read(answer);
          expect(kind).toMatch(/^[a-z-]+$/);
          expect(retryAfterMs >= 0 && retryAfterMs <= 86_400_000).toBe(true);
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('design §2: nothing that a person typed into an error body survives its reading', () => {
  const typed = 'Jane Doe <jane@example.test>';
  const aMessage = fc.constantFrom(typed, `x: [{"message":"${typed}"}]`, `Existing ID: ${typed}`);
  fc.assert(
    fc.property(fc.record({ message: aMessage, category: aMessage, errors: fc.array(aMessage) }), (body) => {
      expect(JSON.stringify(errorFacts(body))).not.toContain('jane');
    }),
  );
});

test('facts §2: of any answer to a batch each row is written, refused or asked again, and only once', () => {
  const rows = ['1', '2', '3', '4'].map((id) => ({ id, properties: {} }));
  const error = fc.record({
    category: fc.constantFrom('CONFLICT', 'VALIDATION_ERROR', 'OBJECT_NOT_FOUND', 'SOMETHING_NEW', ''),
    context: fc.dictionary(
      fc.constantFrom('objectWriteTraceId', 'ids', 'id'),
      fc.array(fc.constantFrom('1', '2', '3', '4', '9')),
    ),
  });
  const answer = fc.record({
    results: fc.array(fc.record({ id: fc.constantFrom('1', '2', '3', '4', '9') })),
    errors: fc.array(fc.oneof(error, anyJson)),
  });
  fc.assert(
    fc.property(answer, (body) => {
      const parsed = batchAnswerSchema.parse(body);
      const { failures, unexplained } = rowFailures(rows, parsed, ({ id }) => id);
      const refused = failures.map(({ id }) => id);
      const written = new Set(parsed.results.map(({ id }) => id));
      expect(new Set(refused).size).toBe(refused.length);
      expect(refused.filter((id) => written.has(id) || unexplained.has(id))).toEqual([]);
      // Without a single error all of them are written, whichever the answer names.
      const told = rows.filter(({ id }) => written.has(id) || refused.includes(id) || unexplained.has(id));
      expect(parsed.errors.length === 0 || told.length === rows.length).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('reliability B.5: of any delivery every notice has a key and a kind, whatever its neighbours are', () => {
  const notice = fc.record(
    {
      portalId: anyId,
      appId: anyId,
      eventId: anyId,
      subscriptionId: anyId,
      subscriptionType: fc.oneof(
        fc.constantFrom('contact.creation', 'deal.propertyChange', 'object.merge', 'contact.', '.', ''),
        anyField,
      ),
      occurredAt: fc.oneof(fc.nat(), anyField),
      objectId: anyId,
      mergedObjectIds: fc.oneof(fc.array(anyId), anyJson),
      propertyName: anyField,
      propertyValue: fc.constant('typed by a person'),
    },
    { requiredKeys: [] },
  );
  const good = {
    portalId: 1,
    appId: 2,
    eventId: 3,
    subscriptionType: 'contact.creation',
    occurredAt: 1_700_000_000_000,
    objectId: 4,
  };
  fc.assert(
    fc.property(fc.array(fc.oneof(notice, anyJson)), (notices) => {
      const changes = translateWebhook([...notices, good]);
      expect(changes).toHaveLength(notices.length + 1);
      expect(changes.every(({ deliveryKey }) => /^[0-9a-f]{64}$/.test(deliveryKey))).toBe(true);
      expect(changes.at(-1)).toMatchObject({ kind: 'created', objectIds: ['4'] });
      expect(JSON.stringify(changes)).not.toContain('typed by a person');
    }),
    { numRuns: 300 },
  );
});
