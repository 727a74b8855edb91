import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadMappings } from '../../../db/queries/campaigns.ts';
import { wantedProperties } from '../../../db/queries/reflection.ts';
import { fromPublicId } from '../../../domain/id.ts';
import { type ApiUnderTest, type Operator, publicUrl, startApi } from './api-under-test.ts';
import { connect, firstPortal, type HubSpotAccounts, startAccounts } from './hubspot-account.ts';

interface Made {
  readonly items: readonly {
    readonly field: string;
    readonly created: boolean;
    readonly property: {
      readonly name: string;
      readonly label: string;
      readonly type: string;
      readonly groupName: string;
    };
    readonly mapping: {
      readonly objectType: 'contact';
      readonly property: string;
      readonly source: { readonly kind: 'dynamic'; readonly field: string };
    };
  }[];
}

let api: ApiUnderTest;
let accounts: HubSpotAccounts;
let operator: Operator;
beforeAll(async () => {
  accounts = await startAccounts();
  api = await startApi({ hubspotUrl: accounts.url });
});
let portalId = firstPortal;
beforeEach(async () => {
  operator = await api.operator();
  portalId += 1;
  await accounts.addPortal(portalId);
  await connect({ api, accounts, operator }, portalId);
});
afterAll(async () => {
  await api.stop();
  await accounts.stop();
});

const counters = ['referral_link', 'number_referred', 'number_successful', 'reward_earned', 'join_date'];
const make = (body: object, headers?: Record<string, string>) =>
  operator.call<Made>('POST', '/hubspot/properties', body, headers);
const refusal = (body: object) => operator.call('POST', '/hubspot/properties', body);
const aCampaign = async (slug: string) =>
  (await operator.call('POST', '/campaigns', { name: `Campaign ${slug}`, slug })).body.id;
async function inHubSpot(method: string, path: string, body?: object) {
  const token = await accounts.token(portalId);
  const response = await fetch(`${accounts.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
}
/** How often our app tried to make something in HubSpot's schema. */
const creations = async () =>
  (await accounts.paths(portalId)).filter((path) => path.endsWith('/properties/contacts')).length;

test('S22: one click makes our group and a property per field, with the mappings that fill them', async () => {
  const { status, body } = await make({ fields: counters });
  expect(status).toBe(201);
  expect(body.items.map(({ property: { name, type } }) => [name, type])).toEqual([
    ['vouchflow_referral_link', 'string'],
    ['vouchflow_number_referred', 'number'],
    ['vouchflow_number_successful', 'number'],
    ['vouchflow_reward_earned', 'string'],
    ['vouchflow_join_date', 'date'],
  ]);
  expect(body.items[0]).toMatchObject({
    field: 'referral_link',
    created: true,
    property: { label: 'Referral link', groupName: 'referral_program' },
  });
  expect(await inHubSpot('GET', '/crm/v3/properties/contacts/groups/referral_program')).toMatchObject({
    status: 200,
  });
  const campaignId = await aCampaign(`ready-${portalId}`);
  const saved = await operator.call('PUT', `/campaigns/${campaignId}/hubspot`, {
    sync: { scope: { kind: 'all' }, mappingsOut: body.items.map(({ mapping }) => mapping) },
  });
  expect(saved.status).toBe(200);
});

test('S22: asking again makes nothing and answers the same', async () => {
  const first = await make({ fields: counters });
  const before = await creations();
  const again = await make({ fields: counters });
  expect(again.status).toBe(200);
  expect(again.body.items).toEqual(first.body.items.map((item) => ({ ...item, created: false })));
  // One look at what there is, and no try to make any of it.
  expect((await creations()) - before).toBe(1);
});

test('S35: what was made is offered at once, without a refresh', async () => {
  await operator.call('GET', '/hubspot/properties/contacts');
  await make({ fields: ['referral_link'] });
  const { body } = await operator.call('GET', '/hubspot/properties/contacts?for=referral_link');
  expect(body.items.map(({ name }) => name)).toContain('vouchflow_referral_link');
});

const figures = {
  referrerId: 'r',
  personId: 'p',
  code: 'abc',
  joinedAt: '2026-05-03T23:30:00.123Z',
  campaignName: 'Values',
  numberReferred: 3,
  numberSuccessful: 1,
  earned: { USD: 2_500, EUR: 100 },
};
/** What a sync with these mappings writes, and what HubSpot says to it. */
async function written(name: string, mappingsOut: readonly object[]) {
  const campaignId = await aCampaign(`${name}-${portalId}`);
  const saved = await operator.call('PUT', `/campaigns/${campaignId}/hubspot`, {
    sync: { scope: { kind: 'all' }, mappingsOut },
  });
  expect([saved.status, saved.body.errors]).toEqual([200, undefined]);
  const mappings = await api.database.app.inWorkspace(operator.workspaceId, (tx) =>
    loadMappings(tx, fromPublicId('campaign', campaignId) ?? '', 'sync-out'),
  );
  const properties = wantedProperties(figures, mappings, publicUrl);
  const answer = await inHubSpot('POST', '/crm/v3/objects/contacts', {
    properties: { email: `${name}@values.example`, ...properties },
  });
  return { properties, answer };
}

test('facts §2: every type that we make takes the values that we write, and gives them back as they were', async () => {
  const { body } = await make({ fields: [...counters, 'campaign_name'] });
  const { properties, answer } = await written(
    'made',
    body.items.map(({ mapping }) => mapping),
  );
  expect(answer).toMatchObject({ status: 201, body: { properties } });
  expect(properties['vouchflow_join_date']).toBe('2026-05-03');
});

test('S33, facts §2: every type that is offered for a field takes its values', async () => {
  const shapes = {
    line: { type: 'string', fieldType: 'text' },
    area: { type: 'string', fieldType: 'textarea' },
    number: { type: 'number', fieldType: 'number' },
    day: { type: 'date', fieldType: 'date' },
    instant: { type: 'datetime', fieldType: 'date' },
  };
  for (const field of counters)
    for (const [shape, definition] of Object.entries(shapes))
      await accounts.addProperty(portalId, { name: `${field}_${shape}`, ...definition });
  const mappings = [];
  for (const field of counters) {
    const { body } = await operator.call('GET', `/hubspot/properties/contacts?for=${field}`);
    for (const { name } of body.items) {
      if (String(name).startsWith(`${field}_`))
        mappings.push({ objectType: 'contact', property: name, source: { kind: 'dynamic', field } });
    }
  }
  const { properties, answer } = await written('offered', mappings);
  expect(answer).toMatchObject({ status: 201, body: { properties } });
  expect(properties).toMatchObject({
    join_date_day: '2026-05-03',
    join_date_instant: figures.joinedAt,
    join_date_line: figures.joinedAt,
    number_referred_number: '3',
    reward_earned_line: expect.stringContaining('25'),
  });
});

describe('for one campaign', () => {
  test('C9: names carry its slug, and stay the same', async () => {
    const campaignId = await aCampaign(`spring-${portalId}`);
    const { body } = await make({ fields: ['referral_link'], campaignId });
    expect(body.items[0]?.property).toMatchObject({
      name: `vouchflow_referral_link_spring_${portalId}`,
      label: `Referral link (Campaign spring-${portalId})`,
    });
    expect((await make({ fields: ['referral_link'], campaignId })).body.items[0]).toMatchObject({
      created: false,
      property: { name: body.items[0]?.property.name },
    });
  });

  test('C9: a slug that was another campaign’s leads to another property', async () => {
    const slug = `moved-${portalId}`;
    const first = await aCampaign(slug);
    const made = await make({ fields: ['referral_link'], campaignId: first });
    await operator.call('PUT', `/campaigns/${first}/hubspot`, {
      sync: { scope: { kind: 'all' }, mappingsOut: made.body.items.map(({ mapping }) => mapping) },
    });
    await operator.call('PATCH', `/campaigns/${first}`, { slug: `${slug}-old` });
    const second = await aCampaign(slug);
    const { status, body } = await make({ fields: ['referral_link'], campaignId: second });
    expect(status).toBe(201);
    expect(body.items[0]?.property.name).not.toBe(made.body.items[0]?.property.name);
  });

  test('a campaign of somebody else is not there', async () => {
    const campaignId = await aCampaign(`mine-${portalId}`);
    const stranger = await api.operator();
    await accounts.addPortal(portalId + 1_000);
    await connect({ api, accounts, operator: stranger }, portalId + 1_000);
    const { status } = await stranger.call('POST', '/hubspot/properties', {
      fields: ['referral_link'],
      campaignId,
    });
    expect(status).toBe(404);
  });
});

describe('what cannot be made', () => {
  test('a name that is taken by a property of another type is said, and nothing is made', async () => {
    await accounts.addProperty(portalId, {
      name: 'vouchflow_reward_earned',
      type: 'number',
      fieldType: 'number',
    });
    const { status, body } = await refusal({ fields: ['referral_link', 'reward_earned'] });
    expect(status).toBe(422);
    expect(body.errors).toEqual([
      {
        field: 'fields.1',
        message: expect.stringContaining('"vouchflow_reward_earned" is in HubSpot already'),
      },
    ]);
    const link = await inHubSpot('GET', '/crm/v3/properties/contacts/vouchflow_referral_link');
    expect(link.status).toBe(404);
  });

  test('a field that HubSpot has a property of its own for', async () => {
    const { status, body } = await refusal({ fields: ['email', 'custom:size'] });
    expect([status, body.errors.map(({ field }) => field)]).toEqual([422, ['fields.0', 'fields.1']]);
  });

  test('unknown fields, none at all, and unknown members are refused', async () => {
    const bodies = [{ fields: ['nonsense'] }, { fields: [] }, { fields: ['code'], name: 'x' }, {}];
    const statuses = [];
    for (const body of bodies) statuses.push((await refusal(body)).status);
    expect(statuses).toEqual([400, 400, 400, 400]);
  });

  test('facts §1: without the scope the missing one is named', async () => {
    await api.database.system.execute(
      `update connections set scopes = array_remove(scopes, 'crm.schemas.contacts.write') where workspace_id = '${operator.workspaceId}'`,
    );
    const { status, body } = await refusal({ fields: ['referral_link'] });
    expect([status, body.detail]).toEqual([409, expect.stringContaining('crm.schemas.contacts.write')]);
  });

  test('facts §1: a scope that only HubSpot knows to be missing is named as well', async () => {
    await accounts.fail({ path: '/properties/contacts/groups', status: 403 });
    const { status, body } = await refusal({ fields: ['referral_link'] });
    await accounts.heal();
    expect([status, body.detail]).toEqual([409, expect.stringContaining('crm.schemas.contacts.write')]);
  });
});

describe('once, whatever happens', () => {
  test('P14: the same Idempotency-Key is answered from the first, another request under it is refused', async () => {
    const key = { 'idempotency-key': 'make-1' };
    const first = await make({ fields: ['referral_link'] }, key);
    const before = await creations();
    const again = await make({ fields: ['referral_link'] }, key);
    expect([again.status, again.body, again.headers['idempotency-replayed']]).toEqual([
      201,
      first.body,
      'true',
    ]);
    expect(await creations()).toBe(before);
    expect((await make({ fields: ['number_referred'] }, key)).status).toBe(422);
    const counter = await inHubSpot('GET', '/crm/v3/properties/contacts/vouchflow_number_referred');
    expect(counter.status).toBe(404);
  });

  test('two clicks at once make each property once', async () => {
    const answers = await Promise.all([make({ fields: counters }), make({ fields: counters })]);
    expect(answers.map(({ status }) => status).every((status) => status < 300)).toBe(true);
    const made = answers.map(({ body }) =>
      body.items.filter(({ created }) => created).map(({ field }) => field),
    );
    expect(made.flat().toSorted()).toEqual(counters.toSorted());
    const names = answers.map(({ body }) => body.items.map(({ property }) => property.name));
    expect(names[0]).toEqual(names[1]);
  });

  test('HubSpot away in the middle: the next try goes on from there', async () => {
    await accounts.fail({ path: '/properties/contacts', method: 'POST', status: 503, body: 'html', skip: 4 });
    const failed = await refusal({ fields: counters });
    await accounts.heal();
    expect(failed.status).toBeGreaterThanOrEqual(500);
    const { status, body } = await make({ fields: counters });
    expect([status, body.items.map(({ created }) => created)]).toEqual([
      201,
      [false, false, true, true, true],
    ]);
  });
});
