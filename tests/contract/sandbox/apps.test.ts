import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  app,
  aSandbox,
  aWebhookTarget,
  eventsOf,
  portalId,
  send,
  type TestSandbox,
  type WebhookTarget,
} from './fixture.ts';

interface App {
  readonly appId: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

const redirectUrl = 'http://localhost:4901/back';

let sandbox: TestSandbox;
let target: WebhookTarget;
let other: App;
let token: string;
beforeEach(async () => {
  target = await aWebhookTarget();
  sandbox = await aSandbox({ webhookProperties: ['lifecyclestage'] });
  other = (
    await sandbox.control<App>('POST', '/apps', {
      name: 'Second app',
      redirectUrls: [redirectUrl],
      webhookUrl: target.url,
    })
  ).body;
  const installed = await sandbox.control<{ access_token: string }>('POST', `/portals/${portalId}/install`, {
    appId: other.appId,
  });
  token = installed.body.access_token;
});
afterEach(async () => {
  await sandbox.close();
  await target.close();
});

const create = (bearer: string, email: string) =>
  send<{ id: string; properties: Record<string, string> }>(`${sandbox.url}/crm/v3/objects/contacts`, 'POST', {
    token: bearer,
    body: { properties: { email } },
  });
const exchange = (form: Record<string, string>) =>
  send<Record<string, string>>(`${sandbox.url}/oauth/2026-09/token`, 'POST', { form });

describe('a second app', () => {
  test('facts §1: it has a consent page, codes and tokens of its own', async () => {
    const query = { client_id: other.clientId, redirect_uri: redirectUrl, scope: 'oauth' };
    const page = await send<string>(`${sandbox.url}/oauth/authorize?${new URLSearchParams(query)}`, 'GET');
    expect(page.body).toContain('Connect Second app to HubSpot');
    const consent = await send(`${sandbox.url}/oauth/authorize`, 'POST', {
      form: { ...query, portal_id: String(portalId), decision: 'connect' },
    });
    const code = new URL(consent.headers.get('location') ?? '').searchParams.get('code') ?? '';
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUrl };
    const first = { client_id: app.clientId, client_secret: app.clientSecret };
    const second = { client_id: other.clientId, client_secret: other.clientSecret };
    expect((await exchange({ ...form, ...first })).body).toMatchObject({ status: 'BAD_AUTH_CODE' });
    const granted = await exchange({ ...form, ...second });
    expect(granted.status).toBe(200);
    const refresh = { grant_type: 'refresh_token', refresh_token: granted.body['refresh_token'] ?? '' };
    expect((await exchange({ ...refresh, ...first })).body).toMatchObject({ status: 'BAD_REFRESH_TOKEN' });
    expect((await exchange({ ...refresh, ...second })).status).toBe(200);
  });

  test('facts §1: a redirect address of one app is none of the other’s', async () => {
    const query = new URLSearchParams({
      client_id: app.clientId,
      redirect_uri: redirectUrl,
      scope: 'oauth',
    });
    expect((await send(`${sandbox.url}/oauth/authorize?${query}`, 'GET')).status).toBe(400);
  });

  test('facts §2: records and journals tell which app made and wrote them', async () => {
    const { body } = await create(token, 'second@apps.example');
    expect(body.properties['hs_object_source_id']).toBe(other.appId);
    await create(sandbox.token, 'first@apps.example');
    const creates = await sandbox.control<{ results: { appId: string; key: string }[] }>('GET', '/creates');
    expect(creates.body.results.map(({ appId, key }) => [appId, key])).toEqual([
      [other.appId, 'second@apps.example'],
      [app.appId, 'first@apps.example'],
    ]);
    const own = await sandbox.control<{ results: unknown[] }>('GET', `/creates?appId=${other.appId}`);
    expect(own.body.results).toHaveLength(1);
    const log = await sandbox.control<{ results: { appId: string }[] }>('GET', '/log');
    expect(log.body.results.map(({ appId }) => appId)).toEqual([other.appId, app.appId]);
  });

  test('facts §7: each app has a window of its own in a portal', async () => {
    await sandbox.control('PUT', '/limits', { enabled: true, maximum: 2 });
    const read = (bearer: string) => send(`${sandbox.url}/crm/v3/objects/contacts`, 'GET', { token: bearer });
    const statuses: number[] = [];
    for (const bearer of [token, token, token, sandbox.token]) statuses.push((await read(bearer)).status);
    expect(statuses).toEqual([200, 200, 429, 200]);
  });

  test('facts §6: its webhooks go to its own address under its own number, signed with its own secret', async () => {
    const { body } = await create(sandbox.token, 'told@apps.example');
    await target.until((received) => received.length > 0);
    expect(eventsOf(target)[0]).toMatchObject({
      appId: Number(other.appId),
      subscriptionType: 'contact.creation',
      objectId: Number(body.id),
      sourceId: app.appId,
    });
    const first = await sandbox.control<{ delivered: number }>('GET', '/webhooks');
    expect(first.body.delivered).toBe(0);
  });

  test('facts §6: an app hears nothing of a portal that it was taken out of; the other one stays', async () => {
    await sandbox.control('POST', `/portals/${portalId}/uninstall`, { appId: other.appId });
    expect((await create(token, 'a@apps.example')).status).toBe(401);
    expect((await create(sandbox.token, 'b@apps.example')).status).toBe(201);
    await sandbox.control('POST', `/portals/${portalId}/install`, { appId: other.appId });
    const later = await create(sandbox.token, 'c@apps.example');
    await target.until((received) => received.length > 0);
    expect(new Set(eventsOf(target).map(({ objectId }) => objectId))).toEqual(
      new Set([Number(later.body.id)]),
    );
  });

  test('facts §1, §6: a removed app has no token, no consent page and no webhooks left; what it made stays, the first app too', async () => {
    const made = await create(token, 'second@apps.example');
    target.answer = () => 500;
    await target.until((received) => received.length > 0);
    expect((await sandbox.control('DELETE', `/apps/${other.appId}`)).status).toBe(204);
    expect((await sandbox.control('DELETE', `/apps/${other.appId}`)).status).toBe(404);
    expect((await create(token, 'later@apps.example')).status).toBe(401);
    const query = { client_id: other.clientId, redirect_uri: redirectUrl, scope: 'oauth' };
    expect((await send(`${sandbox.url}/oauth/authorize?${new URLSearchParams(query)}`, 'GET')).status).toBe(
      400,
    );
    expect((await sandbox.control('GET', `/webhooks?appId=${other.appId}`)).status).toBe(404);
    const install = await sandbox.control('POST', `/portals/${portalId}/install`, { appId: other.appId });
    expect(install.status).toBe(404);
    const left = await sandbox.api(
      'GET',
      `/crm/v3/objects/contacts/${made.body.id}?properties=hs_object_source_id`,
    );
    expect(left.body['properties']).toMatchObject({ hs_object_source_id: other.appId });
    expect((await sandbox.control('DELETE', `/apps/${app.appId}`)).status).toBe(400);
    const again = await sandbox.control<App>('POST', '/apps', {
      appId: other.appId,
      clientId: other.clientId,
    });
    expect(again.status).toBe(201);
    const webhooks = await sandbox.control<{ pending: number; recent: unknown[] }>(
      'GET',
      `/webhooks?appId=${other.appId}`,
    );
    expect(webhooks.body).toMatchObject({ pending: 0, recent: [], targetUrl: null });
  });

  test('an app id or client id is given out once, and no answer but the first tells the secret', async () => {
    const again = await sandbox.control('POST', '/apps', { clientId: other.clientId });
    expect(again.status).toBe(409);
    expect((await sandbox.control('POST', '/apps', { appId: other.appId })).status).toBe(409);
    const { body } = await sandbox.control<{ results: object[] }>('GET', '/apps');
    expect(body.results).toHaveLength(2);
    expect(JSON.stringify(body)).not.toContain(other.clientSecret);
  });
});

describe('private apps', () => {
  interface Private {
    readonly token: string;
    readonly appId: string;
  }
  const privateApp = async (body: object = {}) =>
    (await sandbox.control<Private>('POST', `/portals/${portalId}/private-tokens`, body)).body;
  const read = (bearer: string) => send(`${sandbox.url}/crm/v3/objects/contacts`, 'GET', { token: bearer });

  test('facts §7: a static token works without OAuth, within its scopes and its own limit, until it is deleted', async () => {
    await sandbox.control('PUT', '/limits', { enabled: true });
    const own = await privateApp({ scopes: ['crm.objects.contacts.read'], maximum: 100 });
    expect(own.token).toMatch(/^pat-na1-/);
    const { status, headers } = await read(own.token);
    expect([status, headers.get('x-hubspot-ratelimit-max')]).toEqual([200, '100']);
    expect(await create(own.token, 'x@apps.example')).toMatchObject({
      status: 403,
      body: { category: 'MISSING_SCOPES' },
    });
    await sandbox.control('DELETE', `/portals/${portalId}/private-tokens/${own.appId}`);
    expect((await read(own.token)).status).toBe(401);
  });

  test('facts §7: a day’s quota is shared by the private apps of a portal and told in headers; OAuth apps have none', async () => {
    await sandbox.control('PUT', '/limits', { enabled: true, dailyMaximum: 2 });
    const [one, two] = [await privateApp(), await privateApp()];
    const first = await read(one.token);
    expect(first.headers.get('x-hubspot-ratelimit-daily')).toBe('2');
    expect(first.headers.get('x-hubspot-ratelimit-daily-remaining')).toBe('1');
    expect((await read(two.token)).status).toBe(200);
    expect(await read(one.token)).toMatchObject({
      status: 429,
      body: { message: 'You have reached your daily limit.', policyName: 'DAILY' },
    });
    const oauth = await read(sandbox.token);
    expect([oauth.status, oauth.headers.has('x-hubspot-ratelimit-daily')]).toEqual([200, false]);
    await sandbox.control('PUT', '/limits', { dailyMaximum: null });
    const lifted = await read(one.token);
    expect([lifted.status, lifted.headers.has('x-hubspot-ratelimit-daily')]).toEqual([200, false]);
  });
});
