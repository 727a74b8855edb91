import { expect, test } from 'vitest';
import { connectionId } from '../../fakes/hubspot-ports.ts';
import { aContact, gatewayUnderTest } from './gateway-under-test.ts';
import type { ScriptedAnswer, SeenRequest } from './scripted-server.ts';

interface BatchRead {
  readonly properties: string[];
  readonly propertiesWithHistory: string[];
  readonly inputs: { id: string }[];
}
const batchOf = ({ text }: SeenRequest) => JSON.parse(text) as BatchRead;
const idsOf = (request: SeenRequest) => batchOf(request).inputs.map(({ id }) => id);
const isBatch = ({ path }: SeenRequest) => path.endsWith('/batch/read');

/** Holds the given contacts; `aliases` leads from merged ids to live ones, for single reads only. */
function portal(ids: readonly string[], aliases: Readonly<Record<string, string>> = {}) {
  return (request: SeenRequest): ScriptedAnswer => {
    if (isBatch(request)) {
      const results = idsOf(request)
        .filter((id) => ids.includes(id))
        .map((id) => aContact(id))
        .toReversed();
      return {
        status: results.length === idsOf(request).length ? 200 : 207,
        body: { results, errors: [{}] },
      };
    }
    const asked = request.path.split('/').at(-1) ?? '';
    const id = aliases[asked] ?? asked;
    return ids.includes(id)
      ? { body: aContact(id) }
      : { status: 404, body: { message: 'resource not found' } };
  };
}
const idList = (count: number) => Array.from({ length: count }, (_, index) => String(index + 1));
const tier = { properties: ['tier'] };

test('facts §2: a batch read answers each id in the order asked, though HubSpot does not', async () => {
  await using under = await gatewayUnderTest(portal(['1', '2', '3']));
  const lookups = await under.hubspot.contacts.readMany(['3', '1', '3', '2'], tier);
  expect(lookups.map(({ askedId, record }) => [askedId, record?.id])).toEqual([
    ['3', '3'],
    ['1', '1'],
    ['3', '3'],
    ['2', '2'],
  ]);
  expect(under.requests.map(idsOf)).toEqual([['3', '1', '2']]);
});

test('facts §9: a merged id is followed to the live record by a single read; a deleted one is null', async () => {
  await using under = await gatewayUnderTest(portal(['1', '9'], { '5': '9' }));
  const lookups = await under.hubspot.contacts.readMany(['1', '5', '6', 'abc'], tier);
  expect(lookups.map(({ askedId, record }) => [askedId, record?.id ?? null])).toEqual([
    ['1', '1'],
    ['5', '9'],
    ['6', null],
    ['abc', null],
  ]);
});

test('an outage during a look-up is a failure, never a deleted record', async () => {
  await using under = await gatewayUnderTest((request) =>
    isBatch(request) ? { body: { results: [] } } : { status: 500 },
  );
  await expect(under.hubspot.contacts.readMany(['1', '2'], tier)).rejects.toMatchObject({
    detail: { kind: 'unavailable' },
  });
});

test('facts §2: a batch takes 100 ids, 50 with history, and says so', async () => {
  await using under = await gatewayUnderTest(portal([]));
  const history = { ...tier, history: ['tier'] };
  await expect(under.hubspot.contacts.readMany(idList(101), tier)).rejects.toThrow(
    'at most 100 ids, not 101',
  );
  await expect(under.hubspot.deals.readMany(idList(51), history)).rejects.toThrow('at most 50 ids, not 51');
  await expect(under.hubspot.contacts.readMany([], tier)).resolves.toEqual([]);
  expect(under.requests).toHaveLength(0);
});

test('facts §2: history arrives newest first, in our words, empty values as empty text', async () => {
  const versions = [
    { value: 'gold', timestamp: '2026-11-02T10:00:00.123Z', sourceType: 'CRM_UI', sourceId: 'userId:1' },
    { value: null, timestamp: '2026-11-01T10:00:00Z', sourceType: 'API' },
  ];
  await using under = await gatewayUnderTest(() => ({
    body: { ...aContact('1'), propertiesWithHistory: { tier: versions } },
  }));
  const record = await under.hubspot.contacts.read('1', { ...tier, history: ['tier'] });
  expect(record.history).toEqual({
    tier: [
      { value: 'gold', at: '2026-11-02T10:00:00.123Z' },
      { value: '', at: '2026-11-01T10:00:00.000Z' },
    ],
  });
  expect(Object.fromEntries(under.requests[0]?.query ?? [])).toEqual({
    properties: 'tier,hs_merged_object_ids',
    propertiesWithHistory: 'tier',
  });
});

test('design §3: reads of many callers at the same time become batches of fifty', async () => {
  const ids = idList(120);
  await using under = await gatewayUnderTest(portal(ids));
  const open = () => under.open({ connectionId, epoch: 1, lane: 'interactive' }).contacts;
  const records = await Promise.all(
    ids.map((id) => open().read(id, { properties: ['tier'], history: ['tier'] })),
  );
  expect(records.map(({ id }) => id)).toEqual(ids);
  expect(under.requests.map((request) => idsOf(request).length)).toEqual([50, 50, 20]);
});

test('design §3: only reads of the same properties share a batch, in whatever order they name them', async () => {
  await using under = await gatewayUnderTest(portal(['1', '2', '3', '4']));
  const { contacts } = under.open({ connectionId, epoch: 1, lane: 'interactive' });
  await Promise.all([
    contacts.read('1', { properties: ['a', 'b'] }),
    contacts.read('2', { properties: ['b', 'a'] }),
    contacts.read('3', { properties: ['a'] }),
    contacts.read('4', { properties: ['a'] }),
  ]);
  expect(under.requests.map(idsOf).toSorted((a, b) => Number(a[0]) - Number(b[0]))).toEqual([
    ['1', '2'],
    ['3', '4'],
  ]);
});

test('a caller under an older epoch is not carried by the batch of a newer one', async () => {
  await using under = await gatewayUnderTest(portal(['1', '2']));
  const read = (epoch: number, id: string) =>
    under.open({ connectionId, epoch, lane: 'interactive' }).contacts.read(id, { properties: [] });
  const [closed, open] = await Promise.allSettled([read(0, '1'), read(1, '2')]);
  expect(closed).toMatchObject({ status: 'rejected', reason: { detail: { kind: 'connection-closed' } } });
  expect(open).toMatchObject({ status: 'fulfilled' });
});

test('in a gathered batch only the caller whose record is gone gets not-found', async () => {
  await using under = await gatewayUnderTest(portal(['1']));
  const { contacts } = under.open({ connectionId, epoch: 1, lane: 'interactive' });
  const [found, gone] = await Promise.allSettled([contacts.read('1', tier), contacts.read('2', tier)]);
  expect(found).toMatchObject({ status: 'fulfilled', value: { id: '1' } });
  expect(gone).toMatchObject({ status: 'rejected', reason: { detail: { kind: 'not-found' } } });
});

test('reliability A2.12: 1,200 properties are asked for in a body, never in the address', async () => {
  const properties = Array.from({ length: 1_200 }, (_, index) => `property_number_${index}`);
  await using under = await gatewayUnderTest((request) => {
    if (isBatch(request)) return portal(['7'])(request);
    return request.path.endsWith('/contacts')
      ? { body: { results: [aContact('7')] } }
      : { body: aContact('7') };
  });
  const { contacts } = under.hubspot;
  expect((await contacts.readByEmail('a@example.test', { properties })).id).toBe('7');
  expect((await contacts.page({ after: null, properties })).results.map(({ id }) => id)).toEqual(['7']);
  const batches = under.requests.filter(isBatch);
  expect(under.requests).toHaveLength(4 + 1);
  expect(batches.every((request) => batchOf(request).properties.length === 1_200 + 1)).toBe(true);
  expect(
    under.requests.filter((request) => !isBatch(request)).every(({ query }) => query.toString().length < 200),
  ).toBe(true);
});

test('reliability C: a property called __proto__ changes nothing but itself', async () => {
  const body = JSON.stringify(aContact('1')).replace(
    '"hs_object_id"',
    '"__proto__":null,"constructor":"x","hs_object_id"',
  );
  await using under = await gatewayUnderTest(() => ({ body }));
  const { properties } = await under.hubspot.contacts.read('1', tier);
  expect(Object.getPrototypeOf(properties)).toBe(Object.prototype);
  expect(Object.keys(properties).toSorted()).toEqual(['constructor', 'hs_object_id']);
});

test('an empty address is nobody’s, and is not sent as a path of its own', async () => {
  await using under = await gatewayUnderTest(portal([]));
  for (const email of ['', '.', '..']) {
    await expect(under.hubspot.contacts.readByEmail(email, tier)).rejects.toMatchObject({
      detail: { kind: 'not-found' },
    });
  }
  expect(under.requests).toHaveLength(0);
});
