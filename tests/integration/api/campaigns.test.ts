import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiUnderTest, type Operator, startApi } from './api-under-test.ts';

let api: ApiUnderTest;
let operator: Operator;
beforeAll(async () => {
  api = await startApi();
  operator = await api.operator();
});
afterAll(() => api.stop());

const aCampaign = async (fields: object = {}) => {
  const { status, body } = await operator.call('POST', '/campaigns', { name: 'Spring offer', ...fields });
  expect(status).toBe(201);
  return body;
};

describe('campaigns', () => {
  test('a new campaign is a draft whose slug is made from its name', async () => {
    const campaign = await aCampaign({ name: 'Été à Paris' });
    expect(campaign).toMatchObject({ status: 'draft', slug: 'ete-a-paris', version: 1 });
    expect(campaign.id).toMatch(/^cmp_/);
  });

  test('two campaigns of one name get different slugs; a chosen slug that is taken is refused', async () => {
    const [first, second] = [await aCampaign({ name: 'Twins' }), await aCampaign({ name: 'Twins' })];
    expect(second['slug']).not.toBe(first['slug']);
    const refused = await operator.call('POST', '/campaigns', { name: 'Third', slug: first['slug'] });
    expect(refused.status).toBe(422);
    expect(refused.body.errors).toEqual([expect.objectContaining({ field: 'slug' })]);
    const other = await aCampaign({ name: 'Fourth' });
    const edited = await operator.call('PATCH', `/campaigns/${other.id}`, { slug: first['slug'] });
    expect(edited.status).toBe(422);
  });

  test('P18: draft → published → paused → published → ended, and no other way', async () => {
    const { id } = await aCampaign();
    const to = (status: string) => operator.call('PATCH', `/campaigns/${id}`, { status });
    expect((await to('paused')).status).toBe(409);
    for (const status of ['published', 'paused', 'published', 'ended'])
      expect((await to(status)).status).toBe(200);
    const refused = await to('published');
    expect(refused.status).toBe(409);
    expect(refused.body.detail).toContain('ended');
  });

  test('an edit for an older version is refused with 412 and changes nothing', async () => {
    const { id } = await aCampaign();
    const read = await operator.call('GET', `/campaigns/${id}`);
    const etag = String(read.headers['etag']);
    const edit = (name: string) => operator.call('PATCH', `/campaigns/${id}`, { name }, { 'if-match': etag });
    const [one, two] = await Promise.all([edit('One'), edit('Two')]);
    expect([one.status, two.status].sort()).toEqual([200, 412]);
    const after = await operator.call('GET', `/campaigns/${id}`);
    expect(after.body['name']).toBe(one.status === 200 ? 'One' : 'Two');
    expect(after.headers['etag']).not.toBe(etag);
  });

  test('lists are paged by cursor, each campaign once', async () => {
    const mine = await api.operator('Pages');
    for (const name of ['A', 'B', 'C', 'D', 'E']) await mine.call('POST', '/campaigns', { name });
    const seen: unknown[] = [];
    for (let after = ''; ; ) {
      const { body } = await mine.call('GET', `/campaigns?limit=2${after && `&after=${after}`}`);
      seen.push(...body.items.map(({ name }) => name));
      if (body.next === null) break;
      after = body.next;
    }
    expect(seen).toEqual(['E', 'D', 'C', 'B', 'A']);
  });

  test('open redirect: a landing page is http or https, without credentials', async () => {
    for (const landingUrl of [
      'javascript:alert(1)',
      'ftp://x.example',
      '//evil.example',
      'https://user@evil.example',
      'nowhere',
    ]) {
      const { status, body } = await operator.call('POST', '/campaigns', { name: 'X', landingUrl });
      expect([landingUrl, status, body.errors[0]?.field]).toEqual([landingUrl, 400, 'landingUrl']);
    }
  });

  test('mass assignment: a field that is not a caller’s to set is refused by name, and nothing is stored', async () => {
    const { id } = await aCampaign({ name: 'Fixed' });
    for (const extra of [
      { workspaceId: 'x' },
      { id: 'x' },
      { version: 9 },
      { createdAt: 'x' },
      { role: 'owner' },
    ]) {
      const [field] = Object.keys(extra);
      const made = await operator.call('POST', '/campaigns', { name: 'Extra', ...extra });
      expect(made.status).toBe(400);
      expect(made.body.errors).toEqual([{ field, message: expect.stringContaining('remove') }]);
      expect((await operator.call('PATCH', `/campaigns/${id}`, { name: 'Changed', ...extra })).status).toBe(
        400,
      );
    }
    expect((await operator.call('GET', `/campaigns/${id}`)).body['name']).toBe('Fixed');
    const all = await operator.call('GET', '/campaigns?limit=100');
    expect(all.body.items.map(({ name }) => name)).not.toContain('Extra');
  });

  test('S15: a campaign that was never configured shows its defaults, and everything is off', async () => {
    const { id } = await aCampaign();
    const { body } = await operator.call('GET', `/campaigns/${id}/hubspot`);
    expect(body).toEqual({
      personInvited: {
        action: 'none',
        existingContacts: 'never-overwrite',
        owner: { kind: 'none' },
        associateReferrer: false,
        mappings: [],
      },
      personReferring: { action: 'none', mappings: [] },
      sync: { scope: { kind: 'all' }, ongoing: false, restoreEdits: false, mappingsIn: [], mappingsOut: [] },
      qualification: { kind: 'manual' },
      saleValue: null,
      rewards: [],
    });
  });

  test('without a connection a configuration is refused: connect HubSpot first', async () => {
    const { id } = await aCampaign();
    const { status, body } = await operator.call('PUT', `/campaigns/${id}/hubspot`, { saleValue: null });
    expect(status).toBe(409);
    expect(body.detail).toContain('Connect HubSpot first');
  });

  test('S34: a sync without a mapped Referral Link is refused, and no run is stored', async () => {
    const { id } = await aCampaign();
    const { status, body } = await operator.call('POST', `/campaigns/${id}/sync`);
    expect(status).toBe(422);
    expect(body.errors[0]).toEqual({
      field: 'sync.mappingsOut',
      message: expect.stringContaining('Referral Link'),
    });
    expect((await operator.call('GET', `/campaigns/${id}/sync`)).status).toBe(404);
  });
});
