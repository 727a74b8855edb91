import { expect, test } from 'vitest';
import { aContact, gatewayUnderTest } from './gateway-under-test.ts';
import type { SeenRequest } from './scripted-server.ts';

const json = ({ text }: SeenRequest): unknown => JSON.parse(text);

const anEnd = (id: number) => ({ toObjectId: id, associationTypes: [] });

const aList = (listId: number, processingType: string, objectTypeId = '0-1', size?: string) => ({
  listId: String(listId),
  name: `List ${listId}`,
  objectTypeId,
  processingType,
  additionalProperties: size === undefined ? {} : { hs_list_size: size },
});

const aStage = (
  id: string,
  displayOrder: number,
  isClosed: string,
  probability: string,
  archived = false,
) => ({
  id,
  label: id,
  displayOrder,
  archived,
  metadata: { isClosed, probability },
});

test('facts §2: a deal is created together with its association to the contact, type 3', async () => {
  await using under = await gatewayUnderTest(() => ({ status: 201, body: aContact('301') }));
  await under.hubspot.deals.create({
    properties: { dealname: 'A', dealstage: 's1', amount: null },
    contactId: '51',
  });
  expect(under.requests.map(json)).toEqual([
    {
      properties: { dealname: 'A', dealstage: 's1', amount: '' },
      associations: [
        { to: { id: '51' }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 3 }] },
      ],
    },
  ]);
});

test('S46: a create whose answer cannot be read may have happened, and says so', async () => {
  await using under = await gatewayUnderTest(() => ({ status: 201, body: { id: '51' } }));
  await expect(under.hubspot.contacts.create({ email: 'a@example.test' })).rejects.toMatchObject({
    detail: { kind: 'outcome-unknown', code: 'UNREADABLE_ANSWER' },
  });
});

test('facts §2: a deal is found by our unique property, whose value is no path', async () => {
  await using under = await gatewayUnderTest(({ query }) =>
    query.get('properties')?.startsWith('amount,') ? { body: aContact('301') } : { status: 404 },
  );
  const find = (property: string, properties: string[]) =>
    under.hubspot.deals.findByUnique({ property, value: 'ref/1?x', properties });
  expect((await find('vouchflow_referral_id', ['amount']))?.id).toBe('301');
  expect(await find('vouchflow_referral_id', [])).toBeNull();
  expect(under.requests[0]?.path).toBe('/crm/v3/objects/deals/ref%2F1%3Fx');
  expect(under.requests[0]?.query.get('idProperty')).toBe('vouchflow_referral_id');
});

test('reliability A2.21: a cursor that leads back to its own page is refused, not followed for ever', async () => {
  const paging = { next: { after: 'here', link: 'x' } };
  await using under = await gatewayUnderTest(() => ({ body: { results: [], paging } }));
  const refused = { detail: { kind: 'unavailable', code: 'CURSOR_REPEATED' } };
  await expect(under.hubspot.contacts.page({ after: 'here', properties: [] })).rejects.toMatchObject(refused);
  await expect(under.hubspot.lists.members({ listId: '1', after: 'here' })).rejects.toMatchObject(refused);
  await expect(under.hubspot.associations.dealsOfContact('1')).rejects.toMatchObject(refused);
  await expect(under.hubspot.contacts.page({ after: null, properties: [] })).resolves.toEqual({
    results: [],
    after: 'here',
  });
});

test('facts §2: the deals of a contact are collected over pages, each once', async () => {
  const pages: Readonly<Record<string, unknown>> = {
    '': { results: [{ toObjectId: 301 }, { toObjectId: 302 }], paging: { next: { after: 'p2' } } },
    p2: { results: [{ toObjectId: 302 }, { toObjectId: 303 }] },
  };
  await using under = await gatewayUnderTest(({ query }) => ({ body: pages[query.get('after') ?? ''] }));
  await expect(under.hubspot.associations.dealsOfContact('51')).resolves.toEqual(['301', '302', '303']);
  expect(under.requests[0]?.path).toBe('/crm/v4/objects/contacts/51/associations/deals');
});

test('design §3: the deals of many contacts are one batch call; only a long list is read by itself', async () => {
  const results = [
    { from: { id: '2' }, to: [anEnd(21), anEnd(21), anEnd(22)] },
    { from: { id: '1' }, to: [anEnd(11)], paging: { next: { after: 'more' } } },
  ];
  await using under = await gatewayUnderTest(({ method }) =>
    method === 'POST'
      ? { status: 207, body: { results, numErrors: 1, errors: [{ category: 'OBJECT_NOT_FOUND' }] } }
      : { body: { results: [anEnd(11), anEnd(12)] } },
  );
  const deals = await Promise.all(
    ['1', '2', '3', '2'].map((id) => under.hubspot.associations.dealsOfContact(id)),
  );
  expect(deals).toEqual([['11', '12'], ['21', '22'], [], ['21', '22']]);
  expect(under.requests.map(({ path }) => path)).toEqual([
    '/crm/v4/associations/contacts/deals/batch/read',
    '/crm/v4/objects/contacts/1/associations/deals',
  ]);
  expect(json(under.requests[0] as SeenRequest)).toEqual({ inputs: [{ id: '1' }, { id: '2' }, { id: '3' }] });
});

test('facts §5: lists of contacts in our words, over pages; lists of other objects are left out', async () => {
  const pages = [
    {
      lists: [aList(1, 'DYNAMIC', '0-1', '250'), aList(2, 'MANUAL', '0-2')],
      offset: 2,
      hasMore: true,
      total: 3,
    },
    { lists: [aList(3, 'SNAPSHOT')], offset: 3, hasMore: false, total: 3 },
  ];
  await using under = await gatewayUnderTest(() => ({ body: pages.shift() }));
  await expect(under.hubspot.lists.search('List')).resolves.toEqual([
    { id: '1', name: 'List 1', kind: 'active', size: 250 },
    { id: '3', name: 'List 3', kind: 'snapshot', size: null },
  ]);
  expect(under.requests.map(json)).toMatchObject([{ offset: 0, query: 'List', count: 500 }, { offset: 2 }]);
});

test('reliability A2.21: a list search that always has more comes to an end', async () => {
  let offset = 0;
  await using under = await gatewayUnderTest(() => ({
    body: { lists: [], offset: (offset += 1), hasMore: true },
  }));
  await expect(under.hubspot.lists.search()).resolves.toEqual([]);
  expect(under.requests).toHaveLength(10);
});

test('facts §4: pipelines in the order people see them; won and lost by metadata, not by name', async () => {
  const stages = [
    aStage('lost', 3, 'true', '0.0'),
    aStage('closedwon', 1, 'false', '0.2'),
    aStage('signed', 2, 'true', '1.0'),
    aStage('old', 0, 'true', '1.0', true),
  ];
  const results = [
    { id: 'b', label: 'B', displayOrder: 1, archived: false, stages: [] },
    { id: 'a', label: 'A', displayOrder: 0, archived: false, stages },
  ];
  await using under = await gatewayUnderTest(() => ({ body: { results } }));
  await expect(under.hubspot.pipelines.list()).resolves.toEqual([
    {
      id: 'a',
      label: 'A',
      stages: [
        { id: 'closedwon', label: 'closedwon', outcome: 'open' },
        { id: 'signed', label: 'signed', outcome: 'won' },
        { id: 'lost', label: 'lost', outcome: 'lost' },
      ],
    },
    { id: 'b', label: 'B', stages: [] },
  ]);
});

const link = { name: 'referral_link', label: 'Referral link', type: 'string', fieldType: 'text' } as const;
const code = { ...link, name: 'vouchflow_referral_id', label: 'Referral id', hasUniqueValue: true };

test('facts §4: only what is missing is created, in our own group, with uniqueness from the start', async () => {
  await using under = await gatewayUnderTest(({ method }) =>
    method === 'GET'
      ? { body: { results: [{ ...link, groupName: 'contactinformation' }] } }
      : { status: 201, body: {} },
  );
  await under.hubspot.properties.ensure('contact', [link, code]);
  const [, ...made] = under.requests;
  expect(made.map((request) => [request.path, json(request)])).toEqual([
    ['/crm/v3/properties/contacts/groups', { name: 'referral_program', label: 'Referral program' }],
    ['/crm/v3/properties/contacts', { ...code, groupName: 'referral_program' }],
  ]);
  await under.hubspot.properties.ensure('contact', [link]);
  expect(under.requests.filter(({ method }) => method === 'POST')).toHaveLength(2);
});

test.each([
  [409, { category: 'OBJECT_ALREADY_EXISTS' }],
  [400, { category: 'OBJECT_ALREADY_EXISTS' }],
  [409, { message: 'exists' }],
])('facts §4: %i %j is as good as made: somebody else was first', async (status, body) => {
  await using under = await gatewayUnderTest(({ method }) =>
    method === 'GET' ? { body: { results: [] } } : { status, body },
  );
  await expect(under.hubspot.properties.ensure('deal', [code])).resolves.toBeUndefined();
});

test('facts §4: a property that HubSpot refuses is not taken for one that exists', async () => {
  await using under = await gatewayUnderTest(({ method, path }) => {
    if (method === 'GET') return { body: { results: [] } };
    return path.endsWith('/groups')
      ? { status: 201, body: {} }
      : { status: 400, body: { category: 'VALIDATION_ERROR' } };
  });
  await expect(under.hubspot.properties.ensure('deal', [code])).rejects.toMatchObject({
    detail: { kind: 'invalid' },
  });
});

test('facts §4: a property tells what may be mapped: read-only values, calculated ones, hidden options', async () => {
  const results = [
    { ...link, hubspotDefined: true, options: [], modificationMetadata: { readOnlyValue: true } },
    {
      ...code,
      calculated: true,
      options: [
        { label: 'A', value: 'a', hidden: false },
        { label: 'B', value: 'b', hidden: true },
      ],
    },
    { ...link, name: 'gone', archived: true },
  ];
  await using under = await gatewayUnderTest(() => ({ body: { results } }));
  await expect(under.hubspot.properties.list('contact')).resolves.toMatchObject([
    { name: 'referral_link', readOnly: true, custom: false, hasUniqueValue: false },
    {
      name: 'vouchflow_referral_id',
      readOnly: true,
      custom: true,
      hasUniqueValue: true,
      options: [{ label: 'A', value: 'a' }],
    },
  ]);
});

const window = {
  objectType: 'deal',
  from: '2026-11-01T00:00:00.000Z',
  to: '2026-11-01T01:00:00.000Z',
  properties: ['amount'],
} as const;

test('facts §3: what changed is asked by window and id, never by offset, from the search budget', async () => {
  await using under = await gatewayUnderTest(() => ({ body: { total: 0, results: [] } }));
  await under.hubspot.changed({ ...window, afterId: '42' });
  expect(under.requests.map(json)).toEqual([
    {
      filterGroups: [
        {
          filters: [
            {
              propertyName: 'hs_lastmodifieddate',
              operator: 'BETWEEN',
              value: '1793491200000',
              highValue: '1793494800000',
            },
            { propertyName: 'hs_object_id', operator: 'GT', value: '42' },
          ],
        },
      ],
      sorts: [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }],
      properties: ['amount', 'hs_merged_object_ids'],
      limit: 200,
    },
  ]);
  expect(under.ports.reservations.map(({ budget }) => budget)).toEqual(['search']);
});

test('reliability A3: a window from the beginning of time starts one second later, on the property of contacts', async () => {
  await using under = await gatewayUnderTest(() => ({ body: { results: [] } }));
  await under.hubspot.changed({
    ...window,
    objectType: 'contact',
    from: '1970-01-01T00:00:00.000Z',
    afterId: null,
  });
  const [filter, ...others] = (
    json(under.requests[0] as SeenRequest) as { filterGroups: [{ filters: unknown[] }] }
  ).filterGroups[0].filters;
  expect(filter).toMatchObject({ propertyName: 'lastmodifieddate', value: '1000' });
  expect(others).toEqual([]);
});

test('reliability A2.5: a page out of order is put in order, so that the next one starts after its last id', async () => {
  await using under = await gatewayUnderTest(() => ({
    body: { results: ['100', '9', '42', '77'].map((id) => aContact(id)) },
  }));
  const found = await under.hubspot.changed({ ...window, afterId: '42' });
  expect(found.map(({ id }) => id)).toEqual(['77', '100']);
});

test('facts §3: one that was deleted or merged between the search and its reading leaves the page whole and its ids in order', async () => {
  const properties = Array.from({ length: 300 }, (_, index) => `property_${index}`);
  const ids = Array.from({ length: 200 }, (_, index) => String(index + 1));
  await using under = await gatewayUnderTest(({ path, text }) => {
    if (path.endsWith('/search')) return { body: { results: ids.map((id) => aContact(id)) } };
    if (path.endsWith('/contacts/7')) return { status: 404 };
    if (path.endsWith('/contacts/200')) return { body: aContact('999', { property_1: 'x' }) };
    const { inputs } = JSON.parse(text) as { inputs: { id: string }[] };
    const alive = inputs.filter(({ id }) => id !== '7' && id !== '200');
    return { body: { results: alive.map(({ id }) => aContact(id, { property_1: 'x' })) } };
  });
  const found = await under.hubspot.changed({ ...window, objectType: 'contact', properties, afterId: null });
  expect(found.map(({ id }) => id)).toEqual(ids);
  expect(found.filter((record) => record.properties['property_1'] === 'x')).toHaveLength(198);
});

test('facts §3: a search that would be too long finds ids, and the values are read in batches', async () => {
  const properties = Array.from({ length: 300 }, (_, index) => `property_${index}`);
  await using under = await gatewayUnderTest(({ path, text }) => {
    const { inputs = [] } = JSON.parse(text) as { inputs?: { id: string }[] };
    const ids = path.endsWith('/search')
      ? Array.from({ length: 150 }, (_, index) => String(index + 1))
      : inputs.map(({ id }) => id);
    return { body: { results: ids.map((id) => aContact(id)) } };
  });
  const found = await under.hubspot.changed({ ...window, properties, afterId: null });
  expect(found).toHaveLength(150);
  expect(under.requests.map(({ path }) => path.split('/').at(-1))).toEqual(['search', 'read', 'read']);
  expect(under.requests[0]?.text.length).toBeLessThan(3_000);
});
