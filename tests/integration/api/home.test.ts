import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiUnderTest, startApi } from './api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.stop());

test('the address itself says what runs here and where to go on', async () => {
  const answer = await api.send({ method: 'GET', url: '/' });
  expect(answer.status).toBe(200);
  for (const target of ['href="/docs"', 'href="/openapi.json"', 'href="http://temporal.test"']) {
    expect(answer.text).toContain(target);
  }
});
