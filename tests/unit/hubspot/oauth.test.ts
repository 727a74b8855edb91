import { expect, test } from 'vitest';
import { hubspotOAuth } from '../../../hubspot/oauth.ts';
import { hubspotPaths } from '../../../hubspot/paths.ts';
import { optionalScopes, requiredScopes } from '../../../hubspot/scopes.ts';
import { hubspotTransport } from '../../../hubspot/transport.ts';
import { type Script, scriptedServer } from './scripted-server.ts';

const config = {
  authUrl: 'https://app.hubspot.test',
  appId: '54321',
  clientId: 'client 1',
  clientSecret: 'secret-1',
};
const now = Date.parse('2026-11-24T10:00:00Z');
const tokens = {
  access_token: 'access-1',
  refresh_token: 'refresh-1',
  expires_in: 1_800,
  token_type: 'bearer',
};
const code = { code: 'code-1', redirectUri: 'https://vouchflow.test/oauth/callback' };

async function oauthUnderTest(script: Script, version = 'v3') {
  const server = await scriptedServer(script);
  const oauth = hubspotOAuth(config, {
    transport: hubspotTransport(server.url),
    paths: hubspotPaths(version),
    now: () => now,
  });
  return { oauth, requests: server.requests, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

test('facts §1: the consent page gets the scopes with %20, and the state', async () => {
  await using under = await oauthUnderTest(() => ({}));
  const address = under.oauth.authorizeUrl({ redirectUri: code.redirectUri, state: 'a+b c' });
  expect(address.startsWith('https://app.hubspot.test/oauth/authorize?client_id=client%201&')).toBe(true);
  expect(address).not.toContain('+');
  const query = new URL(address).searchParams;
  expect(query.get('scope')?.split(' ')).toEqual([...requiredScopes]);
  expect(query.get('optional_scope')?.split(' ')).toEqual([...optionalScopes]);
  expect(query.get('redirect_uri')).toBe(code.redirectUri);
  expect(query.get('state')).toBe('a+b c');
});

test('facts §1: a code becomes tokens with the portal and the scopes that were granted', async () => {
  const answer = { ...tokens, hub_id: 4711, scopes: ['oauth', 'crm.lists.read'], token_use: 'access_token' };
  await using under = await oauthUnderTest(() => ({ body: answer }), '2026-09');
  await expect(under.oauth.exchangeCode(code)).resolves.toEqual({
    accessToken: 'access-1',
    refreshToken: 'refresh-1',
    expiresAt: new Date(now + 1_800_000),
    portalId: '4711',
    scopes: ['oauth', 'crm.lists.read'],
  });
  const [request] = under.requests;
  expect(request?.path).toBe('/oauth/2026-09/token');
  expect(Object.fromEntries(new URLSearchParams(request?.text))).toEqual({
    grant_type: 'authorization_code',
    code: 'code-1',
    redirect_uri: code.redirectUri,
    client_id: 'client 1',
    client_secret: 'secret-1',
  });
});

test.each([
  [{ status: 'BAD_AUTH_CODE', error: 'invalid_grant' }, 'invalid', 'BAD_AUTH_CODE'],
  [{ status: 'EXPIRED_AUTH_CODE' }, 'invalid', 'EXPIRED_AUTH_CODE'],
  [{ status: 'error', error: 'invalid_grant' }, 'invalid', 'invalid_grant'],
  [{ status: 'BAD_REDIRECT_URI' }, 'misconfigured', 'BAD_REDIRECT_URI'],
  [{ status: 'BAD_CLIENT_SECRET', error: 'invalid_client' }, 'misconfigured', 'BAD_CLIENT_SECRET'],
])('facts §1: a code refused with %j is %s', async (body, kind, toldCode) => {
  await using under = await oauthUnderTest(() => ({ status: 400, body }));
  await expect(under.oauth.exchangeCode(code)).rejects.toMatchObject({ detail: { kind, code: toldCode } });
});

test('facts §1: a refresh told by the RFC word alone means that the grant is gone', async () => {
  await using under = await oauthUnderTest(() => ({
    status: 400,
    body: { status: 'error', error: 'invalid_grant' },
  }));
  await expect(under.oauth.refresh('refresh-1')).rejects.toMatchObject({
    detail: { kind: 'reconnect-needed' },
  });
});

test('a code exchange without an answer is of unknown outcome: a code works once', async () => {
  await using under = await oauthUnderTest(() => ({ status: 502, body: '<html>' }));
  await expect(under.oauth.exchangeCode(code)).rejects.toMatchObject({ detail: { kind: 'outcome-unknown' } });
  await expect(under.oauth.refresh('refresh-1')).rejects.toMatchObject({ detail: { kind: 'unavailable' } });
});

test('facts §1: introspection tells a revoked token, and one of another app', async () => {
  const active = { active: true, hub_id: 4711, app_id: 54_321, scopes: ['oauth'] };
  const answers = [active, { active: false }, { ...active, app_id: 99 }];
  await using under = await oauthUnderTest(() => ({ body: answers.shift() }));
  const ask = () => under.oauth.introspect({ token: 'access-1', hint: 'access_token' });
  await expect(ask()).resolves.toEqual({ active: true, portalId: '4711', scopes: ['oauth'] });
  await expect(ask()).resolves.toEqual({ active: false });
  await expect(ask()).resolves.toEqual({ active: false });
  expect(new URLSearchParams(under.requests[0]?.text).get('token_type_hint')).toBe('access_token');
});

test('facts §1: revoking and uninstalling twice is as good as once', async () => {
  await using under = await oauthUnderTest(({ method }) =>
    method === 'DELETE' ? { status: 404, body: {} } : { status: 400, body: { status: 'BAD_REFRESH_TOKEN' } },
  );
  await expect(under.oauth.revoke('refresh-1')).resolves.toBeUndefined();
  await expect(under.oauth.uninstall('access-1')).resolves.toBeUndefined();
  expect(under.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'POST /oauth/v3/token/revoke',
    'DELETE /appinstalls/v3/external-install',
  ]);
  expect(under.requests[1]?.headers.authorization).toBe('Bearer access-1');
});

test('uninstalling with a dead token says so', async () => {
  await using under = await oauthUnderTest(() => ({ status: 401 }));
  await expect(under.oauth.uninstall('access-1')).rejects.toMatchObject({
    detail: { kind: 'reconnect-needed', status: 401 },
  });
});
