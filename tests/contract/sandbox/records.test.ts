import { Client } from '@hubspot/api-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aSandbox, portalId, send, type TestSandbox } from './fixture.ts';

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await aSandbox();
});
afterAll(() => sandbox.close());

const contacts = () => sandbox.client.crm.contacts.basicApi;
const deals = () => sandbox.client.crm.deals.basicApi;
let n = 0;
const anEmail = () => `person${(n += 1)}@records.example`;

describe('contacts', () => {
  test('facts §9: an app’s contact is stored with a clean address and says who made it', async () => {
    const email = anEmail();
    const made = await contacts().create({
      properties: { email: `  ${email.toUpperCase()} `, firstname: 'Ada' },
      associations: [],
    });
    expect(made.properties).toMatchObject({
      email,
      lifecyclestage: 'lead',
      hs_object_source: 'INTEGRATION',
      hs_object_source_id: '5151',
    });
    expect(made.properties['hs_object_id']).toBe(made.id);
  });

  test('S46: a taken address answers 409 with the id of the contact that has it, a secondary address too', async () => {
    const [email, second] = [anEmail(), anEmail()];
    const id = await sandbox.contact({ email, hs_additional_emails: second.toUpperCase() });
    for (const taken of [email.toUpperCase(), second]) {
      const answer = await sandbox.api('POST', '/crm/v3/objects/contacts', { properties: { email: taken } });
      expect(answer).toMatchObject({
        status: 409,
        body: {
          status: 'error',
          category: 'CONFLICT',
          message: `Contact already exists. Existing ID: ${id}`,
        },
      });
      expect(answer.body['correlationId']).toBe(answer.headers.get('x-hubspot-correlation-id'));
    }
    expect((await sandbox.api('GET', `/crm/v3/objects/contacts/${second}?idProperty=email`)).status).toBe(
      404,
    );
  });

  test('facts §2: moving an address onto another contact’s is a conflict, onto a free one is not', async () => {
    const [taken, old, free] = [anEmail(), anEmail(), anEmail()];
    await sandbox.contact({ email: taken });
    const id = await sandbox.contact({ email: old });
    expect(
      (await sandbox.api('PATCH', `/crm/v3/objects/contacts/${id}`, { properties: { email: taken } })).status,
    ).toBe(409);
    await contacts().update(id, { properties: { email: free } });
    expect((await contacts().getById(free, undefined, undefined, undefined, false, 'email')).id).toBe(id);
    expect(await sandbox.contact({ email: old })).not.toBe(id);
  });

  test('facts §2: a contact needs an address or a name', async () => {
    const answer = await sandbox.api('POST', '/crm/v3/objects/contacts', { properties: { phone: '1' } });
    expect(answer).toMatchObject({ status: 400, body: { category: 'VALIDATION_ERROR' } });
  });

  test('facts §2: values are strings; what is empty is null, what does not exist is left out', async () => {
    const id = await sandbox.contact({ email: anEmail(), firstname: 'Bo' });
    await sandbox.api('PATCH', `/crm/v3/objects/contacts/${id}`, {
      properties: { zip: 1050, city: true, firstname: '' },
    });
    const { body } = await sandbox.api<{ properties: object }>(
      'GET',
      `/crm/v3/objects/contacts/${id}?properties=zip,city&properties=firstname&properties=nothing_here`,
    );
    expect(body.properties).toMatchObject({ zip: '1050', city: 'true', firstname: null });
    expect(body.properties).not.toHaveProperty('nothing_here');
  });

  test('facts §4: all bad values are reported at once, in errors[] and inside the message', async () => {
    const answer = await sandbox.api<{ message: string; errors: { code: string; context: object }[] }>(
      'POST',
      '/crm/v3/objects/contacts',
      { properties: { email: 'nonsense', no_such: '1', lifecyclestage: 'Lead', createdate: '1' } },
    );
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map(({ code }) => code).sort()).toEqual([
      'INVALID_EMAIL',
      'INVALID_OPTION',
      'PROPERTY_DOESNT_EXIST',
      'READ_ONLY_VALUE',
    ]);
    expect(answer.body.errors).toContainEqual(
      expect.objectContaining({ code: 'PROPERTY_DOESNT_EXIST', context: { propertyName: ['no_such'] } }),
    );
    const inside = JSON.parse(answer.body.message.replace('Property values were not valid: ', '')) as {
      error: string;
      name: string;
    }[];
    expect(inside).toContainEqual(
      expect.objectContaining({ name: 'lifecyclestage', error: 'INVALID_OPTION', isValid: false }),
    );
  });

  test('S68: history is newest first and tells who wrote what when', async () => {
    const id = await sandbox.contact({ email: anEmail(), lifecyclestage: 'lead' }, '2026-01-01T00:00:00Z');
    await sandbox.control('PATCH', `/portals/${portalId}/contacts/${id}`, {
      properties: { lifecyclestage: 'opportunity' },
      at: '2026-02-01T00:00:00.000Z',
    });
    await contacts().update(id, { properties: { lifecyclestage: 'customer' } });
    const { propertiesWithHistory } = await contacts().getById(id, undefined, ['lifecyclestage']);
    const versions = propertiesWithHistory?.['lifecyclestage'] ?? [];
    expect(versions.map(({ value, sourceType, sourceId }) => [value, sourceType, sourceId])).toEqual([
      ['customer', 'INTEGRATION', '5151'],
      ['opportunity', 'CRM_UI', 'userId:1'],
      ['lead', 'IMPORT', 'import'],
    ]);
    expect(versions.slice(1).map(({ timestamp }) => timestamp.toISOString())).toEqual([
      '2026-02-01T00:00:00.000Z',
      '2026-01-01T00:00:00.000Z',
    ]);
  });

  test('S68: an instant before the newest version completes the past and leaves the value in force', async () => {
    const id = await sandbox.contact(
      { email: anEmail(), lifecyclestage: 'customer' },
      '2026-03-01T00:00:00Z',
    );
    const path = `/portals/${portalId}/contacts/${id}`;
    await sandbox.control('PATCH', path, {
      properties: { lifecyclestage: 'lead' },
      at: '2026-02-01T00:00:00Z',
    });
    const { body } = await sandbox.control<{
      properties: Record<string, string>;
      history: Record<string, { value: string }[]>;
    }>('GET', path);
    expect(body.properties['lifecyclestage']).toBe('customer');
    expect(body.history['lifecyclestage']?.map(({ value }) => value)).toEqual(['customer', 'lead']);
  });

  test('facts §9: an app moves the lifecycle forward only, unless it empties it first; a person moves it anywhere', async () => {
    const id = await sandbox.contact({ email: anEmail(), lifecyclestage: 'customer' });
    const stage = async () => (await contacts().getById(id, ['lifecyclestage'])).properties['lifecyclestage'];
    await contacts().update(id, { properties: { lifecyclestage: 'lead' } });
    expect(await stage()).toBe('customer');
    await contacts().update(id, { properties: { lifecyclestage: '' } });
    await contacts().update(id, { properties: { lifecyclestage: 'lead' } });
    expect(await stage()).toBe('lead');
    await sandbox.control('PATCH', `/portals/${portalId}/contacts/${id}`, {
      properties: { lifecyclestage: 'subscriber' },
    });
    expect(await stage()).toBe('subscriber');
  });

  test('facts §2: any write moves the modified date, a value that stays the same makes no version', async () => {
    const id = await sandbox.contact({ email: anEmail(), firstname: 'Same' }, '2026-01-01T00:00:00Z');
    await contacts().update(id, { properties: { firstname: 'Same' } });
    const read = await contacts().getById(id, ['lastmodifieddate'], ['firstname']);
    expect(Date.parse(read.properties['lastmodifieddate'] ?? '')).toBeGreaterThan(
      Date.parse('2026-01-01T00:00:00Z'),
    );
    expect(read.propertiesWithHistory?.['firstname']).toHaveLength(1);
  });

  test('facts §2: an archived contact is gone from reads and lists, shown on request, and frees its address', async () => {
    const email = anEmail();
    const id = await sandbox.contact({ email });
    await contacts().archive(id);
    expect((await sandbox.api('GET', `/crm/v3/objects/contacts/${id}`)).status).toBe(404);
    const archived = await contacts().getById(id, ['email'], undefined, undefined, true);
    expect(archived).toMatchObject({ id, archived: true, archivedAt: expect.any(Date) });
    const again = await sandbox.contact({ email });
    expect(again).not.toBe(id);
    expect((await sandbox.control('POST', `/portals/${portalId}/contacts/${id}/restore`)).status).toBe(409);
  });

  test.each([
    ['999999999', 'resource not found', undefined],
    ['abc', 'Object not found.  objectId are usually numeric.', 'OBJECT_NOT_FOUND'],
  ])('facts §2: %s is not found the way HubSpot says it', async (id, message, category) => {
    const answer = await sandbox.api('GET', `/crm/v3/objects/contacts/${id}`);
    expect(answer).toMatchObject({ status: 404, body: { status: 'error', message } });
    expect(answer.body['category']).toBe(category);
  });

  test('facts §2, §8: unknown types and broken JSON answer 400', async () => {
    const unknown = await sandbox.api('GET', '/crm/v3/objects/butterflies');
    expect(unknown).toMatchObject({
      status: 400,
      body: { message: 'Unable to infer object type from: butterflies' },
    });
    const broken = await fetch(`${sandbox.url}/crm/v3/objects/contacts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.token}`, 'content-type': 'application/json' },
      body: '{"properties":',
    });
    expect(broken.status).toBe(400);
    expect(((await broken.json()) as { message: string }).message).toMatch(
      /^Invalid input JSON on line 1, column 1: /,
    );
  });
});

describe('paths', () => {
  test.each([
    '/crm/v3/objects/contacts',
    '/crm/v3/objects/contact/',
    '/crm/v3/objects/0-1',
    '/crm/objects/2026-03/contacts',
    '/crm/objects/2026-09/contacts/',
  ])('facts §0, §12: %s lists contacts', async (path) => {
    const answer = await sandbox.api<{ results: unknown[] }>('GET', `${path}?limit=1`);
    expect(answer.status).toBe(200);
    expect(answer.body.results).toHaveLength(1);
    expect(answer.headers.get('content-type')).toBe('application/json;charset=utf-8');
  });

  test('facts §0: a version that does not exist is an unknown path', async () => {
    expect((await sandbox.api('GET', '/crm/objects/2020-03/contacts')).status).toBe(404);
  });

  test('facts §7: an address that is too long answers 414', async () => {
    const properties = Array.from({ length: 900 }, (_, index) => `property_${index}`).join(',');
    expect((await sandbox.api('GET', `/crm/v3/objects/contacts?properties=${properties}`)).status).toBe(414);
  });
});

describe('lists of records', () => {
  test('facts §2: pages follow an opaque cursor to the end, each contact once', async () => {
    const own = await aSandbox();
    const made = Array.from({ length: 25 }, (_, index) => ({
      properties: { email: `p${index}@page.example` },
    }));
    await own.control('POST', `/portals/${portalId}/contacts`, { contacts: made });
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await own.client.crm.contacts.basicApi.getPage(10, after);
      seen.push(...page.results.map(({ id }) => id));
      after = page.paging?.next?.after;
      expect(after ?? '').not.toMatch(/^\d+$/);
    } while (after !== undefined);
    expect(new Set(seen).size).toBe(25);
    expect(seen).toHaveLength(25);
    await own.close();
  });

  test('facts §2: a page holds 100 at most, 50 with history', async () => {
    expect((await sandbox.api('GET', '/crm/v3/objects/contacts?limit=101')).status).toBe(400);
    expect(
      (await sandbox.api('GET', '/crm/v3/objects/contacts?limit=51&propertiesWithHistory=email')).status,
    ).toBe(400);
    expect(
      (await sandbox.api('GET', '/crm/v3/objects/contacts?limit=50&propertiesWithHistory=email')).status,
    ).toBe(200);
  });
});

describe('deals', () => {
  test('facts §2, §9: a deal needs a name and a stage, and comes with computed values', async () => {
    const refused = await sandbox.api('POST', '/crm/v3/objects/deals', { properties: { amount: '5' } });
    expect(refused).toMatchObject({
      status: 400,
      body: { category: 'VALIDATION_ERROR', context: { properties: ['dealname', 'dealstage'] } },
    });
    const made = await deals().create({
      properties: { dealname: 'First', dealstage: 'contractsent', amount: '99.5' },
      associations: [],
    });
    expect(made.properties).toMatchObject({
      pipeline: 'default',
      hs_is_closed: 'false',
      hs_is_closed_won: 'false',
      hs_deal_stage_probability: '0.9',
    });
    expect(made.properties['closedate'] ?? null).toBeNull();
  });

  test('S4: moving a deal to won sets its close date and its computed values; reopening undoes them', async () => {
    const { id } = await deals().create({
      properties: { dealname: 'Win', dealstage: 'contractsent', amount: '10' },
      associations: [],
    });
    const path = `/portals/${portalId}/deals/${id}`;
    const move = async (dealstage: string, at: string) =>
      (
        await sandbox.control<{ properties: Record<string, string> }>('PATCH', path, {
          properties: { dealstage },
          at,
        })
      ).body.properties;
    const won = await move('closedwon', '2027-01-02T03:04:05.678Z');
    expect(won).toMatchObject({
      hs_is_closed_won: 'true',
      hs_closed_amount: '10',
      closedate: '2027-01-02T03:04:05.678Z',
    });
    expect(await move('contractsent', '2027-01-03T00:00:00Z')).toMatchObject({
      hs_is_closed: 'false',
      hs_closed_amount: '0',
    });
  });

  test('S68: a stage that is put into the past leaves the deal, its close date and its computed values as they are', async () => {
    const { body } = await sandbox.control<{ ids: string[] }>('POST', `/portals/${portalId}/deals`, {
      deals: [{ properties: { dealname: 'Past', dealstage: 'contractsent' }, at: '2026-03-01T00:00:00Z' }],
    });
    const path = `/portals/${portalId}/deals/${body.ids[0]}`;
    await sandbox.control('PATCH', path, {
      properties: { dealstage: 'closedwon' },
      at: '2026-02-01T00:00:00Z',
    });
    const deal = await sandbox.control<{
      properties: Record<string, string>;
      history: Record<string, { value: string }[]>;
    }>('GET', path);
    expect(deal.body.properties).toMatchObject({ dealstage: 'contractsent', hs_is_closed: 'false' });
    expect(deal.body.properties).not.toHaveProperty('closedate');
    expect(deal.body.history['dealstage']?.map(({ value }) => value)).toEqual(['contractsent', 'closedwon']);
  });

  test('facts §9: only in an account with several currencies a deal has one; its amount is also told in the account’s', async () => {
    const properties = { dealname: 'Euro', dealstage: 'closedwon', amount: '100', deal_currency_code: 'EUR' };
    const alone = await sandbox.api<{ errors: { code: string }[] }>('POST', '/crm/v3/objects/deals', {
      properties,
    });
    expect([alone.status, alone.body.errors[0]?.code]).toEqual([400, 'PROPERTY_DOESNT_EXIST']);
    const { body: several } = await sandbox.control<{ portalId: number }>('POST', '/portals', {
      currency: 'USD',
      additionalCurrencies: ['EUR', 'GBP'],
    });
    const { body } = await sandbox.control<{ access_token: string }>(
      'POST',
      `/portals/${several.portalId}/install`,
    );
    const client = new Client({ accessToken: body.access_token, basePath: sandbox.url });
    const made = await client.crm.deals.basicApi.create({ properties, associations: [] });
    expect(made.properties).toMatchObject({
      amount: '100',
      deal_currency_code: 'EUR',
      amount_in_home_currency: '110',
      hs_closed_amount_in_home_currency: '110',
    });
    const { options } = await client.crm.properties.coreApi.getByName('deals', 'deal_currency_code');
    expect(options.map(({ value }) => value)).toEqual(['USD', 'EUR', 'GBP']);
    const details = await send(`${sandbox.url}/account-info/v3/details`, 'GET', { token: body.access_token });
    expect(details.body).toMatchObject({ companyCurrency: 'USD', additionalCurrencies: ['EUR', 'GBP'] });
  });

  test('facts §4: a stage of another pipeline and an amount that is no number are refused', async () => {
    const { body: pipeline } = await sandbox.api<{ id: string; stages: { id: string }[] }>(
      'POST',
      '/crm/v3/pipelines/deals',
      {
        label: 'Renewals',
        displayOrder: 1,
        stages: [{ label: 'Open', displayOrder: 0, metadata: { probability: '0.5' } }],
      },
    );
    const stage = pipeline.stages[0]?.id ?? '';
    const create = (properties: object) =>
      sandbox.api<{ errors: { code: string }[] }>('POST', '/crm/v3/objects/deals', { properties });
    expect((await create({ dealname: 'x', dealstage: stage })).body.errors[0]?.code).toBe('INVALID_OPTION');
    expect((await create({ dealname: 'x', dealstage: stage, pipeline: pipeline.id })).status).toBe(201);
    expect(
      (await create({ dealname: 'x', dealstage: 'closedwon', amount: '1,000' })).body.errors[0]?.code,
    ).toBe('INVALID_INTEGER');
  });

  test('design §3: a unique property finds the deal that has it and refuses a second one', async () => {
    await sandbox.api('POST', '/crm/v3/properties/deals', {
      name: 'external_key',
      label: 'External key',
      groupName: 'dealinformation',
      type: 'string',
      fieldType: 'text',
      hasUniqueValue: true,
    });
    const properties = { dealname: 'Keyed', dealstage: 'contractsent', external_key: 'ref_1' };
    const made = await deals().create({ properties, associations: [] });
    expect((await deals().getById('ref_1', undefined, undefined, undefined, false, 'external_key')).id).toBe(
      made.id,
    );
    const clash = await sandbox.api('POST', '/crm/v3/objects/deals', { properties });
    expect(clash).toMatchObject({
      status: 400,
      body: { category: 'VALIDATION_ERROR', message: expect.stringContaining('already has that value') },
    });
    expect((await sandbox.api('GET', '/crm/v3/objects/deals/ref_2?idProperty=external_key')).status).toBe(
      404,
    );
    const other = await sandbox.api('GET', '/crm/v3/objects/deals/Keyed?idProperty=dealname');
    expect(other).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('non-unique 0-3 property dealname') },
    });
    const { body } = await sandbox.control<{ results: { key: string; objectType: string }[] }>(
      'GET',
      '/creates',
    );
    expect(body.results.filter(({ key }) => key === 'ref_1')).toHaveLength(1);
  });

  test('facts §2: an association on create must lead to a record that exists', async () => {
    const contactId = await sandbox.contact({ email: anEmail() });
    const to = (id: string, associationTypeId: number) => [
      { to: { id }, types: [{ associationCategory: 'HUBSPOT_DEFINED' as const, associationTypeId }] },
    ];
    const properties = { dealname: 'Linked', dealstage: 'contractsent' };
    const made = await deals().create({ properties, associations: to(contactId, 3) as never });
    const read = await deals().getById(made.id, undefined, undefined, ['contacts']);
    expect(read.associations?.['contacts']?.results).toEqual([{ id: contactId, type: 'deal_to_contact' }]);
    for (const associations of [to('999999', 3), to(contactId, 4)]) {
      const refused = await sandbox.api('POST', '/crm/v3/objects/deals', { properties, associations });
      expect(refused).toMatchObject({
        status: 400,
        body: { message: 'One or more associations are invalid' },
      });
    }
  });
});

describe('notes', () => {
  const note = (id: string, associationTypeId: number) => ({
    properties: { hs_timestamp: '2026-05-01T10:00:00.000Z', hs_note_body: 'Referred by <b>Ada</b>' },
    associations: [
      { to: { id }, types: [{ associationCategory: 'HUBSPOT_DEFINED' as never, associationTypeId }] },
    ],
  });

  test('facts §10: a note about a contact is made by the typed client, and read again', async () => {
    const id = await sandbox.contact({ firstname: 'Noted' });
    const { basicApi } = sandbox.client.crm.objects.notes;
    const made = await basicApi.create(note(id, 202));
    expect((await basicApi.getById(made.id)).properties).toMatchObject(note(id, 202).properties);
    const { body } = await sandbox.control<{ results: object[] }>('GET', `/portals/${portalId}/notes`);
    expect(body.results).toMatchObject([{ id: made.id, about: [{ objectType: 'contacts', id }] }]);
  });

  test.each([
    ['a record that does not exist', '999999', 202],
    ['a type that leads elsewhere', '1001', 3],
  ])('facts §2: a note about %s is refused', async (_what, id, type) => {
    const answer = await sandbox.api('POST', '/crm/objects/2026-09/notes', note(id, type));
    expect(answer).toMatchObject({ status: 400, body: { message: 'One or more associations are invalid' } });
  });
});

describe('merging and erasing', () => {
  test('facts §9: what happens to a contact leaves lists of deals with the same number alone', async () => {
    const own = await aSandbox();
    const contact = await own.contact({ firstname: 'Same number' });
    const other = await own.contact({ firstname: 'Other' });
    const ids = await own.control<{ ids: string[] }>('POST', `/portals/${portalId}/deals`, {
      deals: [contact, other].map((dealname) => ({ properties: { dealname, dealstage: 'contractsent' } })),
    });
    expect(ids.body.ids).toEqual([contact, other]);
    const { listsApi, membershipsApi } = own.client.crm.lists;
    const lists: string[] = [];
    for (const objectTypeId of ['0-1', '0-3']) {
      const wanted = { name: objectTypeId, objectTypeId, processingType: 'MANUAL' } as never;
      lists.push((await listsApi.create(wanted)).list.listId);
      await membershipsApi.add(lists.at(-1) ?? '', [contact, other]);
    }
    const members = async (listId = '') =>
      (await membershipsApi.getPage(listId)).results.map(({ recordId }) => recordId);
    const merged = await own.client.crm.contacts.basicApi.merge({
      primaryObjectId: contact,
      objectIdToMerge: other,
    });
    expect(await members(lists[0])).toEqual([merged.id]);
    await own.client.crm.contacts.basicApi.purge({ objectId: merged.id });
    expect(await members(lists[0])).toEqual([]);
    expect(await members(lists[1])).toEqual([contact, other]);
    await own.close();
  });

  test('facts §9: a restore brings a contact back under its number, unless its address was erased meanwhile', async () => {
    const email = anEmail();
    const id = await sandbox.contact({ email });
    const path = `/portals/${portalId}/contacts/${id}`;
    await sandbox.control('POST', `${path}/archive`);
    await sandbox.control('POST', `${path}/restore`);
    expect((await contacts().getById(id, ['email'])).properties['email']).toBe(email);
    await sandbox.control('POST', `${path}/archive`);
    await sandbox.client.crm.contacts.basicApi.purge({ objectId: email, idProperty: 'email' });
    expect((await sandbox.control('POST', `${path}/restore`)).status).toBe(400);
  });

  test('facts §9: a merge makes a new record, both old ids lead to it, and the second address is kept', async () => {
    const [first, second] = [anEmail(), anEmail()];
    const primary = await sandbox.contact(
      { email: first, firstname: 'One', lifecyclestage: 'lead' },
      '2026-02-01T00:00:00Z',
    );
    const other = await sandbox.contact(
      { email: second, lastname: 'Two', lifecyclestage: 'customer' },
      '2026-01-01T00:00:00Z',
    );
    const deal = await deals().create({
      properties: { dealname: 'Moves along', dealstage: 'contractsent' },
      associations: [
        { to: { id: other }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 3 }] },
      ] as never,
    });
    const merged = await sandbox.client.crm.contacts.basicApi.merge({
      primaryObjectId: primary,
      objectIdToMerge: other,
    });
    expect([primary, other]).not.toContain(merged.id);
    for (const id of [primary, other]) {
      const read = await contacts().getById(id, [
        'email',
        'firstname',
        'lastname',
        'lifecyclestage',
        'hs_additional_emails',
        'hs_merged_object_ids',
      ]);
      expect(read.id).toBe(merged.id);
      expect(read.properties).toMatchObject({
        email: first,
        firstname: 'One',
        lastname: 'Two',
        lifecyclestage: 'customer',
        hs_additional_emails: second,
        hs_merged_object_ids: `${primary};${other}`,
      });
      expect(read.createdAt.toISOString()).toBe('2026-01-01T00:00:00.000Z');
    }
    const history = await contacts().getById(merged.id, undefined, ['lifecyclestage', 'firstname']);
    expect(history.propertiesWithHistory?.['lifecyclestage']?.map(({ value }) => value)).toEqual([
      'customer',
    ]);
    expect(
      (await deals().getById(deal.id, undefined, undefined, ['contacts'])).associations?.['contacts']
        ?.results[0]?.id,
    ).toBe(merged.id);
    const batch = await sandbox.api('POST', '/crm/v3/objects/contacts/batch/update', {
      inputs: [{ id: primary, properties: { city: 'x' } }],
    });
    expect(batch).toMatchObject({
      status: 207,
      body: { errors: [{ category: 'OBJECT_NOT_FOUND', context: { ids: [primary] } }] },
    });
    await contacts().update(other, { properties: { city: 'Oslo' } });
    expect((await contacts().getById(merged.id, ['city'])).properties['city']).toBe('Oslo');
    const taken = await sandbox.api('POST', '/crm/v3/objects/contacts', { properties: { email: second } });
    expect(taken.body['message']).toBe(`Contact already exists. Existing ID: ${merged.id}`);
  });

  test('facts §9: merging a merged record again keeps every old id alive', async () => {
    const [a, b, c] = await Promise.all(
      [anEmail(), anEmail(), anEmail()].map((email) => sandbox.contact({ email })),
    );
    const first = await contacts().merge({ primaryObjectId: a ?? '', objectIdToMerge: b ?? '' });
    const second = await contacts().merge({ primaryObjectId: c ?? '', objectIdToMerge: first.id });
    for (const id of [a, b, c, first.id]) expect((await contacts().getById(id ?? '')).id).toBe(second.id);
  });

  test('facts §9: a record may be merged 250 times, all its old ids in one property, and not once more', async () => {
    const { body } = await sandbox.control<{ ids: string[] }>('POST', `/portals/${portalId}/contacts`, {
      contacts: Array.from({ length: 252 }, (_, index) => ({ properties: { firstname: `m${index}` } })),
    });
    const [first = '', ...others] = body.ids;
    const merge = (primaryId: string, otherId: string) =>
      sandbox.control<{ id: string }>('POST', `/portals/${portalId}/contacts/merge`, { primaryId, otherId });
    let id = first;
    for (const other of others.slice(0, 250)) id = (await merge(id, other)).body.id;
    expect((await merge(id, others[250] ?? '')).status).toBe(400);
    const { properties } = await contacts().getById(id, ['hs_merged_object_ids']);
    const old = properties['hs_merged_object_ids']?.split(';') ?? [];
    expect(new Set(old).size).toBe(500);
    expect(body.ids.slice(0, 251).every((each) => old.includes(each))).toBe(true);
    expect((await contacts().getById(first)).id).toBe(id);
  });

  test('facts §2: a create tells where the record is', async () => {
    const made = await sandbox.api('POST', '/crm/v3/objects/contacts', { properties: { firstname: 'x' } });
    const location = made.headers.get('location') ?? '';
    expect((await sandbox.api('GET', location)).body['id']).toBe(made.body['id']);
  });

  test('facts §9: a privacy deletion is for ever, and the address cannot come back', async () => {
    const email = anEmail();
    const id = await sandbox.contact({ email });
    await sandbox.client.crm.contacts.basicApi.purge({ objectId: email, idProperty: 'email' });
    expect((await sandbox.api('GET', `/crm/v3/objects/contacts/${id}?archived=true`)).status).toBe(404);
    expect((await sandbox.api('POST', '/crm/v3/objects/contacts', { properties: { email } })).status).toBe(
      400,
    );
    const never = anEmail();
    const unknown = await sandbox.api('POST', '/crm/v3/objects/contacts/gdpr-delete', {
      objectId: never,
      idProperty: 'email',
    });
    expect(unknown.status).toBe(204);
    expect(
      (await sandbox.api('POST', '/crm/v3/objects/contacts', { properties: { email: never } })).status,
    ).toBe(400);
  });
});
