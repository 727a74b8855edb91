import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aSandbox, portalId, type TestSandbox } from './fixture.ts';

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await aSandbox();
  await sandbox.control('PUT', `/portals/${portalId}/write-rules`, {
    objectType: 'contacts',
    requiredOnCreate: ['phone'],
    conditional: [{ property: 'lifecyclestage', values: ['customer'], requires: ['country'] }],
  });
});
afterAll(() => sandbox.close());

const create = (version: string, properties: Record<string, string>) =>
  sandbox.api<{ id: string }>('POST', `${objects(version)}/contacts`, { properties });
const update = (version: string, id: string, properties: Record<string, string>) =>
  sandbox.api('PATCH', `${objects(version)}/contacts/${id}`, { properties });
const objects = (version: string) => (version === 'v3' ? '/crm/v3/objects' : `/crm/objects/${version}`);

describe('rules of the portal for writes', () => {
  test('facts §0: since 2026-09 a create must fill the fields of the create form; older versions ignore it', async () => {
    for (const version of ['v3', '2026-03'])
      expect((await create(version, { firstname: 'x' })).status).toBe(201);
    expect(await create('2026-09', { firstname: 'x' })).toMatchObject({
      status: 400,
      body: {
        category: 'VALIDATION_ERROR',
        errors: [{ code: 'REQUIRED_FIELD', context: { propertyName: ['phone'] } }],
      },
    });
    expect((await create('2026-09', { firstname: 'x', phone: '1' })).status).toBe(201);
  });

  test('facts §0: a value that demands another one is refused without it, and taken with it', async () => {
    const id = await sandbox.contact({ firstname: 'x' });
    expect((await update('2026-09', id, { lifecyclestage: 'customer' })).status).toBe(400);
    expect((await update('2026-09', id, { lifecyclestage: 'lead' })).status).toBe(200);
    const both = { lifecyclestage: 'customer', country: 'India' };
    expect((await update('2026-09', id, both)).status).toBe(200);
    expect((await update('2026-09', id, { country: '' })).status).toBe(400);
    expect((await update('v3', id, { country: '' })).status).toBe(200);
    expect((await update('2026-09', id, { city: 'Pune' })).status).toBe(200);
  });

  test('facts §2: in a batch with trace ids only the incomplete record is refused', async () => {
    const inputs = [
      { objectWriteTraceId: 'a', properties: { firstname: 'a' } },
      { objectWriteTraceId: 'b', properties: { firstname: 'b', phone: '2' } },
    ];
    expect(await sandbox.api('POST', '/crm/objects/2026-09/contacts/batch/create', { inputs })).toMatchObject(
      {
        status: 207,
        body: { results: [{ objectWriteTraceId: 'b' }], errors: [{ category: 'VALIDATION_ERROR' }] },
      },
    );
  });

  test('facts §0: a person is not bound, a rule for a property that is not there is refused', async () => {
    const id = await sandbox.contact({ firstname: 'x' });
    const path = `/portals/${portalId}/contacts/${id}`;
    const edit = await sandbox.control('PATCH', path, { properties: { lifecyclestage: 'customer' } });
    expect(edit.status).toBe(200);
    const rules = { objectType: 'deals', requiredOnCreate: ['no_such_thing'] };
    expect((await sandbox.control('PUT', `/portals/${portalId}/write-rules`, rules)).status).toBe(400);
    const { body } = await sandbox.control('GET', `/portals/${portalId}/write-rules`);
    expect(body).toMatchObject({ contacts: { requiredOnCreate: ['phone'] }, deals: { conditional: [] } });
  });
});
