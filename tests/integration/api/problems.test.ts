import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiUnderTest, type Operator, startApi } from './api-under-test.ts';

let api: ApiUnderTest;
let operator: Operator;
beforeAll(async () => {
  api = await startApi();
  operator = await api.operator();
});
afterAll(() => api.stop());

describe('problem details (RFC 9457)', () => {
  test('every refusal has type, title, status, detail and the request id', async () => {
    const { headers, body, status } = await operator.call('POST', '/campaigns', { name: '' });
    expect(status).toBe(400);
    expect(headers['content-type']).toContain('application/problem+json');
    expect(body).toMatchObject({
      type: 'about:blank',
      title: expect.any(String),
      status: 400,
      detail: expect.any(String),
    });
    expect(body['instance']).toBe(headers['x-request-id']);
    expect(body.errors).toEqual([{ field: 'name', message: 'This must not be empty.' }]);
  });

  test('an unknown campaign, a malformed id and an id of another kind are the same 404', async () => {
    const answers = await Promise.all(
      [
        'cmp_01234567890123456789012345',
        'cmp_x',
        'ref_01234567890123456789012345',
        '7',
        "'; drop table campaigns",
      ].map((id) => operator.call('GET', `/campaigns/${encodeURIComponent(id)}`)),
    );
    for (const { status, body } of answers) {
      expect(status).toBe(404);
      expect(body.detail).toBe('There is no such campaign in this workspace.');
    }
  });

  test('a body that is no JSON, of another type, or too large is refused without repeating it', async () => {
    const send = (payload: string, type = 'application/json') =>
      api.send({
        method: 'POST',
        url: '/api/v1/campaigns',
        headers: { authorization: `Bearer ${operator.apiKey}`, 'content-type': type },
        payload,
      });
    const broken = await send('{"name": "s3cret');
    expect(broken.status).toBe(400);
    expect(broken.text).not.toContain('s3cret');
    expect((await send('name=x', 'application/x-www-form-urlencoded')).status).toBe(415);
    expect((await send(JSON.stringify({ name: 'x'.repeat(1_100_000) }))).status).toBe(413);
  });

  test('prototype keys in a body are refused', async () => {
    const { status } = await api.send({
      method: 'POST',
      url: '/api/v1/campaigns',
      headers: { authorization: `Bearer ${operator.apiKey}`, 'content-type': 'application/json' },
      payload: '{"name":"x","__proto__":{"status":"published"}}',
    });
    expect(status).toBe(400);
  });

  test('an address that is not there is a 404 problem', async () => {
    expect((await operator.call('GET', '/nothing')).body['status']).toBe(404);
  });

  test('fail closed: an unexpected error answers 500 with nothing internal, and its values stay out of the log', async () => {
    const fragile = await startApi();
    const someone = await fragile.operator();
    await fragile.database.close();
    const { status, text } = await someone.call('POST', '/campaigns', { name: 'canary-name-7' });
    expect(status).toBe(500);
    expect(text).not.toMatch(/postgres|select|insert|at .*\.ts|canary/i);
    expect(fragile.logLines.join('')).not.toContain('canary-name-7');
    await fragile.app.close();
  });
});

describe('authentication', () => {
  const status = async (authorization?: string) =>
    (
      await api.send({
        method: 'GET',
        url: '/api/v1/campaigns',
        headers: authorization === undefined ? {} : { authorization },
      })
    ).status;

  test('no key, nonsense, another scheme and a key with one letter changed are refused', async () => {
    const { apiKey } = operator;
    const changed = `${apiKey.slice(0, -1)}${apiKey.endsWith('A') ? 'B' : 'A'}`;
    expect(await status(`Bearer ${apiKey}`)).toBe(200);
    expect(await status(`bearer ${apiKey}`)).toBe(200);
    for (const wrong of [undefined, 'Bearer', 'Bearer x', `Basic ${apiKey}`, `Bearer ${changed}`]) {
      expect([wrong, await status(wrong)]).toEqual([wrong, 401]);
    }
  });

  test('a revoked key fails with its next request', async () => {
    const leaving = await api.operator('Leaving');
    expect((await leaving.call('GET', '/campaigns')).status).toBe(200);
    await api.database.system.execute(
      sql`update api_keys set revoked_at = now() where workspace_id = ${leaving.workspaceId}`,
    );
    expect((await leaving.call('GET', '/campaigns')).status).toBe(401);
  });

  test('the database holds no key, only its hash', async () => {
    const secret = operator.apiKey.split('_').slice(3).join('_');
    const rows = await api.database.system.execute(sql`select to_jsonb(k)::text as row from api_keys k`);
    expect(JSON.stringify(rows)).not.toContain(secret);
  });
});

describe('logs', () => {
  test('C log redaction: no key, e-mail, code or query string is in any line, and a name forges none', async () => {
    const campaign = await operator.call('POST', '/campaigns', { name: 'Logged' });
    await operator.call('PATCH', `/campaigns/${campaign.body.id}`, { status: 'published' });
    await operator.call('POST', `/campaigns/${campaign.body.id}/referrers`, {
      firstName: 'Canary',
      email: 'canary-log@example.com',
    });
    await operator.call('POST', `/campaigns/${campaign.body.id}/referrers`, {
      firstName: 'a\nb',
      email: 'canary-log@example.com',
    });
    await api.send({ method: 'GET', url: '/hubspot/callback?code=canary-code&state=canary-state' });
    const log = api.logLines.join('');
    expect(log).toContain('request answered');
    for (const canary of [operator.apiKey, 'canary-log', 'Canary', 'canary-code', 'canary-state', 'a\\nb']) {
      expect(log).not.toContain(canary);
    }
    for (const line of api.logLines) expect(() => JSON.parse(line)).not.toThrow();
  });
});

describe('operation', () => {
  test('healthz says that the process lives, readyz that the database answers', async () => {
    expect((await api.send({ method: 'GET', url: '/healthz' })).status).toBe(200);
    expect((await api.send({ method: 'GET', url: '/readyz' })).status).toBe(200);
    const cut = await startApi();
    await cut.database.close();
    expect((await cut.send({ method: 'GET', url: '/healthz' })).status).toBe(200);
    const { status, body } = await cut.send({ method: 'GET', url: '/readyz' });
    expect(status).toBe(503);
    expect(body.detail).toContain('database');
    await cut.app.close();
  });

  test('P14: the OpenAPI 3.1 document describes every operator route with its responses and problems', async () => {
    const { body } = await api.send<{
      openapi: string;
      paths: Record<string, Record<string, { responses: Record<string, unknown>; summary?: string }>>;
    }>({ method: 'GET', url: '/openapi.json' });
    expect(body.openapi).toBe('3.1.0');
    const operations = Object.entries(body.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ name: `${method} ${path}`, ...operation })),
    );
    expect(operations.length).toBeGreaterThan(25);
    const incomplete = operations.filter(
      ({ summary, responses }) =>
        !summary || !responses['default'] || !Object.keys(responses).some((status) => status.startsWith('2')),
    );
    expect(incomplete).toEqual([]);
  });

  test('the document names the headers that a client may send, and each operation once', async () => {
    const { body } = await api.send<{
      paths: Record<string, Record<string, { operationId: string; parameters?: { name: string }[] }>>;
    }>({ method: 'GET', url: '/openapi.json' });
    const named = (path: string, method: string) =>
      body.paths[`/api/v1${path}`]?.[method]?.parameters?.map(({ name }) => name);
    for (const path of [
      '/campaigns',
      '/campaigns/{id}/referrers',
      '/campaigns/{id}/referrals',
      '/campaigns/{id}/sync',
    ]) {
      expect(named(path, 'post')).toContain('Idempotency-Key');
    }
    expect(named('/campaigns/{id}', 'patch')).toContain('If-Match');
    expect(named('/campaigns/{id}/hubspot', 'put')).toContain('If-Match');
    const ids = Object.values(body.paths).flatMap((item) =>
      Object.values(item).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('the reference page loads nothing from anywhere else', async () => {
    const page = await api.send({ method: 'GET', url: '/docs/' });
    expect(page.status).toBe(200);
    expect(page.text).not.toMatch(/(src|href)="?https?:/);
    expect(String(page.headers['content-security-policy'])).toContain("default-src 'none'");
    expect((await api.send({ method: 'GET', url: '/docs/js/scalar.js' })).status).toBe(200);
  });
});
