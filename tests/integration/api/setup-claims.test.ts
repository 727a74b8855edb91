import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ApiUnderTest, type Operator, startApi } from './api-under-test.ts';
import { connect, firstPortal, type HubSpotAccounts, startAccounts } from './hubspot-account.ts';

let api: ApiUnderTest;
let accounts: HubSpotAccounts;
let operator: Operator;
/** A property of its own for each test, so that no campaign of another test is in the way. */
let property: string;
beforeAll(async () => {
  accounts = await startAccounts();
  api = await startApi({ hubspotUrl: accounts.url });
  operator = await api.operator();
  await connect({ api, accounts, operator });
});
let count = 0;
beforeEach(async () => {
  count += 1;
  property = `links_${count}`;
  await accounts.addProperty(firstPortal, { name: property });
});
afterAll(async () => {
  await api.stop();
  await accounts.stop();
});

const dynamic = (name: string, field: string) => ({
  objectType: 'contact',
  property: name,
  source: { kind: 'dynamic', field },
});
const aCampaign = async (name: string) => (await operator.call('POST', '/campaigns', { name })).body.id;
const save = (campaignId: string, setup: object) =>
  operator.call('PUT', `/campaigns/${campaignId}/hubspot`, setup);
const syncInto = (...mappings: readonly (readonly [string, string])[]) => ({
  sync: { scope: { kind: 'all' }, mappingsOut: mappings.map(([name, field]) => dynamic(name, field)) },
});
const joinInto = (name: string, field: string) => ({
  personReferring: {
    action: 'create-contact',
    mappings: [dynamic('firstname', 'first_name'), dynamic('email', 'email'), dynamic(name, field)],
  },
});
const inviteInto = (name: string, field: string) => ({
  personInvited: {
    action: 'create-contact',
    mappings: [dynamic('firstname', 'first_name'), dynamic('email', 'email'), dynamic(name, field)],
  },
});
const link = () => syncInto([property, 'referral_link']);
const linkOf = async (campaignId: string) => {
  const { body } = await operator.call<{ sync: { mappingsOut: { property: string }[] } }>(
    'GET',
    `/campaigns/${campaignId}/hubspot`,
  );
  return body.sync.mappingsOut.map((mapping) => mapping.property);
};

test('C9: the second campaign is refused with the other’s name and the request that mends it; one click later it is saved', async () => {
  const [first, second] = [await aCampaign('Spring'), await aCampaign('Autumn')];
  expect((await save(first, link())).status).toBe(200);
  const refused = await save(second, link());
  expect(refused.status).toBe(422);
  expect(refused.body.errors).toEqual([
    {
      field: 'sync.mappingsOut.0.property',
      message: expect.stringContaining('"Spring"'),
      suggestion: {
        method: 'POST',
        path: '/api/v1/hubspot/properties',
        body: { fields: ['referral_link'], campaignId: second },
      },
    },
  ]);
  const { suggestion } = refused.body.errors[0] as unknown as { suggestion: { path: string; body: object } };
  const made = await operator.call<{ items: { mapping: object }[] }>(
    'POST',
    suggestion.path.replace('/api/v1', ''),
    suggestion.body,
  );
  const saved = await save(second, {
    sync: { scope: { kind: 'all' }, mappingsOut: [made.body.items[0]?.mapping] },
  });
  expect(saved.status).toBe(200);
  expect(await linkOf(first)).toEqual([property]);
});

test('C9: in the other order it is the first one that is refused', async () => {
  const [first, second] = [await aCampaign('First'), await aCampaign('Second')];
  expect((await save(second, link())).status).toBe(200);
  const { status, body } = await save(first, link());
  expect([status, body.errors[0]?.message]).toEqual([422, expect.stringContaining('"Second"')]);
  expect(await linkOf(first)).toEqual([]);
});

test('C9: two saves at once: exactly one of them gets the property', async () => {
  for (const _round of [1, 2, 3]) {
    await accounts.addProperty(firstPortal, { name: `${property}_race_${_round}` });
    const setup = syncInto([`${property}_race_${_round}`, 'referral_link']);
    const rivals = await Promise.all(['A', 'B', 'C'].map((name) => aCampaign(name)));
    const statuses = await Promise.all(rivals.map(async (rival) => (await save(rival, setup)).status));
    expect(statuses.toSorted()).toEqual([200, 422, 422]);
  }
});

test('C9: the other sections count too, by whatever name the link goes there', async () => {
  const [first, second] = [await aCampaign('Joined'), await aCampaign('Synced')];
  expect((await save(first, joinInto(property, 'link'))).status).toBe(200);
  expect((await save(second, link())).body.errors[0]).toMatchObject({ field: 'sync.mappingsOut.0.property' });
  expect((await save(second, joinInto(property, 'referrer_link'))).body.errors[0]).toMatchObject({
    field: 'personReferring.mappings.2.property',
    suggestion: { body: { fields: ['referral_link'] } },
  });
  expect((await save(second, inviteInto(property, 'referrer_link'))).body.errors[0]).toMatchObject({
    field: 'personInvited.mappings.2.property',
  });
});

test('C9: the figures of two campaigns do not share a property either; what belongs to no campaign may be shared', async () => {
  const [first, second] = [await aCampaign('Counting'), await aCampaign('Counting too')];
  for (const name of [`${property}_a`, `${property}_b`, `${property}_c`])
    await accounts.addProperty(firstPortal, { name });
  const both = (own: string) =>
    syncInto([own, 'referral_link'], [property, 'number_referred'], [`${property}_c`, 'campaign_name']);
  expect((await save(first, both(`${property}_a`))).status).toBe(200);
  const { status, body } = await save(second, both(`${property}_b`));
  expect([status, body.errors.map(({ field }) => field)]).toEqual([422, ['sync.mappingsOut.1.property']]);
  const without = syncInto([`${property}_b`, 'referral_link'], [`${property}_c`, 'campaign_name']);
  expect((await save(second, without)).status).toBe(200);
});

test('C9: a campaign keeps its own property, also from two of its sections with the same link', async () => {
  const campaign = await aCampaign('Alone');
  expect((await save(campaign, { ...link(), ...joinInto(property, 'link') })).status).toBe(200);
  expect((await save(campaign, link())).status).toBe(200);
  const { status, body } = await save(campaign, inviteInto(property, 'referrer_email'));
  expect([status, body.errors[0]?.field]).toEqual([422, 'personInvited.mappings.2.property']);
});

test('C9: a campaign that has ended gives its property up, and writes nothing there any more', async () => {
  const [ended, next] = [await aCampaign('Over'), await aCampaign('Next')];
  await save(ended, link());
  await operator.call('PATCH', `/campaigns/${ended}`, { status: 'published' });
  expect((await save(next, link())).status).toBe(422);
  await operator.call('PATCH', `/campaigns/${ended}`, { status: 'ended' });
  // A link that the drain has still to send would overwrite the next campaign's.
  await api.database.system.execute(sql`
    insert into crm_writes (connection_id, object_type, object_id, property, workspace_id, value, next_attempt_at)
    select id, 'contact', '7', ${property}, workspace_id, 'old', now() from connections where workspace_id = ${operator.workspaceId}`);
  expect((await save(next, link())).status).toBe(200);
  expect([await linkOf(ended), await linkOf(next)]).toEqual([[], [property]]);
  const unsent = await api.database.system.execute(
    sql`select 1 from crm_writes where property = ${property} and sent_version < version`,
  );
  expect(unsent).toHaveLength(0);
  expect((await save(ended, link())).status).toBe(422);
});

test('S16: another workspace’s HubSpot account has nothing to do with it', async () => {
  await save(await aCampaign('Here'), link());
  const stranger = await api.operator();
  const portalId = firstPortal + 1;
  await accounts.addPortal(portalId);
  await accounts.addProperty(portalId, { name: property });
  await connect({ api, accounts, operator: stranger }, portalId);
  const { body } = await stranger.call('POST', '/campaigns', { name: 'There' });
  expect((await stranger.call('PUT', `/campaigns/${body.id}/hubspot`, link())).status).toBe(200);
});

test('facts §2: the type of each mapped property is kept, for whoever writes the values', async () => {
  await accounts.addProperty(firstPortal, { name: `${property}_day`, type: 'date', fieldType: 'date' });
  const campaign = await aCampaign('Typed');
  expect(
    (await save(campaign, syncInto([property, 'referral_link'], [`${property}_day`, 'join_date']))).status,
  ).toBe(200);
  const types = await api.database.system.execute(
    sql`select property_type from field_mappings where property in (${property}, ${`${property}_day`}) order by property`,
  );
  expect(types.map((row) => row['property_type'])).toEqual(['string', 'date']);
});

test('C9, P14: the suggestion is part of the documented problem', async () => {
  const { body } = await api.send<{ components: { schemas: Record<string, unknown> } }>({
    method: 'GET',
    url: '/openapi.json',
  });
  expect(JSON.stringify(body.components.schemas['Problem'])).toContain('#/components/schemas/Suggestion');
  expect(body.components.schemas['Suggestion']).toMatchObject({
    properties: { method: { const: 'POST' }, path: { type: 'string' }, body: { type: 'object' } },
  });
});
