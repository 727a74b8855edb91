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
  test('a new campaign is a draft with a slug made from its name', async () => {
    const campaign = await aCampaign({ name: 'Été à Paris' });
    expect(campaign).toMatchObject({ status: 'draft', slug: 'ete-a-paris', version: 1 });
    expect(campaign.id).toMatch(/^cmp_/);
  });

  test('P18: draft → published → paused → ended, and nothing else', async () => {
    const { id } = await aCampaign();
    const to = (status: string) => operator.call('PATCH', `/campaigns/${id}`, { status });
    expect((await to('paused')).status).toBe(409);
    for (const status of ['published', 'paused', 'published', 'ended']) expect((await to(status)).status).toBe(200);
    const refused = await to('published');
    expect(refused.status).toBe(409);
    expect(refused.body.detail).toContain('ended');
  });
});
