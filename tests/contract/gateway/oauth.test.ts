import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hubspotGateway } from '../../../hubspot/open-hubspot.ts';
import { optionalScopes, requiredScopes } from '../../../hubspot/scopes.ts';
import { connectionId } from '../../fakes/hubspot-ports.ts';
import { app, type SandboxUnderTest, sandboxUnderTest, versions } from './gateway-on-sandbox.ts';

let sandbox: SandboxUnderTest;
beforeAll(async () => {
  sandbox = await sandboxUnderTest();
});
afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

const redirectUri = 'http://localhost:3000/oauth/callback';

/** What a person does on the consent page: chooses the account and agrees. Gives the address the browser is sent to. */
async function consent(address: string, portalId: string): Promise<URL> {
  const page = await fetch(address);
  expect(page.status).toBe(200);
  const { origin, searchParams } = new URL(address);
  const form = new URLSearchParams([...searchParams, ['portal_id', portalId], ['decision', 'connect']]);
  const answer = await fetch(`${origin}/oauth/authorize`, { method: 'POST', body: form, redirect: 'manual' });
  expect(answer.status).toBe(302);
  return new URL(answer.headers.get('location') ?? '');
}

describe.each(versions)('oauth under %s', (version) => {
  test('facts §1: consent, code, tokens: the grant names its portal and every scope we asked for', async () => {
    const { oauth, portalId } = await sandbox.connect(version);
    const back = await consent(oauth.authorizeUrl({ redirectUri, state: 'state +1' }), portalId);
    expect(back.searchParams.get('state')).toBe('state +1');
    const code = back.searchParams.get('code') ?? '';
    const grant = await oauth.exchangeCode({ code, redirectUri });
    expect(grant.portalId).toBe(portalId);
    expect(grant.scopes.toSorted()).toEqual([...requiredScopes, ...optionalScopes].toSorted());
    expect(grant.expiresAt.getTime()).toBeGreaterThan(Date.now() + 1_700_000);
    await expect(oauth.introspect({ token: grant.accessToken, hint: 'access_token' })).resolves.toEqual({
      active: true,
      portalId,
      scopes: grant.scopes,
    });
    await expect(oauth.exchangeCode({ code, redirectUri })).rejects.toMatchObject({
      detail: { kind: 'invalid', code: 'BAD_AUTH_CODE' },
    });
  });

  test('facts §1: a code sent from another address is our mistake', async () => {
    const { oauth, portalId } = await sandbox.connect(version);
    const back = await consent(oauth.authorizeUrl({ redirectUri, state: 's' }), portalId);
    const elsewhere = {
      code: back.searchParams.get('code') ?? '',
      redirectUri: 'http://localhost:3000/elsewhere',
    };
    await expect(oauth.exchangeCode(elsewhere)).rejects.toMatchObject({ detail: { kind: 'misconfigured' } });
  });

  test('reliability A2.10: tokens that expire in the middle of a page walk are refreshed once, and the walk goes on', async () => {
    const { hubspot, ports, at, control } = await sandbox.connect(version);
    const contacts = Array.from({ length: 250 }, (_, index) => ({
      properties: { email: `c${index}@example.test` },
    }));
    await control('POST', `${at}/contacts`, { contacts });
    const first = await hubspot.contacts.page({ after: null, properties: [] });
    await control('POST', `${at}/expire-tokens`, {});
    const second = await hubspot.contacts.page({ after: first.after, properties: [] });
    const [contact] = second.results;
    await control('POST', `${at}/expire-tokens`, {});
    await hubspot.associations.dealsOfContact(contact?.id ?? '');
    const third = await hubspot.contacts.page({ after: second.after, properties: [] });
    expect([first, second, third].map(({ results }) => results.length)).toEqual([100, 100, 50]);
    expect(ports.exchanges).toHaveLength(2);
  });

  test('reliability A2.11: fifty callers whose token has expired make one refresh', async () => {
    const { hubspot, ports, at, control, sentPaths } = await sandbox.connect(version);
    await control('POST', `${at}/expire-tokens`, {});
    await Promise.all(Array.from({ length: 50 }, () => hubspot.pipelines.list()));
    expect(ports.exchanges).toHaveLength(1);
    expect((await sentPaths()).filter((path) => path.includes('/pipelines'))).not.toHaveLength(0);
  });

  test('design §4: an uninstall by the customer is noticed at the next call, and asks for a person', async () => {
    const { hubspot, ports, at, control } = await sandbox.connect(version);
    await control('POST', `${at}/uninstall`, {});
    await expect(hubspot.account.details()).rejects.toMatchObject({ detail: { kind: 'reconnect-needed' } });
    expect(ports.reconnectReasons).toEqual(['BAD_REFRESH_TOKEN']);
    await expect(hubspot.account.details()).rejects.toMatchObject({ detail: { kind: 'connection-closed' } });
  });

  test('reliability A2.11: a portal that was deleted asks for a person, and is not asked again', async () => {
    const { hubspot, ports, at, control } = await sandbox.connect(version);
    await control('DELETE', at);
    await expect(hubspot.account.details()).rejects.toMatchObject({
      detail: { kind: 'reconnect-needed', code: 'BAD_HUB' },
    });
    expect(ports.connection.status).toBe('reconnect-needed');
  });

  test('facts §1: revoking ends the refresh token, uninstalling every token; both may be repeated', async () => {
    const { oauth, ports } = await sandbox.connect(version);
    const accessToken = ports.connection.accessToken ?? '';
    const introspect = (token: string, hint: 'access_token' | 'refresh_token') =>
      oauth.introspect({ token, hint });
    await oauth.revoke(ports.refreshToken);
    await oauth.revoke(ports.refreshToken);
    await expect(introspect(ports.refreshToken, 'refresh_token')).resolves.toEqual({ active: false });
    await expect(introspect(accessToken, 'access_token')).resolves.toMatchObject({ active: true });
    await oauth.uninstall(accessToken);
    await expect(introspect(accessToken, 'access_token')).resolves.toEqual({ active: false });
    await expect(oauth.uninstall(accessToken)).rejects.toMatchObject({
      detail: { kind: 'reconnect-needed', status: 401 },
    });
    await expect(oauth.refresh(ports.refreshToken)).rejects.toMatchObject({
      detail: { kind: 'reconnect-needed' },
    });
  });

  test('facts §1: a scope that was not granted is told as such, without a retry', async () => {
    const { hubspot, ports, at, control } = await sandbox.connect(version);
    const narrow = await control<{ access_token: string }>('POST', `${at}/install`, {
      scopes: ['oauth', 'crm.objects.contacts.read'],
    });
    ports.connection.accessToken = narrow.access_token;
    await expect(hubspot.contacts.create({ email: 'ada@example.test' })).rejects.toMatchObject({
      detail: { kind: 'missing-scope', status: 403 },
    });
    expect(ports.exchanges).toHaveLength(0);
  });

  test('design §4: after a disconnect and a reconnect the old epoch sends nothing', async () => {
    const { hubspot, open, ports, sentPaths } = await sandbox.connect(version);
    ports.connection.epoch = 3;
    await expect(hubspot.contacts.create({ email: 'ada@example.test' })).rejects.toMatchObject({
      detail: { kind: 'connection-closed' },
    });
    expect(await sentPaths()).toEqual([]);
    const again = open({ connectionId, epoch: 3, lane: 'interactive' });
    await expect(again.contacts.create({ email: 'ada@example.test' })).resolves.toMatchObject({
      archived: false,
    });
  });
});

test('facts §1: a wrong client secret never costs a connection', async () => {
  const { ports, at, control } = await sandbox.connect('v3');
  await control('POST', `${at}/expire-tokens`, {});
  const config = {
    ...app,
    clientSecret: 'wrong',
    apiUrl: sandbox.sandbox.url,
    authUrl: sandbox.sandbox.url,
    version: 'v3',
  };
  const { open } = hubspotGateway(config, ports);
  const details = open({ connectionId, epoch: 1, lane: 'interactive' }).account.details();
  await expect(details).rejects.toMatchObject({
    detail: { kind: 'misconfigured', code: 'BAD_CLIENT_SECRET' },
  });
  expect(ports.connection.status).toBe('active');
});
