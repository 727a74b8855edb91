import { expect, test } from 'vitest';
import { gatewayUnderTest } from './gateway-under-test.ts';
import type { ScriptedAnswer, SeenRequest } from './scripted-server.ts';

interface Input {
  readonly id: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly objectWriteTraceId: string;
}
const inputsOf = ({ text }: SeenRequest) => (JSON.parse(text) as { inputs: Input[] }).inputs;
const row = (id: number, tier = 'gold') => ({ id: String(id), properties: { tier } });
const rows = (count: number, tier = 'gold') =>
  Array.from({ length: count }, (_, index) => row(index + 1, tier));
const written = (inputs: readonly Input[]) => ({
  status: 'COMPLETE',
  results: inputs.map(({ id }) => ({ id })),
});
const invalidOption = {
  category: 'VALIDATION_ERROR',
  errors: [{ message: 'no', code: 'INVALID_OPTION', context: { propertyName: ['tier'] } }],
};

/** Refuses a whole batch that holds a bad row, as HubSpot does; remembers what was written. */
function wholeBatchRefuser(isBad: (input: Input) => ScriptedAnswer | undefined) {
  const done = new Set<string>();
  return {
    done,
    script: (request: SeenRequest): ScriptedAnswer => {
      const inputs = inputsOf(request);
      const refusal = inputs.map(isBad).find((answer) => answer !== undefined);
      if (refusal !== undefined) return refusal;
      for (const { id } of inputs) done.add(id);
      return { body: written(inputs) };
    },
  };
}

test('facts §2: a hundred rows are one call with a trace id each', async () => {
  await using under = await gatewayUnderTest((request) => ({ body: written(inputsOf(request)) }));
  await expect(under.hubspot.contacts.updateMany(rows(100))).resolves.toEqual([]);
  expect(under.requests).toHaveLength(1);
  const inputs = under.requests.flatMap(inputsOf);
  expect(inputs).toHaveLength(100);
  expect(new Set(inputs.map(({ objectWriteTraceId }) => objectWriteTraceId)).size).toBe(100);
});

test('reliability A2.8: the refused rows of a 207 are told one by one, by trace id or by id', async () => {
  const errors = [
    {
      status: 'error',
      category: 'VALIDATION_ERROR',
      message: 'x',
      context: { objectWriteTraceId: ['2'], propertyName: ['tier'] },
    },
    {
      status: 'error',
      category: 'OBJECT_NOT_FOUND',
      message: 'x',
      context: { objectWriteTraceId: ['3'], ids: ['3', '5'] },
    },
    {
      status: 'error',
      category: 'CONFLICT',
      message: 'x',
      context: { objectWriteTraceId: ['4'], existingId: ['9'] },
    },
  ];
  await using under = await gatewayUnderTest(() => ({
    status: 207,
    body: { results: [{ id: '1' }], numErrors: 3, errors },
  }));
  await expect(under.hubspot.contacts.updateMany(rows(5))).resolves.toEqual([
    { id: '2', kind: 'invalid', property: 'tier' },
    { id: '3', kind: 'not-found' },
    { id: '5', kind: 'not-found' },
    { id: '4', kind: 'conflict' },
  ]);
  expect(under.requests).toHaveLength(1);
});

test('a row of a 207 that no error names is sent again until its fate is known', async () => {
  await using under = await gatewayUnderTest((request) => {
    const inputs = inputsOf(request);
    const results = written(inputs.filter(({ id }) => id !== '2')).results;
    const errors = inputs.some(({ id }) => id === '2')
      ? [{ category: 'VALIDATION_ERROR', message: 'x' }]
      : [];
    return { status: 207, body: { results, errors } };
  });
  await expect(under.hubspot.contacts.updateMany(rows(4))).resolves.toEqual([{ id: '2', kind: 'invalid' }]);
  expect(under.requests.map((request) => inputsOf(request).map(({ id }) => id))).toEqual([
    ['1', '2', '3', '4'],
    ['2'],
  ]);
});

test('reliability A2.7: one conflict in a hundred rows: 99 written, one told, O(log n) more calls', async () => {
  const refuser = wholeBatchRefuser(({ id }) =>
    id === '37'
      ? { status: 409, body: { message: 'Contact already exists.', category: 'CONFLICT' } }
      : undefined,
  );
  await using under = await gatewayUnderTest(refuser.script);
  await expect(under.hubspot.contacts.updateMany(rows(100))).resolves.toEqual([
    { id: '37', kind: 'conflict' },
  ]);
  expect(refuser.done.size).toBe(99);
  expect(under.requests.length).toBeLessThanOrEqual(1 + 2 * Math.ceil(Math.log2(100)));
});

test('two culprits far apart are both found, and all others are written', async () => {
  const refuser = wholeBatchRefuser(({ id, properties }) =>
    properties['tier'] === `bad-${id}` ? { status: 400, body: invalidOption } : undefined,
  );
  await using under = await gatewayUnderTest(refuser.script);
  const updates = rows(100).with(0, row(1, 'bad-1')).with(99, row(100, 'bad-100'));
  const failures = await under.hubspot.contacts.updateMany(updates);
  expect(failures.toSorted((a, b) => Number(a.id) - Number(b.id))).toEqual([
    { id: '1', kind: 'invalid', property: 'tier', code: 'INVALID_OPTION' },
    { id: '100', kind: 'invalid', property: 'tier', code: 'INVALID_OPTION' },
  ]);
  expect(refuser.done.size).toBe(98);
});

test('a fault that all rows share is learned once, not found a hundred times', async () => {
  const refuser = wholeBatchRefuser(() => ({ status: 400, body: invalidOption }));
  await using under = await gatewayUnderTest(refuser.script);
  const failures = await under.hubspot.contacts.updateMany(rows(100));
  expect(failures).toHaveLength(100);
  expect(new Set(failures.map(({ id }) => id)).size).toBe(100);
  expect(under.requests.length).toBeLessThanOrEqual(10);
});

test('a fault that lies in the record is not blamed on others with the same value', async () => {
  const backward = {
    category: 'VALIDATION_ERROR',
    errors: [{ code: 'LIFECYCLE_BACKWARD', context: { propertyName: ['tier'] } }],
  };
  const refuser = wholeBatchRefuser(({ id }) => (id === '1' ? { status: 400, body: backward } : undefined));
  await using under = await gatewayUnderTest(refuser.script);
  const failures = await under.hubspot.contacts.updateMany(rows(8));
  expect(failures).toEqual([{ id: '1', kind: 'invalid', property: 'tier', code: 'LIFECYCLE_BACKWARD' }]);
  expect(refuser.done.size).toBe(7);
});

test('a property that does not exist condemns every row that has it, and no other', async () => {
  const missing = {
    category: 'VALIDATION_ERROR',
    errors: [{ code: 'PROPERTY_DOESNT_EXIST', context: { propertyName: ['gone'] } }],
  };
  const refuser = wholeBatchRefuser(({ properties }) =>
    'gone' in properties ? { status: 400, body: missing } : undefined,
  );
  await using under = await gatewayUnderTest(refuser.script);
  const updates = [
    ...rows(10),
    ...rows(20)
      .slice(10)
      .map(({ id }) => ({ id, properties: { gone: id } })),
  ];
  const failures = await under.hubspot.contacts.updateMany(updates);
  expect(failures.map(({ id }) => id)).toEqual(updates.slice(10).map(({ id }) => id));
  expect([...refuser.done]).toEqual(updates.slice(0, 10).map(({ id }) => id));
});

test('reliability A2.9: a record named twice is sent once, with the later value', async () => {
  await using under = await gatewayUnderTest((request) => ({ body: written(inputsOf(request)) }));
  await under.hubspot.contacts.updateMany([
    row(1, 'gold'),
    { id: '1', properties: { tier: 'silver', note: null } },
  ]);
  expect(under.requests.flatMap(inputsOf)).toEqual([
    { id: '1', properties: { tier: 'silver', note: '' }, objectWriteTraceId: '1' },
  ]);
});

test('an outage in the middle is the caller’s to repeat, and not a refused row', async () => {
  await using under = await gatewayUnderTest(() => ({ status: 503 }));
  await expect(under.hubspot.deals.updateMany(rows(3))).rejects.toMatchObject({
    detail: { kind: 'unavailable' },
  });
  expect(under.requests[0]?.path).toBe('/crm/v3/objects/deals/batch/update');
});

test('more than a hundred rows are refused before anything is sent; none cost no call', async () => {
  await using under = await gatewayUnderTest(() => ({ status: 500 }));
  await expect(under.hubspot.contacts.updateMany(rows(101))).rejects.toThrow(
    'A batch write takes at most 100 records, not 101',
  );
  await expect(under.hubspot.contacts.updateMany([])).resolves.toEqual([]);
  expect(under.requests).toHaveLength(0);
});
