import { expect, test } from 'vitest';
import { gatewayUnderTest } from './gateway-under-test.ts';
import type { SeenRequest } from './scripted-server.ts';

interface Input {
  readonly id: string;
  readonly idProperty: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly objectWriteTraceId: string;
}
const inputsOf = ({ text }: SeenRequest) => (JSON.parse(text) as { inputs: Input[] }).inputs;
const row = (key: string, firstname = 'Ada') => ({ key, properties: { firstname } });

test('facts §2: each row carries the property it is found by, its value, and a trace id', async () => {
  await using under = await gatewayUnderTest((request) => ({
    body: { results: inputsOf(request).map(({ objectWriteTraceId }) => ({ id: '51', objectWriteTraceId })) },
  }));
  await under.hubspot.contacts.upsertMany({
    by: 'email',
    rows: [{ key: ' Ada@Example.test', properties: { firstname: 'Ada', lastname: null } }],
  });
  expect(under.requests[0]?.path).toBe('/crm/v3/objects/contacts/batch/upsert');
  expect(under.requests.flatMap(inputsOf)).toEqual([
    {
      id: 'ada@example.test',
      idProperty: 'email',
      properties: { firstname: 'Ada', lastname: '', email: 'ada@example.test' },
      objectWriteTraceId: 'ada@example.test',
    },
  ]);
});

test('facts §2: results in any order and without trace ids are matched by the value they were found by', async () => {
  const results = [
    { id: '2', new: true, properties: { email: 'b@example.test' } },
    { id: '1', new: false, properties: { email: 'a@example.test' } },
  ];
  await using under = await gatewayUnderTest(() => ({ body: { status: 'COMPLETE', results } }));
  const rows = [row('a@example.test'), row('B@example.test')];
  await expect(under.hubspot.contacts.upsertMany({ by: 'email', rows })).resolves.toEqual([
    { kind: 'updated', key: 'a@example.test', id: '1' },
    { kind: 'created', key: 'B@example.test', id: '2' },
  ]);
});

test('a row that HubSpot neither wrote nor refused is a failure to be repeated, never a success', async () => {
  await using under = await gatewayUnderTest(() => ({ body: { status: 'COMPLETE', results: [] } }));
  await expect(
    under.hubspot.contacts.upsertMany({ by: 'email', rows: [row('a@example.test')] }),
  ).rejects.toMatchObject({ detail: { kind: 'unavailable', code: 'UNREADABLE_ANSWER' } });
});

test('a key in the ways of another property is kept as it is', async () => {
  await using under = await gatewayUnderTest((request) => ({
    body: { results: inputsOf(request).map(({ id }, index) => ({ id: `${index}`, objectWriteTraceId: id })) },
  }));
  await under.hubspot.contacts.upsertMany({ by: 'vouchflow_id', rows: [row('P_1'), row('p_1')] });
  expect(under.requests.flatMap(inputsOf).map(({ id }) => id)).toEqual(['P_1', 'p_1']);
});

test('more than a hundred rows are refused before anything is sent; none cost no call', async () => {
  await using under = await gatewayUnderTest(() => ({ status: 500 }));
  const rows = Array.from({ length: 101 }, (_, index) => row(`p${index}@example.test`));
  await expect(under.hubspot.contacts.upsertMany({ by: 'email', rows })).rejects.toThrow('not 101');
  await expect(under.hubspot.contacts.upsertMany({ by: 'email', rows: [] })).resolves.toEqual([]);
  expect(under.requests).toHaveLength(0);
});
