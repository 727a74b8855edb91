import { expect, test } from 'vitest';
import { mergedIds } from '../../../hubspot/merged-ids.ts';
import { recordUrl } from '../../../hubspot/record-url.ts';
import { gatewayUnderTest } from './gateway-under-test.ts';
import type { SeenRequest } from './scripted-server.ts';

const json = ({ text }: SeenRequest): unknown => JSON.parse(text);
const label = (typeId: number, text: string, category = 'USER_DEFINED') => ({
  category,
  typeId,
  label: text,
});

test('facts §2: a plain link is HubSpot’s default, a typed one says its type; both are put, so that they may be repeated', async () => {
  await using under = await gatewayUnderTest(({ path }) => ({
    status: path.includes('/default/') ? 200 : 201,
    body: { status: 'COMPLETE' },
  }));
  const ends = {
    from: { objectType: 'deal', id: '301' },
    to: { objectType: 'contact', id: '51' },
  } as const;
  await under.hubspot.associations.associate(ends);
  await under.hubspot.associations.associate({ ...ends, type: { category: 'USER_DEFINED', typeId: 7 } });
  expect(under.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'PUT /crm/v4/objects/deals/301/associations/default/contacts/51',
    'PUT /crm/v4/objects/deals/301/associations/contacts/51',
  ]);
  expect(under.requests.slice(1).map(json)).toEqual([
    [{ associationCategory: 'USER_DEFINED', associationTypeId: 7 }],
  ]);
});

test('facts §2: the types of a link are told, and one of a kind that is new to us does not hide the link', async () => {
  const results = [
    {
      toObjectId: 52,
      associationTypes: [label(7, 'Referred person'), { category: 'HUBSPOT_DEFINED', typeId: 449 }],
    },
    { toObjectId: 53, associationTypes: [{ category: 'WORK_OF_A_LATER_YEAR', typeId: 'x' }] },
    { toObjectId: 54 },
  ];
  await using under = await gatewayUnderTest(() => ({ body: { results } }));
  const from = { objectType: 'contact', id: '51' } as const;
  await expect(under.hubspot.associations.labelled({ from, to: 'contact' })).resolves.toEqual([
    {
      id: '52',
      types: [label(7, 'Referred person'), { category: 'HUBSPOT_DEFINED', typeId: 449, label: null }],
    },
    { id: '53', types: [] },
    { id: '54', types: [] },
  ]);
});

test('S65: our label is made where it is missing, in both directions, and only then', async () => {
  const labels = [label(449, '', 'HUBSPOT_DEFINED'), label(5, 'Spouse')];
  await using under = await gatewayUnderTest(({ method }) => {
    if (method === 'POST') labels.push(label(7, 'Referred person'), label(8, 'Referred by'));
    return { body: { results: labels } };
  });
  const expected = {
    referrerToReferred: { category: 'USER_DEFINED', typeId: 7 },
    referredToReferrer: { category: 'USER_DEFINED', typeId: 8 },
  };
  await expect(under.hubspot.associations.ensureReferralLabel()).resolves.toEqual(expected);
  await expect(under.hubspot.associations.ensureReferralLabel()).resolves.toEqual(expected);
  expect(under.requests.map(({ method }) => method)).toEqual(['GET', 'POST', 'GET', 'GET']);
  expect(under.requests.filter(({ method }) => method === 'POST').map(json)).toEqual([
    { name: 'vouchflow_referral', label: 'Referred person', inverseLabel: 'Referred by' },
  ]);
});

test('S65: a label that HubSpot says it has and does not list is no label', async () => {
  await using under = await gatewayUnderTest(({ method }) =>
    method === 'POST' ? { status: 409, body: {} } : { body: { results: [] } },
  );
  await expect(under.hubspot.associations.ensureReferralLabel()).rejects.toMatchObject({
    detail: { kind: 'unavailable', code: 'LABEL_NOT_LISTED' },
  });
});

test('facts §4: owners over pages, by name where there is one; those who left are left out', async () => {
  const owner = (id: string, more: object) => ({ id, userId: 1, archived: false, ...more });
  const pages = [
    {
      results: [
        owner('1', { email: 'ada@example.test', firstName: 'Ada', lastName: 'L' }),
        owner('2', { email: 'left@example.test', archived: true }),
      ],
      paging: { next: { after: 'p2' } },
    },
    { results: [owner('3', { email: 'bob@example.test' }), owner('4', { email: null, firstName: 'Queue' })] },
  ];
  await using under = await gatewayUnderTest(() => ({ body: pages.shift() }));
  await expect(under.hubspot.owners.list()).resolves.toEqual([
    { id: '1', name: 'Ada L', email: 'ada@example.test' },
    { id: '3', name: 'bob@example.test', email: 'bob@example.test' },
    { id: '4', name: 'Queue', email: null },
  ]);
  expect(under.requests.map(({ query }) => query.get('after'))).toEqual([null, 'p2']);
});

test('facts §9: the ids of a merged record, each once, without its own and without what is no id', () => {
  const record = (text: string | null) => ({
    id: '7',
    properties: { hs_merged_object_ids: text },
  });
  expect(mergedIds(record('1;2; 3;7;2;;x'))).toEqual(['1', '2', '3']);
  expect(mergedIds(record(null))).toEqual([]);
  expect(mergedIds({ ...record(null), properties: {} })).toEqual([]);
});

test('facts §1: a record is seen at the domain of its account', () => {
  const account = { uiDomain: 'app-eu1.hubspot.com', portalId: '4711' };
  expect(recordUrl(account, { objectType: 'contact', id: '51' })).toBe(
    'https://app-eu1.hubspot.com/contacts/4711/record/0-1/51',
  );
});

test.each(['', '.', '..', '../deals', '1/2', 'abc'])(
  'reliability C: %j is no id, and never becomes a path of another meaning',
  async (id) => {
    await using under = await gatewayUnderTest(() => ({ body: { results: [] } }));
    const { contacts, associations, lists } = under.hubspot;
    const from = { objectType: 'contact', id } as const;
    for (const call of [
      () => contacts.update(id, { firstname: 'Ada' }),
      () => associations.labelled({ from, to: 'contact' }),
      () => associations.associate({ from, to: from }),
      () => lists.read(id),
      () => lists.members({ listId: id, after: null }),
    ])
      await expect(call()).rejects.toMatchObject({ detail: { kind: 'not-found' } });
    expect(await contacts.erase(id)).toBe('absent');
    expect(await associations.dealsOfContact(id)).toEqual([]);
    expect(under.requests).toHaveLength(0);
  },
);

test('facts §2: among many contacts whose deals are asked for, one that is no id costs the others nothing', async () => {
  await using under = await gatewayUnderTest(() => ({
    body: { results: [{ from: { id: '1' }, to: [{ toObjectId: 11 }] }] },
  }));
  const ask = (id: string) => under.hubspot.associations.dealsOfContact(id);
  expect(await Promise.all([ask('1'), ask('abc'), ask('2')])).toEqual([['11'], [], []]);
  expect(await Promise.all([ask('abc'), ask('..')])).toEqual([[], []]);
  expect(under.requests.map(json)).toEqual([{ inputs: [{ id: '1' }, { id: '2' }] }]);
});
