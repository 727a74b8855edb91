import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aSandbox, portalId, type TestSandbox } from './fixture.ts';

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await aSandbox();
});
afterAll(() => sandbox.close());

const link = {
  name: 'my_link',
  label: 'My link',
  groupName: 'contactinformation',
  type: 'string',
  fieldType: 'text',
} as const;

describe('properties', () => {
  test('S61: the standard properties come with types, options and whether they can be written', async () => {
    const { results } = await sandbox.client.crm.properties.coreApi.getAll('contacts');
    const byName = new Map(results.map((property) => [property.name, property]));
    expect(byName.get('lifecyclestage')).toMatchObject({
      type: 'enumeration',
      fieldType: 'radio',
      hubspotDefined: true,
    });
    expect(byName.get('lifecyclestage')?.options.map(({ value }) => value)).toEqual([
      'subscriber',
      'lead',
      'marketingqualifiedlead',
      'salesqualifiedlead',
      'opportunity',
      'customer',
      'evangelist',
      'other',
    ]);
    expect(byName.get('createdate')?.modificationMetadata?.readOnlyValue).toBe(true);
    expect(byName.get('email')?.modificationMetadata?.readOnlyValue).toBe(false);
    for (const name of [
      'hs_lead_status',
      'firstname',
      'lastname',
      'phone',
      'hs_language',
      'company',
      'hubspot_owner_id',
    ]) {
      expect(byName.get(name)?.name).toBe(name);
    }
    const deals = await sandbox.client.crm.properties.coreApi.getAll('deals');
    const stage = deals.results.find(({ name }) => name === 'dealstage');
    expect(stage?.options.map(({ value }) => value)).toContain('closedwon');
  });

  test('S22: a property is created, read, changed, archived, and can be created again', async () => {
    const { coreApi } = sandbox.client.crm.properties;
    const made = await coreApi.create('contacts', link as never);
    expect(made).toMatchObject({ ...link, hubspotDefined: false, hasUniqueValue: false, archived: false });
    const again = await sandbox.api('POST', '/crm/properties/2026-09/contacts', link);
    expect(again).toMatchObject({ status: 409, body: { category: 'OBJECT_ALREADY_EXISTS' } });
    const changed = await coreApi.update('contacts', 'my_link', { label: 'Our link' });
    expect(changed).toMatchObject({ label: 'Our link', type: 'string', groupName: 'contactinformation' });
    await coreApi.archive('contacts', 'my_link');
    expect((await sandbox.api('GET', '/crm/v3/properties/contacts/my_link')).status).toBe(404);
    expect((await coreApi.getAll('contacts', true)).results.map(({ name }) => name)).toEqual(['my_link']);
    const write = await sandbox.api('POST', '/crm/v3/objects/contacts', {
      properties: { firstname: 'x', my_link: 'y' },
    });
    expect(write).toMatchObject({ status: 400, body: { errors: [{ code: 'PROPERTY_DOESNT_EXIST' }] } });
    expect((await sandbox.api('POST', '/crm/v3/properties/contacts', link)).status).toBe(201);
  });

  test.each([
    ['a field type that does not fit', { fieldType: 'number' }],
    ['an unknown group', { groupName: 'nowhere' }],
    ['a name with capitals', { name: 'MyLink' }],
  ])('facts §4: %s is refused', async (_name, change) => {
    const answer = await sandbox.api('POST', '/crm/v3/properties/contacts', {
      ...link,
      name: 'refused',
      ...change,
    });
    expect(answer).toMatchObject({ status: 400, body: { category: 'VALIDATION_ERROR' } });
  });

  test('facts §4: at most ten properties of a type have unique values', async () => {
    const create = (index: number) =>
      sandbox.api('POST', '/crm/v3/properties/contacts', {
        ...link,
        name: `unique_${index}`,
        hasUniqueValue: true,
      });
    for (let index = 0; index < 10; index += 1) expect((await create(index)).status).toBe(201);
    expect((await create(10)).status).toBe(400);
  });

  test('facts §4: batches read and create several', async () => {
    const { batchApi } = sandbox.client.crm.properties;
    const inputs = ['batch_a', 'batch_b'].map((name) => ({ ...link, name }));
    expect((await batchApi.create('contacts', { inputs } as never)).results).toHaveLength(2);
    const read = await batchApi.read('contacts', {
      archived: false,
      inputs: [{ name: 'batch_a' }, { name: 'none' }],
    });
    expect(read).toMatchObject({ numErrors: 1, results: [{ name: 'batch_a' }] });
  });

  test('facts §4: groups hold properties, and cannot leave while they do', async () => {
    const { groupsApi, coreApi } = sandbox.client.crm.properties;
    const group = { name: 'referral_program', label: 'Referral program', displayOrder: 2 };
    expect(await groupsApi.create('deals', group)).toMatchObject(group);
    expect((await sandbox.api('POST', '/crm/v3/properties/deals/groups', group)).status).toBe(409);
    await coreApi.create('deals', { ...link, groupName: 'referral_program' } as never);
    expect((await groupsApi.getAll('deals')).results.map(({ name }) => name)).toContain('referral_program');
    expect((await sandbox.api('DELETE', '/crm/v3/properties/deals/groups/referral_program')).status).toBe(
      400,
    );
    await coreApi.archive('deals', 'my_link');
    await groupsApi.archive('deals', 'referral_program');
    expect((await sandbox.api('GET', '/crm/v3/properties/deals/groups/referral_program')).status).toBe(404);
  });
});

describe('values by type', () => {
  beforeAll(async () => {
    const options = ['a', 'b', 'c'].map((value, displayOrder) => ({
      label: value,
      value,
      displayOrder,
      hidden: false,
    }));
    const types = [
      { name: 'a_date', type: 'date', fieldType: 'date' },
      { name: 'a_moment', type: 'datetime', fieldType: 'date' },
      { name: 'a_choice', type: 'enumeration', fieldType: 'checkbox', options },
      {
        name: 'a_flag',
        type: 'bool',
        fieldType: 'booleancheckbox',
        options: ['true', 'false'].map((value) => ({ label: value, value, displayOrder: 0, hidden: false })),
      },
    ];
    for (const type of types)
      await sandbox.api('POST', '/crm/v3/properties/contacts', { ...link, label: type.name, ...type });
  });

  test.each([
    ['a_date', '1767225600000', '2026-01-01'],
    ['a_date', '2026-01-01', '2026-01-01'],
    ['a_moment', '1767225600001', '2026-01-01T00:00:00.001Z'],
    ['a_moment', '2026-01-01T01:00:00+01:00', '2026-01-01T00:00:00.000Z'],
    ['a_choice', 'a;c', 'a;c'],
    ['a_flag', true, 'true'],
  ])('facts §2: %s takes %s and tells %s', async (name, given, told) => {
    const made = await sandbox.api<{ properties: object }>('POST', '/crm/v3/objects/contacts', {
      properties: { firstname: 'x', [name]: given },
    });
    expect(made.body.properties).toMatchObject({ [name]: told });
  });

  test.each([
    ['a_date', '1767225600001', 'INVALID_DATE'],
    ['a_moment', 'tomorrow', 'INVALID_LONG'],
    ['a_choice', 'a;d', 'INVALID_OPTION'],
    ['hubspot_owner_id', '1', 'INVALID_OPTION'],
  ])('facts §4: %s refuses %s as %s', async (name, given, code) => {
    const answer = await sandbox.api('POST', '/crm/v3/objects/contacts', {
      properties: { firstname: 'x', [name]: given },
    });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ code }] } });
  });

  test('facts §2: a leading semicolon adds to the options that are set', async () => {
    const id = await sandbox.contact({ firstname: 'x', a_choice: 'b' });
    const updated = await sandbox.client.crm.contacts.basicApi.update(id, { properties: { a_choice: ';a' } });
    expect(updated.properties['a_choice']).toBe('b;a');
  });
});

describe('pipelines', () => {
  test('facts §4: the default pipeline has HubSpot’s stages, with metadata in strings', async () => {
    const { results } = await sandbox.client.crm.pipelines.pipelinesApi.getAll('deals');
    const pipeline = results.find(({ id }) => id === 'default');
    expect(
      pipeline?.stages.map(({ id, metadata }) => [id, metadata?.['isClosed'], metadata?.['probability']]),
    ).toEqual([
      ['appointmentscheduled', 'false', '0.2'],
      ['qualifiedtobuy', 'false', '0.4'],
      ['presentationscheduled', 'false', '0.6'],
      ['decisionmakerboughtin', 'false', '0.8'],
      ['contractsent', 'false', '0.9'],
      ['closedwon', 'true', '1.0'],
      ['closedlost', 'true', '0.0'],
    ]);
  });

  test('facts §4: other pipelines have numeric ids, and a stage in use cannot leave', async () => {
    const { pipelinesApi, pipelineStagesApi } = sandbox.client.crm.pipelines;
    const made = await pipelinesApi.create('deals', {
      label: 'Partners',
      displayOrder: 1,
      stages: [{ label: 'Signed', displayOrder: 0, metadata: { probability: '1', isClosed: 'true' } }],
    });
    expect(made.id).toMatch(/^\d+$/);
    const stage = made.stages[0];
    expect(stage?.metadata).toEqual({ probability: '1.0', isClosed: 'true' });
    await sandbox.api('POST', '/crm/v3/objects/deals', {
      properties: { dealname: 'x', pipeline: made.id, dealstage: stage?.id },
    });
    const refused = await sandbox.api('DELETE', `/crm/v3/pipelines/deals/${made.id}/stages/${stage?.id}`);
    expect(refused).toMatchObject({ status: 400, body: { subCategory: 'PipelineError.STAGE_ID_IN_USE' } });
    const spare = await pipelineStagesApi.create('deals', made.id, {
      label: 'Spare',
      displayOrder: 1,
      metadata: { probability: '0.5' },
    });
    await pipelineStagesApi.archive('deals', made.id, spare.id);
    expect((await sandbox.api('GET', '/crm/v3/pipelines/deals/0')).status).toBe(404);
  });
});

describe('owners and lists', () => {
  test('facts §4: owners are found by address, and assigned by their id', async () => {
    const page = await sandbox.client.crm.owners.ownersApi.getPage(`sales@portal-${portalId}.example`);
    const owner = page.results[0];
    expect(page.results).toHaveLength(1);
    const made = await sandbox.api('POST', '/crm/v3/objects/contacts', {
      properties: { firstname: 'x', hubspot_owner_id: owner?.id },
    });
    expect(made.status).toBe(201);
  });

  test('facts §4: an owner’s id and user id differ, either finds it, and a new colleague can be assigned at once', async () => {
    const { body } = await sandbox.control<{ id: string; userId: number }>(
      'POST',
      `/portals/${portalId}/owners`,
      { email: 'New.Colleague@owners.example', firstName: 'New' },
    );
    expect(body.id).not.toBe(String(body.userId));
    const { results } = await sandbox.client.crm.owners.ownersApi.getPage();
    expect(results.length).toBeGreaterThanOrEqual(4);
    expect(new Set(results.map(({ userId }) => userId)).size).toBe(results.length);
    for (const [property, value] of [
      ['id', body.id],
      ['userId', body.userId],
    ] as const) {
      const found = await sandbox.api('GET', `/crm/v3/owners/${value}?idProperty=${property}`);
      expect(found.body).toMatchObject({ email: 'new.colleague@owners.example', type: 'PERSON' });
    }
    const assign = (hubspot_owner_id: string) =>
      sandbox.api('POST', '/crm/v3/objects/contacts', { properties: { firstname: 'x', hubspot_owner_id } });
    expect((await assign(body.id)).status).toBe(201);
    expect((await assign(String(body.userId))).status).toBe(400);
  });
});
