import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ApiUnderTest, startApi } from './api-under-test.ts';
import { connect, type HubSpotAccounts, startAccounts } from './hubspot-account.ts';

let accounts: HubSpotAccounts;
let portal = 6_000_000;
const apis: ApiUnderTest[] = [];
beforeAll(async () => {
  accounts = await startAccounts();
});
afterEach(async () => {
  await accounts.heal();
  for (const api of apis.splice(0)) await api.stop();
});
afterAll(() => accounts.stop());

/** A portal with the token of a private app, and an installation that is configured with it. */
async function anInstallation({ scopes, token }: { scopes?: readonly string[]; token?: string } = {}) {
  portal += 1;
  await accounts.addPortal(portal, 'JPY');
  const bearer = await accounts.token(portal, scopes);
  const api = await startApi({ hubspotUrl: accounts.url, privateToken: token ?? bearer });
  apis.push(api);
  const operator = await api.operator();
  const rows = <T extends Record<string, unknown>>(query: string) =>
    api.database.system.execute<T>(sql.raw(query));
  return { api, operator, portalId: portal, token: bearer, rows };
}

const connectPrivate = '/hubspot/connect-private';

describe('one account without OAuth', () => {
  test('without HUBSPOT_PRIVATE_TOKEN the route says what to do', async () => {
    const api = await startApi({ hubspotUrl: accounts.url });
    apis.push(api);
    const refused = await (await api.operator()).call('POST', connectPrivate);
    expect([refused.status, refused.body.detail]).toEqual([
      409,
      expect.stringContaining('no HUBSPOT_PRIVATE_TOKEN'),
    ]);
  });

  test('the token is checked, kept sealed, and read with from then on, without any OAuth call', async () => {
    const { operator, portalId, token, rows } = await anInstallation();
    const connected = await operator.call('POST', connectPrivate);
    expect([connected.status, connected.body]).toEqual([
      200,
      expect.objectContaining({
        status: 'active',
        access: 'private-token',
        portalId: String(portalId),
        currency: 'JPY',
        scopes: [],
        missingScopes: null,
        missingOptionalScopes: null,
      }),
    ]);
    expect(JSON.stringify(connected.body)).not.toContain(token);
    const read = await operator.call('GET', '/hubspot/properties/contacts?refresh=true');
    expect([read.status, read.body.items.length > 0]).toEqual([200, true]);
    const [row] = await rows(
      'select access_token, refresh_token, access_token_expires_at as ends from connections',
    );
    expect(row).toEqual({
      access_token: expect.stringMatching(/^v1\.k1\./),
      refresh_token: null,
      ends: null,
    });
    expect(await accounts.paths(portalId)).not.toContainEqual(expect.stringContaining('/oauth/'));
    const [start] = await rows(
      `select kind from outbox where workflow_type = 'connectionLifecycle' order by id`,
    );
    expect(start).toEqual({ kind: 'start' });
  });

  test('deal rules can be saved: scopes that nobody can tell are not taken for missing', async () => {
    const { operator } = await anInstallation();
    await operator.call('POST', connectPrivate);
    const campaign = await operator.call('POST', '/campaigns', { name: 'Deals' });
    const saved = await operator.call('PUT', `/campaigns/${campaign.body.id}/hubspot`, {
      personInvited: {
        action: 'create-contact-and-deal',
        mappings: [
          ['email', 'email'],
          ['firstname', 'first_name'],
          ['lastname', 'last_name'],
        ].map(([property, field]) => ({
          objectType: 'contact',
          property,
          source: { kind: 'dynamic', field },
        })),
      },
      qualification: {
        kind: 'deal-stage',
        pipelineId: 'default',
        initialStageId: 'qualifiedtobuy',
        qualifyingStageIds: ['closedwon'],
      },
    });
    expect([saved.status, saved.body.errors]).toEqual([200, undefined]);
  });

  test('a 401 ends in reconnect-needed, for nothing renews this token; connecting anew repairs it', async () => {
    const { api, operator } = await anInstallation();
    await operator.call('POST', connectPrivate);
    await accounts.fail({ path: '/crm/', status: 401, body: 'json', json: {} });
    expect((await operator.call('GET', '/hubspot/pipelines?refresh=true')).status).toBe(409);
    const { body } = await operator.call('GET', '/hubspot');
    expect([body['status'], body['reason']]).toEqual(['reconnect-needed', 'TOKEN_REFUSED']);
    expect(api.reconnects).toHaveLength(1);
    await accounts.heal();
    expect((await operator.call('POST', connectPrivate)).body['status']).toBe('active');
    expect((await operator.call('GET', '/hubspot/pipelines?refresh=true')).status).toBe(200);
  });

  test('S86: disconnecting erases our copy at once and says that the token lives on in HubSpot', async () => {
    const { operator, rows } = await anInstallation();
    await operator.call('POST', connectPrivate);
    const { body } = await operator.call('POST', '/hubspot/disconnect');
    expect([body['status'], body['notice']]).toEqual([
      'disconnected',
      expect.stringContaining('delete it in HubSpot'),
    ]);
    expect([...(await rows('select access_token, refresh_token from connections'))]).toEqual([
      { access_token: null, refresh_token: null },
    ]);
    expect([...(await rows('select * from connection_revocations'))]).toEqual([]);
    expect((await operator.call('POST', '/hubspot/disconnect')).body['notice']).toBeNull();
  });

  test('a token that HubSpot does not know is refused in plain words, and nothing is stored', async () => {
    const { operator, rows } = await anInstallation({ token: 'pat-na1-unknown' });
    const refused = await operator.call('POST', connectPrivate);
    expect([refused.status, refused.body.detail]).toEqual([409, expect.stringContaining('does not know')]);
    expect([...(await rows('select * from connections'))]).toEqual([]);
  });

  test('a token that may not read contacts is refused with the scopes that it needs', async () => {
    const { operator } = await anInstallation({ scopes: ['crm.objects.deals.read'] });
    const refused = await operator.call('POST', connectPrivate);
    expect([refused.status, refused.body.detail]).toEqual([
      409,
      expect.stringContaining('crm.objects.contacts.read'),
    ]);
  });

  test('HubSpot being away is no fault of the token', async () => {
    const { operator } = await anInstallation();
    await accounts.fail({ path: '/account-info/', status: 503, body: 'html' });
    expect((await operator.call('POST', connectPrivate)).status).toBe(502);
  });

  test('a grant by OAuth is not overwritten, for it must be handed back first', async () => {
    const { api, operator, portalId } = await anInstallation();
    await connect({ api, accounts, operator }, portalId);
    const refused = await operator.call('POST', connectPrivate);
    expect([refused.status, refused.body.detail]).toEqual([409, expect.stringContaining('by OAuth already')]);
    expect((await operator.call('GET', '/hubspot')).body['access']).toBe('oauth');
  });

  test('S13: another account that is active must be disconnected first', async () => {
    const { api, operator } = await anInstallation();
    portal += 1;
    await accounts.addPortal(portal);
    await connect({ api, accounts, operator }, portal);
    const refused = await operator.call('POST', connectPrivate);
    expect([refused.status, refused.body.detail]).toEqual([
      409,
      expect.stringContaining(`connected to account ${portal}`),
    ]);
  });
});

describe('scopes that were not granted', () => {
  test('optional ones that the account cannot give are named on the page and in the connection', async () => {
    const { api, operator, portalId } = await anInstallation();
    const { body } = await operator.call('POST', '/hubspot/connect');
    const back = await accounts.consent(String(body['authorizeUrl']), portalId, { optionalScopes: false });
    const page = await api.send({ method: 'GET', url: new URL(back).pathname + new URL(back).search });
    expect([page.status, page.text.includes('did not grant crm.objects.deals.read')]).toEqual([200, true]);
    const shown = await operator.call('GET', '/hubspot');
    expect(shown.body).toMatchObject({
      missingScopes: [],
      missingOptionalScopes: expect.arrayContaining(['crm.objects.deals.write', 'crm.lists.read']),
    });
  });

  test('required ones are named as what stops everything', async () => {
    const { api, operator, portalId } = await anInstallation();
    const { body } = await operator.call('POST', '/hubspot/connect');
    const url = new URL(String(body['authorizeUrl']));
    url.searchParams.set('scope', 'oauth crm.objects.contacts.read');
    const back = await accounts.consent(url.href, portalId);
    const page = await api.send({ method: 'GET', url: new URL(back).pathname + new URL(back).search });
    expect(page.text).toContain('without which contacts cannot be synced');
    expect((await operator.call('GET', '/hubspot')).body['missingScopes']).toEqual([
      'crm.objects.contacts.write',
      'crm.schemas.contacts.read',
      'crm.schemas.contacts.write',
    ]);
  });

  test('an account that granted everything lacks nothing', async () => {
    const { api, operator, portalId } = await anInstallation();
    const page = await connect({ api, accounts, operator }, portalId);
    expect(page.text).not.toContain('did not grant');
    expect((await operator.call('GET', '/hubspot')).body).toMatchObject({
      missingScopes: [],
      missingOptionalScopes: [],
    });
  });
});
