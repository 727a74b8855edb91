import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { app, aSandbox, portalId, send, type TestSandbox } from './fixture.ts';

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await aSandbox();
});
afterAll(() => sandbox.close());
afterEach(async () => {
  await sandbox.control('DELETE', '/faults');
  await sandbox.control('PUT', '/limits', {
    enabled: false,
    maximum: 110,
    intervalMs: 10_000,
    searchPerSecond: 5,
  });
});

const read = () => sandbox.api('GET', '/crm/v3/objects/contacts');
const search = () => sandbox.api('POST', '/crm/v3/objects/contacts/search', {});
const times = async <T>(count: number, work: () => Promise<T>): Promise<T[]> => {
  const results: T[] = [];
  for (let index = 0; index < count; index += 1) results.push(await work());
  return results;
};
const arm = (...faults: object[]) => sandbox.control('PUT', '/faults', { faults });

describe('limits', () => {
  test('facts §7: 110 requests pass in ten seconds and tell what is left; the next one is told to wait', async () => {
    await sandbox.control('PUT', '/limits', { enabled: true });
    const answers = await times(110, read);
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(answers.map(({ headers }) => Number(headers.get('x-hubspot-ratelimit-remaining')))).toEqual(
      Array.from({ length: 110 }, (_, index) => 109 - index),
    );
    expect(answers[0]?.headers.get('x-hubspot-ratelimit-max')).toBe('110');
    expect(answers[0]?.headers.get('x-hubspot-ratelimit-interval-milliseconds')).toBe('10000');
    const refused = await read();
    expect(refused).toMatchObject({
      status: 429,
      body: {
        status: 'error',
        message: 'You have reached your ten_secondly_rolling limit.',
        errorType: 'RATE_LIMIT',
        policyName: 'TEN_SECONDLY_ROLLING',
      },
    });
    expect(refused.body['correlationId']).toBeTruthy();
  });

  test('facts §2, §3, §7: search and association batches do not count, another portal has its own window', async () => {
    await sandbox.control('PUT', '/limits', { enabled: true, maximum: 3 });
    await search();
    await sandbox.api('POST', '/crm/v4/associations/contacts/deals/batch/read', { inputs: [{ id: '1' }] });
    expect((await times(4, read)).map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    await sandbox.control('POST', '/portals', { portalId: 5005 });
    const other = await sandbox.control<{ access_token: string }>('POST', '/portals/5005/install');
    const answer = await send(`${sandbox.url}/crm/v3/objects/contacts`, 'GET', {
      token: other.body.access_token,
    });
    expect(answer.status).toBe(200);
  });

  test('facts §7: the window rolls, it does not reset', async () => {
    await sandbox.control('PUT', '/limits', { enabled: true, maximum: 2, intervalMs: 300 });
    const first = Date.now();
    await times(2, read);
    await expect.poll(async () => (await read()).status, { interval: 20 }).toBe(200);
    expect(Date.now() - first).toBeGreaterThanOrEqual(295);
  });

  test('facts §3: the sixth search of a second is refused, and no search tells of limits', async () => {
    await sandbox.control('PUT', '/limits', { enabled: true, searchPerSecond: 5 });
    const answers = await Promise.all(Array.from({ length: 8 }, search));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.body).toMatchObject({
      message: 'You have reached your secondly limit.',
      policyName: 'SECONDLY',
    });
    for (const { headers } of answers) expect(headers.has('x-hubspot-ratelimit-max')).toBe(false);
  });

  test('design §11: lifted limits refuse nothing and go on telling the maximum', async () => {
    await sandbox.control('PUT', '/limits', { enabled: false, maximum: 190 });
    const answers = await Promise.all(Array.from({ length: 200 }, read));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(answers[0]?.headers.get('x-hubspot-ratelimit-max')).toBe('190');
  });
});

describe('faults', () => {
  test('facts §12: a fault is met as often as ordered, by method and path, and then is gone', async () => {
    await arm({
      method: 'POST',
      path: '/objects/contacts$',
      status: 423,
      json: { status: 'error', message: 'locked' },
      times: 2,
    });
    const create = () => sandbox.api('POST', '/crm/v3/objects/contacts', { properties: { firstname: 'x' } });
    expect((await read()).status).toBe(200);
    expect((await times(3, create)).map(({ status }) => status)).toEqual([423, 423, 201]);
  });

  test('facts §12: a fault may let calls pass first, so that page three of a listing meets it and no other', async () => {
    await arm(
      { path: '/objects/contacts', status: 502, body: 'html', skip: 2, times: 1 },
      { path: '/objects/contacts', status: 423, skip: 3, times: 1 },
    );
    expect((await times(6, read)).map(({ status }) => status)).toEqual([200, 200, 502, 200, 423, 200]);
    const preset = { preset: '477', skip: 1, times: 1 };
    expect((await sandbox.control('PUT', '/faults', { faults: [preset] })).status).toBe(200);
    expect((await times(3, read)).map(({ status }) => status)).toEqual([200, 477, 200]);
  });

  test('facts §7: a 502 may have HTML, a 477 says how long', async () => {
    await arm(
      { path: 'objects/contacts', status: 502, body: 'html', times: 1 },
      { path: 'objects/contacts', status: 477, headers: { 'retry-after': '120' } },
    );
    const broken = await read();
    expect(broken.headers.get('content-type')).toContain('text/html');
    expect(broken.body).toContain('<html');
    const moving = await read();
    expect([moving.status, moving.headers.get('retry-after')]).toEqual([477, '120']);
  });

  test('facts §12: OAuth answers can be ordered too', async () => {
    await arm({
      path: '/oauth/.*/token$',
      status: 400,
      json: { status: 'BAD_HUB', error: 'access_denied', message: 'missing or unknown hub id' },
    });
    const form = {
      grant_type: 'refresh_token',
      client_id: app.clientId,
      client_secret: app.clientSecret,
      refresh_token: 'x',
    };
    expect((await send(`${sandbox.url}/oauth/2026-09/token`, 'POST', { form })).body).toMatchObject({
      status: 'BAD_HUB',
    });
  });

  test('design §10.4: a dropped answer leaves the work done and the caller without knowledge', async () => {
    await arm({ method: 'POST', path: 'objects/contacts', dropResponse: true, times: 1 });
    const properties = { email: 'dropped@faults.example' };
    await expect(sandbox.api('POST', '/crm/v3/objects/contacts', { properties })).rejects.toThrow(
      'fetch failed',
    );
    expect((await sandbox.api('POST', '/crm/v3/objects/contacts', { properties })).status).toBe(409);
    const { body } = await sandbox.control<{ results: { key: string }[] }>('GET', '/creates');
    expect(body.results.filter(({ key }) => key === properties.email)).toHaveLength(1);
    const log = await sandbox.control<{ results: { method: string; status: number | null }[] }>(
      'GET',
      '/log?path=objects/contacts',
    );
    expect(log.body.results.slice(-2).map(({ status }) => status)).toEqual([null, 409]);
  });

  test('facts §11: a hanging call is never answered, and shows in the log as open', async () => {
    await arm({ path: 'objects/contacts', hang: true, times: 1 });
    const call = fetch(`${sandbox.url}/crm/v3/objects/contacts`, { signal: AbortSignal.timeout(300) });
    const log = () => sandbox.control<{ results: { finishedAt: string | null }[] }>('GET', '/log');
    await expect.poll(async () => (await log()).body.results.at(-1)?.finishedAt).toBeNull();
    await expect(call).rejects.toThrow('aborted');
    await expect.poll(async () => (await log()).body.results.at(-1)?.finishedAt).not.toBeNull();
  });

  test('a delay alone only slows the answer', async () => {
    await arm({ path: 'objects/contacts', delayMs: 120, times: 1 });
    const start = performance.now();
    expect((await read()).status).toBe(200);
    expect(performance.now() - start).toBeGreaterThanOrEqual(115);
  });

  test.each([
    ['401', 401, { category: 'EXPIRED_AUTHENTICATION' }],
    ['403', 403, { category: 'MISSING_SCOPES' }],
    ['423', 423, { status: 'error' }],
    ['429', 429, { policyName: 'TEN_SECONDLY_ROLLING' }],
    ['429-daily', 429, { policyName: 'DAILY', message: 'You have reached your daily limit.' }],
    ['477', 477, { status: 'error' }],
  ])('facts §7, §8: preset %s answers as HubSpot does, as often as ordered', async (preset, status, body) => {
    await arm({ preset, times: 1 });
    const answer = await read();
    expect(answer).toMatchObject({ status, body });
    expect(answer.body['correlationId']).toBeTruthy();
    expect((await read()).status).toBe(200);
  });

  test('facts §7: preset 477 says how long in seconds', async () => {
    await arm({ preset: '477', times: 1 }, { preset: '477', retryAfterSeconds: 86_400, times: 1 });
    const waits = [(await read()).headers.get('retry-after'), (await read()).headers.get('retry-after')];
    expect(waits).toEqual(['60', '86400']);
  });

  test.each([500, 502, 503, 504])('facts §7: preset %d-html answers with a page', async (status) => {
    await arm({ preset: `${status}-html`, times: 1 });
    const answer = await read();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'text/html; charset=utf-8']);
  });

  test('facts §2, §3: presets for batches and search leave other calls alone', async () => {
    await arm({ preset: '409-batch' }, { preset: '429-secondly' });
    const inputs = [{ properties: { firstname: 'x' } }];
    const batch = () => sandbox.api('POST', '/crm/objects/2026-09/contacts/batch/create', { inputs });
    expect(await batch()).toMatchObject({ status: 409, body: { category: 'CONFLICT' } });
    expect((await search()).body).toMatchObject({ policyName: 'SECONDLY' });
    expect((await read()).status).toBe(200);
    await arm({ preset: '429-secondly' });
    expect((await batch()).status).toBe(201);
  });

  test.each([
    ['BAD_REFRESH_TOKEN', 'invalid_grant'],
    ['BAD_HUB', 'access_denied'],
    ['BAD_CLIENT_SECRET', 'invalid_client'],
  ])('facts §1: preset %s refuses the refresh of a token that is good', async (preset, error) => {
    const granted = await sandbox.control<{ refresh_token: string }>('POST', `/portals/${portalId}/install`);
    const form = {
      grant_type: 'refresh_token',
      client_id: app.clientId,
      client_secret: app.clientSecret,
      refresh_token: granted.body.refresh_token,
    };
    const refresh = () => send(`${sandbox.url}/oauth/2026-09/token`, 'POST', { form });
    await arm({ preset, times: 1 });
    expect(await refresh()).toMatchObject({ status: 400, body: { status: preset, error } });
    expect((await refresh()).status).toBe(200);
  });

  test('facts §11: presets hang, slow and drop fail below HTTP', async () => {
    await arm({ preset: 'hang', times: 1 });
    const url = `${sandbox.url}/crm/v3/objects/contacts`;
    await expect(fetch(url, { signal: AbortSignal.timeout(200) })).rejects.toThrow('aborted');
    await arm({ preset: 'slow', delayMs: 100, times: 1 });
    const start = performance.now();
    expect((await read()).status).toBe(200);
    expect(performance.now() - start).toBeGreaterThanOrEqual(95);
    await arm({ preset: 'drop', times: 1 });
    const properties = { email: 'preset-drop@faults.example' };
    const create = () => sandbox.api('POST', '/crm/v3/objects/contacts', { properties });
    await expect(create()).rejects.toThrow('fetch failed');
    expect((await create()).status).toBe(409);
  });

  test('a preset may be bound to other paths, and one that does not exist is refused by name', async () => {
    await arm({ preset: '423', path: 'objects/deals' });
    expect((await read()).status).toBe(200);
    expect((await sandbox.api('GET', '/crm/v3/objects/deals')).status).toBe(423);
    const wrong = await arm({ preset: '418' });
    expect(wrong).toMatchObject({ status: 400, body: { message: expect.stringContaining('preset') } });
    const { body } = await sandbox.control<{ presets: { preset: string }[] }>('GET', '/faults');
    expect(body.presets.map(({ preset }) => preset)).toContain('429-daily');
  });

  test('a fault that cannot be understood is refused', async () => {
    expect((await arm({ path: '(' })).status).toBe(400);
    expect((await arm({ path: 'x', code: 500 })).status).toBe(400);
  });
});

describe('the request log', () => {
  test('facts §12: it counts the answers of each endpoint, whatever the record', async () => {
    const own = await aSandbox();
    const id = await own.contact({ firstname: 'x' });
    for (const path of [`/${id}`, `/${id}?properties=email`, '/999999'])
      await own.api('GET', `/crm/v3/objects/contacts${path}`);
    await own.api('GET', '/crm/v3/owners');
    const { body } = await own.control('GET', `/log/counts?portalId=${portalId}`);
    expect(body).toEqual({
      results: [
        { method: 'GET', endpoint: '/crm/v3/objects/contacts/{id}', status: 200, count: 2 },
        { method: 'GET', endpoint: '/crm/v3/objects/contacts/{id}', status: 404, count: 1 },
        { method: 'GET', endpoint: '/crm/v3/owners', status: 200, count: 1 },
      ],
    });
    expect((await send<string>(`${own.url}/requests`, 'GET')).body).toContain('404 × 1');
    await own.close();
  });

  test('design §10.5: it tells which install’s token was used, when, and for whom', async () => {
    const installed = await sandbox.control<{ access_token: string }>('POST', `/portals/${portalId}/install`);
    await send(`${sandbox.url}/crm/objects/2026-09/contacts?limit=1`, 'GET', {
      token: installed.body.access_token,
    });
    await read();
    const { body } = await sandbox.control<{ results: Record<string, string | number>[] }>(
      'GET',
      `/log?portalId=${portalId}`,
    );
    const [second, first] = body.results.slice(-2);
    expect(second).toMatchObject({
      method: 'GET',
      path: '/crm/objects/2026-09/contacts?limit=1',
      status: 200,
      appId: app.appId,
    });
    expect(Number(second?.['tokenEpoch'])).toBeGreaterThan(Number(first?.['tokenEpoch']));
    const next = await sandbox.control<{ results: unknown[] }>('GET', `/log?after=${second?.['n']}`);
    expect(next.body.results).toHaveLength(1);
  });
});
