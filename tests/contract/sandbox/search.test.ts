import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aSandbox, portalId, type TestSandbox } from './fixture.ts';

interface Found {
  total: number;
  results: { id: string; properties: Record<string, string | null> }[];
  paging?: { next: { after: string } };
}

let sandbox: TestSandbox;
let ids: readonly string[];

const people = [
  {
    email: 'anna@one.example',
    firstname: 'Anna',
    lastname: 'Groß',
    lifecyclestage: 'customer',
    numbered: '5',
  },
  { email: 'bert@one.example', firstname: 'BERT', lastname: 'Meyer', lifecyclestage: 'lead', numbered: '40' },
  { email: 'carl@two.example', firstname: 'Carl', lastname: 'Meyer-Lang', lifecyclestage: 'lead' },
  { firstname: 'Dora', lastname: 'ÖZ', lifecyclestage: 'customer', numbered: '300' },
];

beforeAll(async () => {
  sandbox = await aSandbox();
  await sandbox.api('POST', '/crm/v3/properties/contacts', {
    name: 'numbered',
    label: 'Numbered',
    groupName: 'contactinformation',
    type: 'number',
    fieldType: 'number',
  });
  const contacts = people.map((properties, index) => ({ properties, at: `2026-01-0${index + 1}T00:00:00Z` }));
  ids = (await sandbox.control<{ ids: string[] }>('POST', `/portals/${portalId}/contacts`, { contacts })).body
    .ids;
});
afterAll(() => sandbox.close());

const search = (body: object, type = 'contacts') =>
  sandbox.api<Found>('POST', `/crm/v3/objects/${type}/search`, body);
const where = (propertyName: string, operator: string, more: object = {}) => ({
  filterGroups: [{ filters: [{ propertyName, operator, ...more }] }],
});
/** Which of the people above were found, by their place. */
const found = async (body: object) => (await search(body)).body.results.map(({ id }) => ids.indexOf(id));

describe('filters', () => {
  test.each([
    ['EQ folds case', where('firstname', 'EQ', { value: 'bert' }), [1]],
    ['EQ folds case beyond ASCII', where('lastname', 'EQ', { value: 'öz' }), [3]],
    ['EQ on an address', where('email', 'EQ', { value: 'CARL@two.example' }), [2]],
    ['EQ on an option keeps case', where('lifecyclestage', 'EQ', { value: 'Lead' }), []],
    ['NEQ includes the empty', where('numbered', 'NEQ', { value: '5' }), [1, 2, 3]],
    ['numbers compare as numbers', where('numbered', 'GT', { value: '30' }), [1, 3]],
    ['BETWEEN', where('numbered', 'BETWEEN', { value: '5', highValue: '40' }), [0, 1]],
    ['IN', where('lifecyclestage', 'IN', { values: ['customer', 'other'] }), [0, 3]],
    ['IN wants lower case for text', where('firstname', 'IN', { values: ['BERT'] }), []],
    ['IN finds lower case in text', where('firstname', 'IN', { values: ['bert'] }), [1]],
    ['NOT_IN', where('lifecyclestage', 'NOT_IN', { values: ['customer'] }), [1, 2]],
    ['HAS_PROPERTY', where('email', 'HAS_PROPERTY'), [0, 1, 2]],
    ['NOT_HAS_PROPERTY', where('numbered', 'NOT_HAS_PROPERTY'), [2]],
    ['CONTAINS_TOKEN', where('lastname', 'CONTAINS_TOKEN', { value: 'meyer' }), [1, 2]],
    ['CONTAINS_TOKEN with a star', where('email', 'CONTAINS_TOKEN', { value: 'ca*' }), [2]],
    ['NOT_CONTAINS_TOKEN', where('lastname', 'NOT_CONTAINS_TOKEN', { value: 'meyer' }), [0, 3]],
    ['a query begins words', { query: 'mey' }, [1, 2]],
  ])('facts §3: %s', async (_name, body, expected) => {
    expect(await found(body)).toEqual(expected);
  });

  test('facts §3: filters of a group hold together, groups are alternatives', async () => {
    const filter = (propertyName: string, value: string) => ({ propertyName, operator: 'EQ', value });
    const body = {
      filterGroups: [
        { filters: [filter('lastname', 'meyer'), filter('lifecyclestage', 'lead')] },
        { filters: [filter('firstname', 'dora')] },
      ],
    };
    expect(await found(body)).toEqual([1, 3]);
  });

  test('design §4: a window of changes is read by id, up to the millisecond', async () => {
    const [from, to] = ['2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z'].map((text) =>
      String(Date.parse(text)),
    );
    const body = {
      filterGroups: [
        {
          filters: [
            { propertyName: 'lastmodifieddate', operator: 'BETWEEN', value: from, highValue: to },
            { propertyName: 'hs_object_id', operator: 'GT', value: ids[1] },
          ],
        },
      ],
      sorts: [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }],
      limit: 200,
    };
    expect(await found(body)).toEqual([2]);
  });

  test('facts §3: deals are found by their contact', async () => {
    const { body } = await sandbox.control<{ ids: string[] }>('POST', `/portals/${portalId}/deals`, {
      deals: [{ properties: { dealname: 'Of Anna', dealstage: 'contractsent' }, contactIds: [ids[0]] }],
    });
    const answer = await search(where('associations.contact', 'EQ', { value: ids[0] }), 'deals');
    expect(answer.body.results.map(({ id }) => id)).toEqual(body.ids);
  });

  test.each([
    ['an unknown property', where('no_such', 'EQ', { value: '1' })],
    ['an operator without its value', where('firstname', 'EQ')],
    [
      'six groups',
      {
        filterGroups: Array.from({ length: 6 }, () => ({
          filters: [{ propertyName: 'email', operator: 'HAS_PROPERTY' }],
        })),
      },
    ],
    [
      'seven filters',
      {
        filterGroups: [
          { filters: Array.from({ length: 7 }, () => ({ propertyName: 'email', operator: 'HAS_PROPERTY' })) },
        ],
      },
    ],
    ['two sorts', { sorts: ['email', 'firstname'] }],
    ['201 a page', { limit: 201 }],
    ['a body of more than 3,000 characters', { query: 'x'.repeat(3000) }],
    ['results beyond the 10,000th', { limit: 100, after: '9950' }],
  ])('facts §3: %s is refused', async (_name, body) => {
    expect((await search(body)).status).toBe(400);
  });
});

describe('results', () => {
  test('facts §3: the typed client reads a sorted page and where the next one begins', async () => {
    const page = await sandbox.client.crm.contacts.searchApi.doSearch({
      sorts: ['-createdate'],
      limit: 3,
      properties: ['firstname'],
    });
    expect(page.total).toBe(4);
    expect(page.results.map(({ id }) => ids.indexOf(id))).toEqual([3, 2, 1]);
    expect(page.paging?.next?.after).toBe('3');
    const last = await search({ sorts: ['-createdate'], limit: 3, after: '3' });
    expect(last.body.results.map(({ id }) => ids.indexOf(id))).toEqual([0]);
    expect(last.body.paging).toBeUndefined();
  });

  test('facts §3, reliability A2.4: the index lags; what was archived or merged never appears', async () => {
    const own = await aSandbox();
    const find = async (value: string) =>
      (await own.api<Found>('POST', '/crm/v3/objects/contacts/search', where('firstname', 'EQ', { value })))
        .body.results.length;
    const old = await own.contact({ firstname: 'Before' });
    const gone = await own.contact({ firstname: 'Gone' });
    await own.control('PUT', '/search', { lagMs: 60_000 });
    await own.contact({ firstname: 'New' });
    await own.control('PATCH', `/portals/${portalId}/contacts/${old}`, {
      properties: { firstname: 'Between' },
    });
    await own.control('PATCH', `/portals/${portalId}/contacts/${old}`, {
      properties: { firstname: 'After' },
    });
    expect([await find('New'), await find('Before'), await find('Between'), await find('After')]).toEqual([
      0, 1, 0, 0,
    ]);
    await own.control('PUT', '/search', { lagMs: 0 });
    expect([await find('New'), await find('Before'), await find('After')]).toEqual([1, 0, 1]);
    await own.control('POST', `/portals/${portalId}/contacts/${gone}/archive`);
    expect(await find('Gone')).toBe(0);
    await own.close();
  });

  test('facts §3: with a seed, records become visible within the lag in an order of its own, not of their making', async () => {
    const own = await aSandbox();
    // The seed spreads three records over the lag: the last one first, 0.3 of the lag before the next.
    await own.control('PUT', '/search', { lagMs: 3000, shuffleSeed: 1597 });
    const contacts = Array.from({ length: 3 }, () => ({ properties: { firstname: 'Seen' } }));
    const made = await own.control<{ ids: string[] }>('POST', `/portals/${portalId}/contacts`, { contacts });
    const [first, second, third] = made.body.ids;
    const visible = async () => {
      const wanted = where('firstname', 'EQ', { value: 'Seen' });
      const { body } = await own.api<Found>('POST', '/crm/v3/objects/contacts/search', wanted);
      return body.results.map(({ id }) => id);
    };
    for (const expected of [[third], [first, third], [first, second, third]])
      await expect.poll(visible, { interval: 20, timeout: 5000 }).toEqual(expected);
    await own.close();
  });

  test('facts §3: the index may be half an hour behind, and no more', async () => {
    expect((await sandbox.control('PUT', '/search', { lagMs: 1_800_001 })).status).toBe(400);
    expect((await sandbox.control('PUT', '/search', { lagMs: 1_800_000 })).status).toBe(200);
    await sandbox.control('PUT', '/search', { lagMs: 0 });
  });
});
