import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ApiUnderTest, publicUrl, startApi } from './api-under-test.ts';
import { connect, type HubSpotAccounts, startAccounts } from './hubspot-account.ts';

let api: ApiUnderTest;
let accounts: HubSpotAccounts;
let portal = 5_000_000;
beforeAll(async () => {
  accounts = await startAccounts();
  api = await startApi({ hubspotUrl: accounts.url });
});
afterEach(() => accounts.heal());
afterAll(async () => {
  await api.stop();
  await accounts.stop();
});

async function aWorkspace(currency = 'EUR') {
  portal += 1;
  await accounts.addPortal(portal, currency);
  const operator = await api.operator();
  return { operator, portalId: portal };
}
const callback = (query: string) => api.send({ method: 'GET', url: `/hubspot/callback${query}` });
const outbox = async (workspaceId: string) => [
  ...(await api.database.system.execute<{ kind: string; workflow_type: string; epoch: number }>(sql`
    select kind, workflow_type, (input->'args'->>'epoch')::int as epoch from outbox
    where workspace_id = ${workspaceId} order by id`)),
];

describe('connecting HubSpot', () => {
  test('S11, S12: after the consent page the connection shows, with the account’s currency, and persists', async () => {
    const { operator, portalId } = await aWorkspace('JPY');
    expect((await operator.call('GET', '/hubspot')).body['status']).toBe('not-connected');
    const page = await connect({ api, accounts, operator }, portalId);
    expect([page.status, page.text.includes('HubSpot is connected')]).toEqual([200, true]);
    const { body } = await operator.call('GET', '/hubspot');
    expect(body).toMatchObject({
      status: 'active',
      portalId: String(portalId),
      currency: 'JPY',
      reason: null,
    });
    expect(body['scopes']).toContain('crm.objects.contacts.write');
    expect(JSON.stringify(body)).not.toMatch(/token|secret/i);
    expect(await outbox(operator.workspaceId)).toEqual([
      { kind: 'start', workflow_type: 'connectionLifecycle', epoch: 1 },
      { kind: 'nudge', workflow_type: 'connectionLifecycle', epoch: 1 },
    ]);
  });

  test('tokens are stored sealed: a dump of the row holds none', async () => {
    const { operator, portalId } = await aWorkspace();
    await connect({ api, accounts, operator }, portalId);
    const [row] = await api.database.system.execute<{ access_token: string; refresh_token: string }>(
      sql`select access_token, refresh_token from connections where workspace_id = ${operator.workspaceId}`,
    );
    expect(row?.access_token).toMatch(/^v1\.k1\./);
    expect(row?.refresh_token).toMatch(/^v1\.k1\./);
    expect(row?.refresh_token).not.toContain('na1-');
  });

  test('OAuth state: missing, unknown, replayed and expired ones are refused with a clear page', async () => {
    const { operator, portalId } = await aWorkspace();
    const states = async () =>
      (await callback('?code=x')).status === 400 && (await callback('?code=x&state=unknown')).status === 400;
    expect(await states()).toBe(true);
    const { body } = await operator.call('POST', '/hubspot/connect');
    const back = (await accounts.consent(String(body['authorizeUrl']), portalId)).replace(publicUrl, '');
    expect((await api.send({ method: 'GET', url: back })).status).toBe(200);
    const replayed = await api.send({ method: 'GET', url: back });
    expect([replayed.status, replayed.text.includes('used already')]).toEqual([400, true]);

    const second = await operator.call('POST', '/hubspot/connect');
    const late = (await accounts.consent(String(second.body['authorizeUrl']), portalId)).replace(
      publicUrl,
      '',
    );
    await api.database.system.execute(
      sql`update oauth_states set expires_at = now() - interval '1 second' where workspace_id = ${operator.workspaceId} and used_at is null`,
    );
    const expired = await api.send({ method: 'GET', url: late });
    expect([expired.status, expired.text.includes('ten minutes')]).toEqual([400, true]);
  });

  test('OAuth state: it dies with the API key that asked for it', async () => {
    const { operator, portalId } = await aWorkspace();
    const { body } = await operator.call('POST', '/hubspot/connect');
    const back = (await accounts.consent(String(body['authorizeUrl']), portalId)).replace(publicUrl, '');
    await api.database.system.execute(
      sql`update api_keys set revoked_at = now() where workspace_id = ${operator.workspaceId}`,
    );
    const refused = await api.send({ method: 'GET', url: back });
    expect([refused.status, refused.text.includes('was revoked')]).toEqual([400, true]);
    const rows = await api.database.system.execute(
      sql`select 1 from connections where workspace_id = ${operator.workspaceId}`,
    );
    expect(rows).toHaveLength(0);
  });

  test('a state is 256 random bits, each one another, and stored only as its hash', async () => {
    const { operator } = await aWorkspace();
    const states = [];
    for (let i = 0; i < 2; i += 1) {
      const { body } = await operator.call('POST', '/hubspot/connect');
      states.push(new URL(String(body['authorizeUrl'])).searchParams.get('state') ?? '');
    }
    expect(states[0]).not.toBe(states[1]);
    for (const state of states) expect(Buffer.from(state, 'base64url')).toHaveLength(32);
    const rows = await api.database.system.execute(sql`select to_jsonb(s)::text from oauth_states s`);
    expect(JSON.stringify(rows)).not.toContain(states[0]);
  });

  test('a person who says no ends on a page that escapes what HubSpot sent', async () => {
    const { operator, portalId } = await aWorkspace();
    const { body } = await operator.call('POST', '/hubspot/connect');
    const back = (
      await accounts.consent(String(body['authorizeUrl']), portalId, { decision: 'cancel' })
    ).replace(publicUrl, '');
    const refused = await api.send({ method: 'GET', url: back });
    expect([refused.status, refused.text.includes('was not connected')]).toEqual([400, true]);
    const nasty = await callback(
      `?error=x&error_description=${encodeURIComponent('<script>alert(1)</script>')}`,
    );
    expect(nasty.text).not.toContain('<script>alert');
    expect((await operator.call('GET', '/hubspot')).body['status']).toBe('not-connected');
  });

  test('S13: a second account is refused while one is active, with the choice to disconnect first', async () => {
    const { operator, portalId } = await aWorkspace();
    await connect({ api, accounts, operator }, portalId);
    portal += 1;
    await accounts.addPortal(portal);
    const refused = await connect({ api, accounts, operator }, portal);
    expect(refused.status).toBe(409);
    expect(refused.text).toContain('Disconnect first');
    expect((await operator.call('GET', '/hubspot')).body).toMatchObject({
      status: 'active',
      portalId: String(portalId),
    });
    await operator.call('POST', '/hubspot/disconnect');
    expect((await connect({ api, accounts, operator }, portal)).status).toBe(200);
  });

  test('an account that another workspace has connected is refused, and theirs keeps working', async () => {
    const { operator, portalId } = await aWorkspace();
    await connect({ api, accounts, operator }, portalId);
    const other = await api.operator('Other');
    const refused = await connect({ api, accounts, operator: other }, portalId);
    expect([refused.status, refused.text.includes('another workspace')]).toEqual([409, true]);
    expect((await other.call('GET', '/hubspot')).body['status']).toBe('not-connected');
    expect((await operator.call('GET', '/hubspot/pipelines?refresh=true')).status).toBe(200);
  });

  test('S7: an account that gives no deals can use contacts, and is told what the deal stage method lacks', async () => {
    const { operator, portalId } = await aWorkspace();
    const { body } = await operator.call('POST', '/hubspot/connect');
    const back = await accounts.consent(String(body['authorizeUrl']), portalId, { optionalScopes: false });
    expect((await api.send({ method: 'GET', url: back.replace(publicUrl, '') })).status).toBe(200);
    const campaign = await operator.call('POST', '/campaigns', { name: 'Contacts only' });
    const save = (setup: object) => operator.call('PUT', `/campaigns/${campaign.body.id}/hubspot`, setup);
    const mapping = (property: string, field: string) => ({
      objectType: 'contact',
      property,
      source: { kind: 'dynamic', field },
    });
    const mappings = [mapping('firstname', 'first_name'), mapping('email', 'email')];
    const contacts = await save({
      personInvited: { action: 'create-contact', mappings },
      qualification: {
        kind: 'contact-property',
        property: 'hs_lead_status',
        initialValue: 'NEW',
        qualifyingValues: ['CONNECTED'],
      },
    });
    expect(contacts.status).toBe(200);
    const deals = await save({
      personInvited: { action: 'create-contact-and-deal', mappings },
      qualification: {
        kind: 'deal-stage',
        pipelineId: 'default',
        initialStageId: 'qualifiedtobuy',
        qualifyingStageIds: ['closedwon'],
      },
    });
    expect([deals.status, deals.body.detail]).toEqual([409, expect.stringContaining('did not grant deals')]);
  });

  test('an account that cannot be read is not connected at all', async () => {
    const { operator, portalId } = await aWorkspace();
    await accounts.fail({ path: '/account-info/', status: 500, body: 'html' });
    const page = await connect({ api, accounts, operator }, portalId);
    expect([page.status, page.text.includes('did not answer')]).toEqual([502, true]);
    expect((await operator.call('GET', '/hubspot')).body['status']).toBe('disconnected');
    await accounts.heal();
    expect((await connect({ api, accounts, operator }, portalId)).status).toBe(200);
    expect((await operator.call('GET', '/hubspot')).body).toMatchObject({
      status: 'active',
      currency: 'EUR',
    });
  });
});

describe('disconnecting', () => {
  test('S86: at once the epoch rises, the tokens are gone, and what needs HubSpot is refused', async () => {
    const { operator, portalId } = await aWorkspace();
    await connect({ api, accounts, operator }, portalId);
    const { status, body } = await operator.call('POST', '/hubspot/disconnect');
    expect([status, body['status'], body['reason']]).toEqual([
      200,
      'disconnected',
      'disconnected-by-operator',
    ]);
    const [row] = await api.database.system.execute(
      sql`select epoch, access_token, refresh_token from connections where workspace_id = ${operator.workspaceId}`,
    );
    expect(row).toEqual({ epoch: 2, access_token: null, refresh_token: null });
    const refused = await operator.call('GET', '/hubspot/properties/contacts?refresh=true');
    expect([refused.status, refused.body.detail]).toEqual([
      409,
      expect.stringContaining('Connect HubSpot first'),
    ]);
    expect((await outbox(operator.workspaceId)).at(-1)).toMatchObject({ kind: 'nudge' });
  });

  test('repeating it changes nothing more', async () => {
    const { operator, portalId } = await aWorkspace();
    await connect({ api, accounts, operator }, portalId);
    await operator.call('POST', '/hubspot/disconnect');
    const again = await operator.call('POST', '/hubspot/disconnect');
    expect([again.status, again.body['status']]).toEqual([200, 'disconnected']);
    const [row] = await api.database.system.execute(
      sql`select epoch from connections where workspace_id = ${operator.workspaceId}`,
    );
    expect(row).toEqual({ epoch: 2 });
  });

  test('S88: reconnecting the same account wakes what was parked, and its campaigns keep their configuration', async () => {
    const { operator, portalId } = await aWorkspace();
    await connect({ api, accounts, operator }, portalId);
    const campaign = await operator.call('POST', '/campaigns', { name: 'Kept' });
    await operator.call('PATCH', `/campaigns/${campaign.body.id}`, { status: 'published' });
    const saved = await operator.call('PUT', `/campaigns/${campaign.body.id}/hubspot`, {
      personReferring: { action: 'none' },
    });
    expect(saved.status).toBe(200);
    const referrer = await operator.call('POST', `/campaigns/${campaign.body.id}/referrers`, {
      firstName: 'R',
      email: 'r@example.com',
    });
    const signUp = await operator.call<{ referral: { id: string } }>(
      'POST',
      `/campaigns/${campaign.body.id}/referrals`,
      {
        referralCode: referrer.body['code'],
        firstName: 'P',
        email: 'p@example.com',
      },
    );
    await operator.call('POST', '/hubspot/disconnect');
    await api.database.system.execute(
      sql`update referrals set parked_reason = 'not-connected' where workspace_id = ${operator.workspaceId}`,
    );
    const page = await connect({ api, accounts, operator }, portalId);
    expect(page.text).toContain('1 waiting referral goes on');
    const nudged = await api.database.system.execute<{ workflow_id: string }>(
      sql`select workflow_id from outbox where kind = 'nudge' and workspace_id = ${operator.workspaceId}`,
    );
    expect(nudged.map((row) => row.workflow_id)).toContain(`referral:${signUp.body.referral.id}`);
    const kept = await operator.call('GET', `/campaigns/${campaign.body.id}`);
    expect(kept.body['connectionId']).toMatch(/^conn_/);
  });

  test('S88: thousands that waited are woken too', async () => {
    const { operator, portalId } = await aWorkspace();
    await connect({ api, accounts, operator }, portalId);
    const campaign = await operator.call('POST', '/campaigns', { name: 'Many' });
    await operator.call('PATCH', `/campaigns/${campaign.body.id}`, { status: 'published' });
    await operator.call('PUT', `/campaigns/${campaign.body.id}/hubspot`, { saleValue: null });
    await operator.call('POST', `/campaigns/${campaign.body.id}/referrers`, {
      firstName: 'R',
      email: 'many@example.com',
    });
    await api.database.system.execute(sql`
      insert into referrals (id, workspace_id, campaign_id, referrer_id, person_id, connection_id, rule_id, email_key, status,
        signed_up_at, parked_reason)
      select gen_random_uuid(), r.workspace_id, r.campaign_id, r.id, r.person_id, c.connection_id, q.id, n::text, 'registered',
        now(), 'not-connected'
      from referrers r join campaigns c on c.id = r.campaign_id join qualification_rules q on q.campaign_id = c.id,
        generate_series(1, 8000) n
      where r.workspace_id = ${operator.workspaceId}`);
    await operator.call('POST', '/hubspot/disconnect');
    const page = await connect({ api, accounts, operator }, portalId);
    expect([page.status, page.text.includes('8000 waiting referrals go on')]).toEqual([200, true]);
    const [row] = await api.database.system.execute<{ n: number }>(sql`
      select count(*)::int as n from outbox where kind = 'nudge' and workflow_type = 'referralLifecycle'
        and workspace_id = ${operator.workspaceId}`);
    expect(row?.n).toBe(8_000);
  });

  test('an app that HubSpot does not know is the operator’s to repair, and the page says so', async () => {
    const { operator, portalId } = await aWorkspace();
    const json = { status: 'BAD_CLIENT_SECRET', message: 'x', error: 'invalid_client' };
    const { body } = await operator.call('POST', '/hubspot/connect');
    const back = (await accounts.consent(String(body['authorizeUrl']), portalId)).replace(publicUrl, '');
    await accounts.fail({ path: '/oauth/.*token', status: 400, body: 'json', json });
    const page = await api.send({ method: 'GET', url: back });
    expect([page.status, page.text.includes('HUBSPOT_CLIENT_ID')]).toEqual([502, true]);
  });
});
