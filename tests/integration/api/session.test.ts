import { randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localSignInLink, newSignInLink } from '../../../api/sign-in-link.ts';
import { type ApiUnderTest, type Operator, publicUrl, startApi } from './api-under-test.ts';
import { type HubSpotAccounts, startAccounts } from './hubspot-account.ts';

let api: ApiUnderTest;
let accounts: HubSpotAccounts;
let workspace: Operator;
beforeAll(async () => {
  accounts = await startAccounts();
  api = await startApi({ hubspotUrl: accounts.url });
  workspace = await api.operator('Dashboard');
});
afterAll(async () => {
  await api?.stop();
  await accounts?.stop();
});

const fromDashboard = { origin: publicUrl };
const password = 'a long enough password';
let caller = 0;

/** Each test comes from an address of its own, so that no test meets the limit of another. */
const post = (
  path: string,
  payload: object,
  headers: Record<string, string> = fromDashboard,
  from?: string,
) =>
  api.send({
    method: 'POST',
    url: `/api/v1/auth${path}`,
    payload,
    headers,
    remoteAddress: from ?? `10.0.${(caller += 1)}.1`,
  });
const cookieOf = ({ headers }: { headers: Readonly<Record<string, unknown>> }): string =>
  /vouchflow_session=[^;]+/.exec(JSON.stringify(headers['set-cookie'] ?? ''))?.[0] ?? '';
const tokenOf = (link: string): string => new URL(link).hash.slice(1);
const get = (path: string, cookie: string) =>
  api.send({ method: 'GET', url: `/api/v1${path}`, headers: { cookie } });

async function anOwner(of: Operator = workspace) {
  const token = tokenOf(
    await newSignInLink(api.database, { publicUrl, workspaceId: of.workspaceId, userId: null }),
  );
  const email = `owner.${randomBytes(4).toString('hex')}@people.example`;
  const made = await post('/account', { token, name: 'Olga Owner', email, password });
  return { made, token, email, cookie: cookieOf(made) };
}

describe('a person’s session (P16, design §6)', () => {
  test('the owner makes an account by the one-time link, is signed in, and the cookie is closed to scripts', async () => {
    const { made, cookie, email } = await anOwner();
    expect(made.status).toBe(204);
    expect(String(made.headers['set-cookie'])).toMatch(/HttpOnly; SameSite=Lax/);
    const { body } = await get('/auth/session', cookie);
    expect(body['session']).toEqual({
      user: { name: 'Olga Owner', email },
      workspace: { id: expect.stringMatching(/^ws_/), name: 'Dashboard' },
      role: 'owner',
    });
    expect((await get('/campaigns', cookie)).status).toBe(200);
  });

  test('a link is good for one use and half an hour, and is stored as a hash', async () => {
    const { token } = await anOwner();
    const again = await post('/account', { token, name: 'Eve', email: 'eve@people.example', password });
    expect(again.status).toBe(401);
    const late = tokenOf(
      await newSignInLink(api.database, { publicUrl, workspaceId: workspace.workspaceId, userId: null }),
    );
    expect((await post('/link', { token: late })).body['outcome']).toBe('account-needed');
    await api.database.system.execute(sql`update sign_in_links set expires_at = now() where used_at is null`);
    expect((await post('/link', { token: late })).status).toBe(401);
    const [stored] = await api.database.system.execute<{ n: number }>(
      sql`select count(*)::int as n from sign_in_links where token_hash in (${token}, ${late})`,
    );
    expect(stored?.n).toBe(0);
  });

  test('of two who use one link at once, one gets the account', async () => {
    const token = tokenOf(
      await newSignInLink(api.database, { publicUrl, workspaceId: workspace.workspaceId, userId: null }),
    );
    const answers = await Promise.all(
      ['first', 'second'].map((name) =>
        post('/account', { token, name, email: `${name}.racer@people.example`, password }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 401]);
  });

  test('the link of an embedded stack signs the local user in, every start anew', async () => {
    for (const _start of ['first', 'second']) {
      const link = await localSignInLink(api.database, publicUrl);
      const opened = await post('/link', { token: tokenOf(link) });
      expect(opened.body['outcome']).toBe('signed-in');
      expect((await get('/auth/session', cookieOf(opened))).body['session']).toMatchObject({ role: 'owner' });
      expect((await post('/link', { token: tokenOf(link) })).status).toBe(401);
    }
  });

  test('a link leads into its own workspace, also for a person of several', async () => {
    const second = await api.operator('Made later');
    const opened = await post('/link', { token: tokenOf(await localSignInLink(api.database, publicUrl)) });
    const { body } = await get('/auth/session', cookieOf(opened));
    expect(body['session']).toMatchObject({ workspace: { name: 'Made later' } });
    const { body: made } = await second.call('POST', '/campaigns', { name: 'Seen by both' });
    expect((await get(`/campaigns/${made.id}`, cookieOf(opened))).status).toBe(200);
  });

  test('e-mail and password sign in, in any case of letters; a wrong password and an unknown address read alike', async () => {
    const { email } = await anOwner();
    const right = await post('/sign-in', { email: email.toUpperCase(), password });
    expect([right.status, (await get('/campaigns', cookieOf(right))).status]).toEqual([204, 200]);
    const wrong = await post('/sign-in', { email, password: `${password}!` });
    const unknown = await post('/sign-in', { email: 'nobody@people.example', password });
    expect([wrong.status, wrong.body.detail]).toEqual([401, unknown.body.detail]);
    expect(wrong.headers['set-cookie']).toBeUndefined();
  });

  test('without a session, with a made-up cookie or a broken signature every operator route answers 401', async () => {
    const { cookie } = await anOwner();
    for (const bad of ['', 'vouchflow_session=made.up', `${cookie.slice(0, -6)}AAAA%3D`]) {
      expect((await get('/campaigns', bad)).status).toBe(401);
    }
  });

  test('a change by session from a foreign page is 403, also without any origin; reading and API keys are not touched', async () => {
    const { cookie } = await anOwner();
    const create = (headers: Record<string, string>) =>
      api.send({
        method: 'POST',
        url: '/api/v1/campaigns',
        payload: { name: 'By session' },
        headers: { cookie, ...headers },
      });
    expect((await create({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await create({})).status).toBe(403);
    expect((await create({ ...fromDashboard, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await create(fromDashboard)).status).toBe(201);
    expect((await create({ 'sec-fetch-site': 'same-origin' })).status).toBe(201);
    expect((await workspace.call('POST', '/campaigns', { name: 'By key' })).status).toBe(201);
    expect((await post('/sign-in', { email: 'x@people.example', password }, {})).status).toBe(403);
  });

  test('an expired session is over, and so is one whose person is no member any more', async () => {
    const expired = await anOwner();
    await api.database.system.execute(sql`
      update sessions set expires_at = now() - interval '1 second'
      where user_id = (select id from users where email = ${expired.email})`);
    expect((await get('/campaigns', expired.cookie)).status).toBe(401);
    const removed = await anOwner();
    await api.database.system.execute(sql`
      delete from members where user_id = (select id from users where email = ${removed.email})`);
    expect((await get('/campaigns', removed.cookie)).status).toBe(401);
  });

  test('signing out ends the session on the server, so a copied cookie is worth nothing', async () => {
    const { cookie } = await anOwner();
    const out = await post('/sign-out', {}, { cookie, ...fromDashboard });
    expect(out.status).toBe(204);
    expect(String(out.headers['set-cookie'])).toMatch(/Max-Age=0/);
    expect((await get('/campaigns', cookie)).status).toBe(401);
    expect((await get('/auth/session', cookie)).body['session']).toBeNull();
  });

  test('a session of workspace A never sees B', async () => {
    const other = await api.operator('B');
    const theirs = await other.call('POST', '/campaigns', { name: 'Of B' });
    const { cookie } = await anOwner();
    const seen = await get('/campaigns?limit=100', cookie);
    expect(seen.body.items.map(({ name }) => name)).not.toContain('Of B');
    expect((await get(`/campaigns/${theirs.body.id}`, cookie)).status).toBe(404);
    const { cookie: b } = await anOwner(other);
    expect((await get(`/campaigns/${theirs.body.id}`, b)).status).toBe(200);
  });

  test('guessing is slow: the eleventh try of a minute from one address is 429', async () => {
    const tries = [];
    for (let n = 0; n < 11; n += 1) {
      tries.push(await post('/sign-in', { email: 'a@people.example', password }, fromDashboard, '10.9.9.9'));
    }
    expect(tries.map(({ status }) => status)).toEqual([...Array<number>(10).fill(401), 429]);
  });

  test('S11: HubSpot is connected by the session that pressed Connect, and by no other browser', async () => {
    await accounts.addPortal(5_900_001, 'EUR');
    const { cookie } = await anOwner(await api.operator('Connecting'));
    const begun = await api.send({
      method: 'POST',
      url: '/api/v1/hubspot/connect',
      headers: { cookie, ...fromDashboard },
    });
    const back = await accounts.consent(String(begun.body['authorizeUrl']), 5_900_001);
    const open = (headers: Record<string, string>) =>
      api.send({ method: 'GET', url: back.replace(publicUrl, ''), headers });
    const lured = await open({});
    expect([lured.status, lured.text.includes('not signed in to the dashboard')]).toEqual([400, true]);
    expect((await open({ cookie: (await anOwner()).cookie })).status).toBe(400);
    expect((await open({ cookie })).status).toBe(200);
    expect((await get('/hubspot', cookie)).body['status']).toBe('active');
  });

  test('no log line holds a password, a cookie or the token of a link', async () => {
    const { token, cookie } = await anOwner();
    const log = api.logLines.join('');
    expect(log).toContain('request answered');
    for (const secret of [password, token, cookie.split('=')[1] ?? '']) expect(log).not.toContain(secret);
  });
});
