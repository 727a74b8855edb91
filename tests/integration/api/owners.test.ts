import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ApiUnderTest, type Operator, publicUrl, startApi } from './api-under-test.ts';
import { connect, type HubSpotAccounts, startAccounts } from './hubspot-account.ts';

let api: ApiUnderTest;
let accounts: HubSpotAccounts;
let operator: Operator;
let campaignId: string;
let owners: readonly { readonly id: string; readonly name: string; readonly email: string }[];
beforeAll(async () => {
  accounts = await startAccounts();
  api = await startApi({ hubspotUrl: accounts.url });
  operator = await api.operator();
  await connect({ api, accounts, operator });
  owners = (await operator.call('GET', '/hubspot/owners')).body.items as unknown as typeof owners;
});
beforeEach(async () => {
  campaignId = (await operator.call('POST', '/campaigns', { name: 'Owners' })).body.id;
});
afterEach(() => accounts.heal());
afterAll(async () => {
  await api.stop();
  await accounts.stop();
});

const dynamic = (property: string, field: string) => ({
  objectType: 'contact',
  property,
  source: { kind: 'dynamic', field },
});
const mappings = [dynamic('firstname', 'first_name'), dynamic('email', 'email')];
const save = (owner: unknown, more: object = {}, { id = campaignId, by = operator } = {}) =>
  by.call('PUT', `/campaigns/${id}/hubspot`, {
    personInvited: { action: 'create-contact', mappings, ...(owner !== undefined && { owner }), ...more },
  });
const problemOf = async (answer: ReturnType<typeof save>) => {
  const { status, body } = await answer;
  return [status, body.errors?.[0]?.field];
};
const ownerIds = () => owners.map(({ id }) => id);

test('facts §4: the select offers owners by their owner id, with name and address', () => {
  expect(owners.length).toBeGreaterThan(1);
  expect(owners[0]).toEqual({
    id: expect.stringMatching(/^\d+$/),
    name: expect.stringMatching(/\w/),
    email: expect.stringContaining('@'),
  });
});

describe('the owner of a person invited', () => {
  test('is nobody unless chosen, and reopening shows what was chosen (S66)', async () => {
    expect((await save(undefined)).body).toMatchObject({ personInvited: { owner: { kind: 'none' } } });
    for (const owner of [
      { kind: 'fixed', ownerId: ownerIds()[0] },
      { kind: 'of-referrer' },
      { kind: 'round-robin', ownerIds: ownerIds() },
    ]) {
      expect((await save(owner)).status).toBe(200);
      const { body } = await operator.call('GET', `/campaigns/${campaignId}/hubspot`);
      expect(body).toMatchObject({ personInvited: { owner } });
    }
  });

  test('must be one of the connected account', async () => {
    const [known] = ownerIds();
    expect(await problemOf(save({ kind: 'fixed', ownerId: '999999' }))).toEqual([
      422,
      'personInvited.owner.ownerId',
    ]);
    expect(await problemOf(save({ kind: 'round-robin', ownerIds: [known, '999999'] }))).toEqual([
      422,
      'personInvited.owner.ownerIds.1',
    ]);
  });

  test('takes turns among different people, and is not mapped as well', async () => {
    const [known] = ownerIds();
    expect(await problemOf(save({ kind: 'round-robin', ownerIds: [known, known] }))).toEqual([
      422,
      'personInvited.owner.ownerIds.1',
    ]);
    const fixed = {
      objectType: 'contact',
      property: 'hubspot_owner_id',
      source: { kind: 'fixed', value: known },
    };
    expect(await problemOf(save({ kind: 'of-referrer' }, { mappings: [...mappings, fixed] }))).toEqual([
      422,
      'personInvited.mappings.2.property',
    ]);
    expect((await save({ kind: 'none' }, { mappings: [...mappings, fixed] })).status).toBe(200);
  });

  test.each([
    [{ kind: 'round-robin', ownerIds: [] }],
    [{ kind: 'fixed', ownerId: 'sales@example.com' }],
    [{ kind: 'fixed' }],
    [{ kind: 'everybody' }],
  ])('%o is no choice', async (owner) => {
    expect((await save(owner)).status).toBe(400);
  });
});

test('the link between referrer and friend is off unless chosen, and reopening shows it (S66)', async () => {
  expect((await save(undefined)).body).toMatchObject({ personInvited: { associateReferrer: false } });
  expect((await save(undefined, { associateReferrer: true })).status).toBe(200);
  const { body } = await operator.call('GET', `/campaigns/${campaignId}/hubspot`);
  expect(body).toMatchObject({ personInvited: { associateReferrer: true } });
  expect((await save(undefined, { associateReferrer: 'yes' })).status).toBe(400);
});

describe('an account that did not grant owners', () => {
  const refused = [409, expect.stringContaining('crm.objects.owners.read')];
  const answerOf = async (answer: ReturnType<typeof save>) => {
    const { status, body } = await answer;
    return [status, body.detail];
  };

  test('is told which scope is missing, and can use what names nobody', async () => {
    const portalId = 6_100_001;
    await accounts.addPortal(portalId);
    const by = await api.operator();
    const { body: begun } = await by.call('POST', '/hubspot/connect');
    const back = await accounts.consent(String(begun['authorizeUrl']), portalId, { optionalScopes: false });
    await api.send({ method: 'GET', url: back.replace(publicUrl, '') });
    const { id } = (await by.call('POST', '/campaigns', { name: 'Owners' })).body;
    expect(await answerOf(by.call('GET', '/hubspot/owners'))).toEqual(refused);
    expect(await answerOf(save({ kind: 'fixed', ownerId: '7001' }, {}, { id, by }))).toEqual(refused);
    expect((await save({ kind: 'of-referrer' }, {}, { id, by })).status).toBe(200);
  });

  test('is told so too where only HubSpot’s refusal tells it', async () => {
    await accounts.fail({ path: '/owners', status: 403 });
    expect(await answerOf(operator.call('GET', '/hubspot/owners'))).toEqual(refused);
    expect(await answerOf(save({ kind: 'fixed', ownerId: ownerIds()[0] }))).toEqual(refused);
  });
});
