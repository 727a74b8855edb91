import { Client } from '@hubspot/api-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, app, aSandbox, portalId, redirectUrl, send, type TestSandbox } from './fixture.ts';

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await aSandbox();
});
afterAll(() => sandbox.close());

const scope = 'oauth crm.objects.contacts.read crm.objects.contacts.write';
const consentUrl = (change: Record<string, string> = {}) =>
  `${sandbox.url}/oauth/authorize?${new URLSearchParams({ client_id: app.clientId, redirect_uri: redirectUrl, scope, state: 's1', ...change })}`;

const decide = (decision: 'connect' | 'cancel', change: Record<string, string> = {}) =>
  send<string>(`${sandbox.url}/oauth/authorize`, 'POST', {
    form: {
      client_id: app.clientId,
      redirect_uri: redirectUrl,
      scope,
      state: 's1',
      portal_id: String(portalId),
      decision,
      ...change,
    },
  });

const destination = (answer: Answer<unknown>) =>
  new URL(answer.headers.get('location') ?? 'about:blank').searchParams;

const exchange = (form: Record<string, string>, version = 'v3') =>
  send<Record<string, unknown>>(`${sandbox.url}/oauth/${version}/token`, 'POST', {
    form: { client_id: app.clientId, client_secret: app.clientSecret, ...form },
  });

async function aCode(): Promise<string> {
  return destination(await decide('connect')).get('code') ?? '';
}

async function aGrant() {
  const answer = await exchange({
    grant_type: 'authorization_code',
    code: await aCode(),
    redirect_uri: redirectUrl,
  });
  return answer.body as { access_token: string; refresh_token: string };
}

describe('the consent page', () => {
  test('facts §1: it names the scopes and the accounts, with a way forward and a way back', async () => {
    const page = await send<string>(consentUrl(), 'GET');
    expect(page.status).toBe(200);
    expect(page.body).toContain('crm.objects.contacts.write');
    expect(page.body).toContain(`value="${portalId}"`);
    expect(page.body).toContain('Connect app');
    expect(page.body).toContain('Cancel');
  });

  test('facts §1: consent returns to the app with a code and the state', async () => {
    const answer = await decide('connect');
    expect(answer.status).toBe(302);
    expect(answer.headers.get('location')).toMatch(/^http:\/\/localhost:4900\/oauth\/callback\?/);
    expect(destination(answer).get('state')).toBe('s1');
    expect(destination(answer).get('code')).toBeTruthy();
  });

  test('facts §1: a refusal returns access_denied and the state, and no code', async () => {
    const parameters = destination(await decide('cancel'));
    expect(parameters.get('error')).toBe('access_denied');
    expect(parameters.get('error_description')).toBeTruthy();
    expect(parameters.get('state')).toBe('s1');
    expect(parameters.has('code')).toBe(false);
  });

  test('facts §1: nobody is sent to an address that is not registered', async () => {
    const change = { redirect_uri: 'http://localhost:4900/elsewhere' };
    expect((await send(consentUrl(change), 'GET')).status).toBe(400);
    expect((await decide('connect', change)).status).toBe(400);
    expect((await decide('cancel', change)).status).toBe(400);
  });

  test('facts §1: unknown scopes block the install, unknown optional ones are dropped', async () => {
    expect((await send(consentUrl({ scope: 'oauth crm.objects.unicorns.read' }), 'GET')).status).toBe(400);
    const code = destination(
      await decide('connect', { optional_scope: 'timeline crm.objects.unicorns.read' }),
    ).get('code');
    const { body } = await exchange({
      grant_type: 'authorization_code',
      code: code ?? '',
      redirect_uri: redirectUrl,
    });
    expect(body['scopes']).toEqual([...scope.split(' '), 'timeline']);
  });
});

describe('tokens', () => {
  test.each(['v1', 'v3', '2026-03', '2026-09'])(
    'facts §1: a code becomes tokens at /oauth/%s/token',
    async (version) => {
      const form = { grant_type: 'authorization_code', code: await aCode(), redirect_uri: redirectUrl };
      const { status, body } = await exchange(form, version);
      expect(status).toBe(200);
      expect(body).toMatchObject({
        token_type: 'bearer',
        token_use: 'access_token',
        expires_in: 1800,
        hub_id: portalId,
        user_id: 1,
      });
      expect(body['scopes']).toEqual(scope.split(' '));
      expect(body['refresh_token']).toMatch(/^na1-/);
    },
  );

  test('facts §11: the typed client reads them', async () => {
    const client = new Client({ basePath: sandbox.url, limiterOptions: { minTime: 0 } });
    const code = await aCode();
    const tokens = await client.oauth.tokensApi.create(
      'authorization_code',
      code,
      redirectUrl,
      app.clientId,
      app.clientSecret,
    );
    expect(tokens.expiresIn).toBe(1800);
    const info = await client.oauth.accessTokensApi.get(tokens.accessToken);
    expect(info.hubId).toBe(portalId);
    await client.oauth.refreshTokensApi.archive(tokens.refreshToken);
    await expect(client.oauth.refreshTokensApi.get(tokens.refreshToken)).rejects.toMatchObject({ code: 400 });
  });

  test('facts §1: a code works once', async () => {
    const form = { grant_type: 'authorization_code', code: await aCode(), redirect_uri: redirectUrl };
    expect((await exchange(form)).status).toBe(200);
    expect(await exchange(form)).toMatchObject({
      status: 400,
      body: { status: 'BAD_AUTH_CODE', error: 'invalid_grant' },
    });
  });

  test('facts §1: a refresh gives a new access token and the same refresh token', async () => {
    const grant = await aGrant();
    const { body } = await exchange(
      { grant_type: 'refresh_token', refresh_token: grant.refresh_token },
      '2026-09',
    );
    expect(body['refresh_token']).toBe(grant.refresh_token);
    expect(body['access_token']).not.toBe(grant.access_token);
  });

  test.each([
    [{ client_id: 'other' }, 'BAD_CLIENT_ID', 'invalid_client'],
    [{ client_secret: 'other' }, 'BAD_CLIENT_SECRET', 'invalid_client'],
    [{ grant_type: 'password' }, 'BAD_GRANT_TYPE', 'unsupported_grant_type'],
    [{ refresh_token: 'na1-unknown' }, 'BAD_REFRESH_TOKEN', 'invalid_grant'],
  ])('facts §1: %o is refused as %s', async (change, status, error) => {
    const { refresh_token } = await aGrant();
    const answer = await exchange({ grant_type: 'refresh_token', refresh_token, ...change });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ status, error });
    expect(answer.body['error_description']).toBe(answer.body['message']);
  });

  test('facts §1: a deleted account answers BAD_HUB', async () => {
    await sandbox.control('POST', '/portals', { portalId: 777 });
    const installed = await sandbox.control<{ refresh_token: string; access_token: string }>(
      'POST',
      '/portals/777/install',
    );
    await sandbox.control('DELETE', '/portals/777');
    const form = { grant_type: 'refresh_token', refresh_token: installed.body.refresh_token };
    expect((await exchange(form)).body).toMatchObject({ status: 'BAD_HUB', error: 'access_denied' });
  });

  test('facts §1: introspection tells a live token from a revoked one, and a revocation leaves access tokens alone', async () => {
    const grant = await aGrant();
    const form = { client_id: app.clientId, client_secret: app.clientSecret, token: grant.refresh_token };
    const introspect = () =>
      send<Record<string, unknown>>(`${sandbox.url}/oauth/2026-09/token/introspect`, 'POST', { form });
    expect((await introspect()).body).toMatchObject({
      active: true,
      hub_id: portalId,
      app_id: 5151,
      token_use: 'refresh_token',
    });
    expect((await send(`${sandbox.url}/oauth/v3/token/revoke`, 'POST', { form })).status).toBe(200);
    expect((await introspect()).body).toEqual({ active: false });
    const read = await send(`${sandbox.url}/account-info/v3/details`, 'GET', { token: grant.access_token });
    expect(read.status).toBe(200);
  });
});

describe('access', () => {
  test('facts §1: a token that ran out is told apart from one that never was', async () => {
    const { access_token: token } = await aGrant();
    await sandbox.control('POST', `/portals/${portalId}/expire-tokens`);
    const path = `${sandbox.url}/crm/v3/objects/contacts`;
    const expired = await send<Record<string, unknown>>(path, 'GET', { token });
    expect(expired.status).toBe(401);
    expect(expired.body).toMatchObject({
      category: 'EXPIRED_AUTHENTICATION',
      context: { 'expire time': [expect.any(String)] },
    });
    expect(expired.body['message']).toMatch(
      /^The OAuth token used to make this call expired \d+ second\(s\) ago\.$/,
    );
    const unknown = await send<Record<string, unknown>>(path, 'GET', { token: 'nothing' });
    expect(unknown).toMatchObject({ status: 401, body: { category: 'INVALID_AUTHENTICATION' } });
  });

  test('facts §1: a call beyond the granted scopes answers 403 MISSING_SCOPES and names them', async () => {
    const { access_token: token } = await aGrant();
    const answer = await send<Record<string, unknown>>(`${sandbox.url}/crm/objects/2026-09/deals`, 'GET', {
      token,
    });
    expect(answer.status).toBe(403);
    expect(answer.body).toMatchObject({
      category: 'MISSING_SCOPES',
      errors: [{ context: { requiredGranularScopes: ['crm.objects.deals.read'] } }],
    });
  });

  test.each(['v3', '2026-09'])(
    'facts §1: uninstalling by /appinstalls/%s ends every token of the portal',
    async (version) => {
      const { access_token: token, refresh_token } = await aGrant();
      const answer = await send(`${sandbox.url}/appinstalls/${version}/external-install`, 'DELETE', {
        token,
      });
      expect(answer.status).toBe(204);
      const refresh = await exchange({ grant_type: 'refresh_token', refresh_token });
      expect(refresh.body).toMatchObject({ status: 'BAD_REFRESH_TOKEN', error: 'invalid_grant' });
      expect((await send(`${sandbox.url}/crm/v3/objects/contacts`, 'GET', { token })).status).toBe(401);
    },
  );

  test('facts §1: the account tells its number, currency and time zone', async () => {
    await sandbox.control('POST', '/portals', { portalId: 778, currency: 'INR', timeZone: 'Asia/Kolkata' });
    const installed = await sandbox.control<{ access_token: string }>('POST', '/portals/778/install');
    const answer = await send(`${sandbox.url}/account-info/2026-09/details`, 'GET', {
      token: installed.body.access_token,
    });
    expect(answer.body).toMatchObject({
      portalId: 778,
      companyCurrency: 'INR',
      timeZone: 'Asia/Kolkata',
      utcOffset: '+05:30',
      utcOffsetMilliseconds: 19_800_000,
    });
  });
});
