/** `reliability.md` A2: batches of which one row is bad. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gatewayUnderTest } from '../../unit/hubspot/gateway-under-test.ts';
import type { SeenRequest } from '../../unit/hubspot/scripted-server.ts';
import { type SandboxUnderTest, sandboxUnderTest } from '../gateway/gateway-on-sandbox.ts';

let sandbox: SandboxUnderTest;
beforeAll(async () => {
  sandbox = await sandboxUnderTest();
});
afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

interface Input {
  readonly id: string;
  readonly objectWriteTraceId: string;
}
const inputsOf = ({ text }: SeenRequest) => (JSON.parse(text) as { inputs: Input[] }).inputs;

test('A2 #7: one conflict fails a whole upsert of a hundred: 99 are applied, one is told, in O(log n) more calls', async () => {
  const applied = new Set<string>();
  await using under = await gatewayUnderTest((request) => {
    const inputs = inputsOf(request);
    if (inputs.some(({ id }) => id === 'p37@example.test'))
      return { status: 409, body: { message: 'Contact already exists', category: 'CONFLICT' } };
    for (const { id } of inputs) applied.add(id);
    return {
      body: {
        results: inputs.map(({ objectWriteTraceId }, index) => ({
          id: String(index + 1),
          objectWriteTraceId,
          new: true,
        })),
      },
    };
  });
  const rows = Array.from({ length: 100 }, (_, index) => ({
    key: `p${index}@example.test`,
    properties: { firstname: 'A' },
  }));
  const outcomes = await under.hubspot.contacts.upsertMany({ by: 'email', rows });
  expect(outcomes.filter(({ kind }) => kind === 'refused')).toEqual([
    {
      kind: 'refused',
      key: 'p37@example.test',
      failure: { id: 'p37@example.test', kind: 'conflict' },
    },
  ]);
  expect(applied.size).toBe(99);
  expect(under.requests.length).toBeLessThanOrEqual(1 + 2 * Math.ceil(Math.log2(100)));
});

test('A2 #8: every conflict of a batch is told by its row, not only the first, and in one call', async () => {
  const { hubspot, sentPaths } = await sandbox.connect('v3');
  const ours = {
    name: 'vouchflow_id',
    label: 'Vouchflow id',
    type: 'string',
    fieldType: 'text',
    hasUniqueValue: true,
  } as const;
  await hubspot.properties.ensure('contact', [ours]);
  for (const name of ['ada', 'bob']) await hubspot.contacts.create({ email: `${name}@example.test` });
  const rows = ['ada', 'eve', 'bob', 'joe'].map((name, index) => ({
    key: `p_${index}`,
    properties: { email: `${name}@example.test` },
  }));
  const outcomes = await hubspot.contacts.upsertMany({ by: ours.name, rows });
  expect(outcomes.map(({ kind }) => kind)).toEqual(['refused', 'created', 'refused', 'created']);
  expect(outcomes.flatMap((outcome) => (outcome.kind === 'refused' ? outcome.failure : []))).toMatchObject([
    { id: 'p_0', kind: 'conflict' },
    { id: 'p_2', kind: 'conflict' },
  ]);
  expect((await sentPaths()).filter((path) => path.includes('/batch/'))).toHaveLength(1);
});

test('A2 #8: every row of a batch carries a trace id of its own', async () => {
  await using under = await gatewayUnderTest((request) => ({
    body: {
      results: inputsOf(request).map(({ objectWriteTraceId }, index) => ({
        id: String(index + 1),
        objectWriteTraceId,
      })),
    },
  }));
  const rows = Array.from({ length: 100 }, (_, index) => ({ key: `p_${index}`, properties: {} }));
  await under.hubspot.contacts.upsertMany({ by: 'vouchflow_id', rows });
  const traces = under.requests.flatMap(inputsOf).map(({ objectWriteTraceId }) => objectWriteTraceId);
  expect(new Set(traces).size).toBe(100);
});

const spellings = [
  { key: 'ada@example.test', properties: { firstname: 'Ada', lastname: 'L' } },
  { key: 'ADA@example.test', properties: { firstname: 'Augusta' } },
  { key: ' ada@Example.test ', properties: { phone: '1' } },
];

test('A2 #9: one address in three spellings leaves as one row, in lower case and with the later values', async () => {
  await using under = await gatewayUnderTest((request) => ({
    body: { results: inputsOf(request).map(({ objectWriteTraceId }) => ({ id: '51', objectWriteTraceId })) },
  }));
  await under.hubspot.contacts.upsertMany({ by: 'email', rows: spellings });
  expect(under.requests.flatMap(inputsOf)).toMatchObject([
    {
      id: 'ada@example.test',
      properties: { email: 'ada@example.test', firstname: 'Augusta', lastname: 'L', phone: '1' },
    },
  ]);
  expect(under.requests.flatMap(inputsOf)).toHaveLength(1);
});

test('A2 #9: one address in three spellings is one contact, and each spelling is told of it', async () => {
  const { hubspot, at, control } = await sandbox.connect('v3');
  const outcomes = await hubspot.contacts.upsertMany({ by: 'email', rows: spellings });
  expect(outcomes.map(({ key }) => key)).toEqual(spellings.map(({ key }) => key));
  expect(new Set(outcomes.map((outcome) => (outcome.kind === 'refused' ? null : outcome.id))).size).toBe(1);
  const { results } = await control<{ results: { properties: object }[] }>('GET', `${at}/contacts`);
  expect(results.map(({ properties }) => properties)).toMatchObject([
    { email: 'ada@example.test', firstname: 'Augusta', lastname: 'L', phone: '1' },
  ]);
});
