import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aSandbox, portalId, type TestSandbox } from './fixture.ts';

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await aSandbox();
});
afterAll(() => sandbox.close());

let n = 0;
const anEmail = () => `person${(n += 1)}@batch.example`;
const some = (count: number) =>
  Promise.all(Array.from({ length: count }, () => sandbox.contact({ email: anEmail() })));
const batch = (operation: string, body: unknown, type = 'contacts') =>
  sandbox.api<{
    results: { id: string; properties: Record<string, string>; objectWriteTraceId?: string; new?: boolean }[];
    numErrors?: number;
    errors?: Record<string, unknown>[];
    message?: string;
    context?: object;
  }>('POST', `/crm/v3/objects/${type}/batch/${operation}`, body);

describe('batches of any kind', () => {
  test('facts §2: more than 100 inputs, and an id that comes twice, are refused whole', async () => {
    const inputs = Array.from({ length: 101 }, (_, index) => ({ id: String(index + 1) }));
    expect((await batch('read', { inputs })).status).toBe(400);
    const twice = await batch('read', { inputs: [{ id: '1' }, { id: '1' }] });
    expect(twice).toMatchObject({
      status: 400,
      body: {
        message: 'Duplicate IDs found in batch input: [1]. IDs must be unique',
        context: { ids: ['1'] },
      },
    });
  });

  test('facts §2: results come in another order than the inputs', async () => {
    const ids = await some(12);
    const { body } = await batch('read', { inputs: ids.map((id) => ({ id })) });
    const order = body.results.map(({ id }) => id);
    expect(order).not.toEqual(ids);
    expect(order.toSorted()).toEqual(ids.toSorted());
  });

  test('facts §11: the typed client takes every batch answer', async () => {
    const { batchApi } = sandbox.client.crm.contacts;
    const made = await batchApi.create({ inputs: [{ properties: { email: anEmail() }, associations: [] }] });
    const id = made.results[0]?.id ?? '';
    expect(
      (await batchApi.read({ inputs: [{ id }], properties: ['email'], propertiesWithHistory: [] })).results,
    ).toHaveLength(1);
    expect(
      (await batchApi.update({ inputs: [{ id, properties: { city: 'Bonn' } }] })).results[0]?.properties[
        'city'
      ],
    ).toBe('Bonn');
    const upserted = await batchApi.upsert({
      inputs: [{ id: anEmail(), idProperty: 'email', properties: {} }],
    });
    expect(upserted.results[0]?._new).toBe(true);
    await batchApi.archive({ inputs: [{ id }] });
    const gone = await batchApi.read({ inputs: [{ id }], properties: [], propertiesWithHistory: [] });
    expect(gone).toMatchObject({ results: [], numErrors: 1 });
  });
});

describe('batch read', () => {
  test('facts §2: unknown ids are named in a 207 beside what was found', async () => {
    const [id = ''] = await some(1);
    const answer = await batch('read', { inputs: [{ id }, { id: '98765' }, { id: '98766' }] });
    expect(answer).toMatchObject({
      status: 207,
      body: {
        status: 'COMPLETE',
        numErrors: 1,
        errors: [{ category: 'OBJECT_NOT_FOUND', context: { ids: ['98765', '98766'] } }],
      },
    });
    expect(answer.body.results.map((record) => record.id)).toEqual([id]);
  });

  test('facts §2: it reads by address, with history for at most 50', async () => {
    const email = anEmail();
    const id = await sandbox.contact({ email });
    const body = {
      idProperty: 'email',
      inputs: [{ id: email.toUpperCase() }],
      properties: ['email'],
      propertiesWithHistory: ['email'],
    };
    expect((await batch('read', body)).body.results[0]).toMatchObject({
      id,
      propertiesWithHistory: { email: [{ value: email }] },
    });
    const inputs = Array.from({ length: 51 }, (_, index) => ({ id: String(index + 1) }));
    expect((await batch('read', { inputs, propertiesWithHistory: ['email'] })).status).toBe(400);
    expect(
      (await batch('read', { inputs: inputs.slice(1), propertiesWithHistory: ['email'] })).status,
    ).not.toBe(400);
  });
});

describe('batch create', () => {
  test('facts §2: without trace ids one bad input rejects all, and the conflict is told without its owner', async () => {
    const [taken, fresh] = [anEmail(), anEmail()];
    await sandbox.contact({ email: taken });
    const answer = await batch('create', {
      inputs: [{ properties: { email: fresh } }, { properties: { email: taken } }],
    });
    expect(answer).toMatchObject({
      status: 409,
      body: { message: 'Contact already exists', category: 'CONFLICT' },
    });
    const { body } = await sandbox.control<{ results: unknown[] }>(
      'GET',
      `/portals/${portalId}/contacts?email=${fresh}`,
    );
    expect(body.results).toEqual([]);
  });

  test('facts §2: with a trace id each, failures are parts of a 207 and the rest is written', async () => {
    const [taken, fresh] = [anEmail(), anEmail()];
    const existing = await sandbox.contact({ email: taken });
    const answer = await batch('create', {
      inputs: [
        { objectWriteTraceId: 't1', properties: { email: fresh } },
        { objectWriteTraceId: 't2', properties: { email: taken } },
        { objectWriteTraceId: 't3', properties: { email: fresh } },
        { objectWriteTraceId: 't4', properties: { email: anEmail(), no_such: '1' } },
      ],
    });
    expect(answer.status).toBe(207);
    expect(answer.body.results).toMatchObject([{ objectWriteTraceId: 't1', properties: { email: fresh } }]);
    expect(answer.body.numErrors).toBe(3);
    expect(answer.body.errors).toMatchObject([
      { category: 'CONFLICT', context: { objectWriteTraceId: ['t2'], existingId: [existing] } },
      {
        category: 'CONFLICT',
        context: { objectWriteTraceId: ['t3'], existingId: [answer.body.results[0]?.id] },
      },
      { category: 'VALIDATION_ERROR', context: { objectWriteTraceId: ['t4'] } },
    ]);
  });
});

describe('batch update', () => {
  test('reliability A2.7: one invalid row rejects the whole batch, which leaves no trace', async () => {
    const [a = '', b = ''] = await some(2);
    const answer = await batch('update', {
      inputs: [
        { id: a, properties: { city: 'Rome' } },
        { id: b, properties: { lifecyclestage: 'nonsense' } },
      ],
    });
    expect(answer.status).toBe(400);
    const read = await sandbox.client.crm.contacts.basicApi.getById(a, ['city'], ['city']);
    expect(read.properties['city']).toBeNull();
    expect(read.propertiesWithHistory?.['city']).toEqual([]);
  });

  test('facts §2: unknown ids are told, the others are written', async () => {
    const [id = ''] = await some(1);
    const inputs = [
      { id, properties: { city: 'Rome' } },
      { id: '98765', properties: { city: 'Rome' } },
    ];
    const answer = await batch('update', { inputs });
    expect(answer).toMatchObject({
      status: 207,
      body: { results: [{ id, properties: { city: 'Rome' } }], errors: [{ context: { ids: ['98765'] } }] },
    });
  });
});

describe('batch upsert', () => {
  test('facts §2: it creates and updates by address, and says which', async () => {
    const [known, fresh] = [anEmail(), anEmail()];
    const id = await sandbox.contact({ email: known });
    const inputs = [known, fresh].map((email) => ({
      id: email,
      idProperty: 'email',
      properties: { email, city: 'Lima' },
    }));
    const { status, body } = await batch('upsert', { inputs });
    expect(status).toBe(200);
    const outcome = Object.fromEntries(
      body.results.map((result) => [result.properties['email'], result.new]),
    );
    expect(outcome).toEqual({ [known]: false, [fresh]: true });
    expect((await sandbox.client.crm.contacts.basicApi.getById(id, ['city'])).properties['city']).toBe(
      'Lima',
    );
  });

  test('facts §2: a property without unique values cannot name a record', async () => {
    const inputs = [{ id: 'A', idProperty: 'dealname', properties: { dealstage: 'contractsent' } }];
    const answer = await batch('upsert', { inputs }, 'deals');
    expect(answer).toMatchObject({
      status: 400,
      body: { message: 'Unable to perform update/upsert by non-unique 0-3 property dealname' },
    });
  });
});
