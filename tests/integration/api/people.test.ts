import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiUnderTest, type Operator, publicUrl, startApi } from './api-under-test.ts';

let api: ApiUnderTest;
let operator: Operator;
beforeAll(async () => {
  api = await startApi();
  operator = await api.operator();
});
afterAll(() => api.stop());

let number = 0;
async function aPublishedCampaign(fields: object = {}) {
  number += 1;
  const { body } = await operator.call('POST', '/campaigns', { name: `Campaign ${number}`, ...fields });
  await operator.call('PATCH', `/campaigns/${body.id}`, { status: 'published' });
  const referrer = await operator.call('POST', `/campaigns/${body.id}/referrers`, {
    firstName: 'Rita',
    email: `rita-${number}@example.com`,
  });
  expect(referrer.status).toBe(201);
  return {
    id: body.id,
    slug: String(body['slug']),
    code: String(referrer.body['code']),
    referrerEmail: `rita-${number}@example.com`,
  };
}

const form = (url: string, fields: Record<string, string>) =>
  api.send({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams(fields).toString(),
  });
const json = (url: string, payload: object) => api.send({ method: 'POST', url, payload });
const rows = async (query: ReturnType<typeof sql>) => [...(await api.database.system.execute(query))];
const referralsOf = (campaignId: string) => operator.call('GET', `/referrals?campaignId=${campaignId}`);

describe('joining', () => {
  test('S69: the join page gives a person their link, and the same one when they join again', async () => {
    const { slug } = await aPublishedCampaign();
    const page = await api.send({ method: 'GET', url: `/join/${slug}` });
    expect(page.status).toBe(200);
    const person = { firstName: 'Noor', lastName: '', email: 'Noor@Example.com ' };
    const [first, again] = [
      await form(`/join/${slug}`, person),
      await form(`/join/${slug}`, { ...person, email: 'noor@example.com' }),
    ];
    expect(first.status).toBe(200);
    const link = /value="([^"]*\/r\/[a-z0-9]{10})"/.exec(first.text)?.[1];
    expect(link).toContain(publicUrl);
    expect(again.text).toBe(first.text);
  });

  test('by JSON it answers the link, the same for new and known people', async () => {
    const { slug, code, referrerEmail } = await aPublishedCampaign();
    const known = await json(`/join/${slug}`, { firstName: 'Rita', email: referrerEmail });
    const fresh = await json(`/join/${slug}`, { firstName: 'Fresh', email: 'fresh@example.com' });
    expect([known.status, fresh.status]).toEqual([200, 200]);
    expect(known.body['link']).toBe(`${publicUrl}/r/${code}`);
    expect(Object.keys(known.body)).toEqual(Object.keys(fresh.body));
  });

  test('S76: joining starts nothing in HubSpot unless the campaign is configured so', async () => {
    const { slug } = await aPublishedCampaign();
    await json(`/join/${slug}`, { firstName: 'Quiet', email: 'quiet@example.com' });
    expect(await rows(sql`select 1 from outbox where workflow_type = 'referrerEntry'`)).toHaveLength(0);
  });

  test('a draft, a paused and an unknown campaign have a friendly page and take nobody', async () => {
    const { body } = await operator.call('POST', '/campaigns', { name: 'Still a draft' });
    const draft = await api.send({ method: 'GET', url: `/join/${body['slug']}` });
    expect([draft.status, draft.text.includes('not open')]).toEqual([404, true]);
    const posted = await json(`/join/${body['slug']}`, { firstName: 'Early', email: 'early@example.com' });
    expect(posted.status).toBe(409);
    expect(await rows(sql`select 1 from people where email_key = 'early@example.com'`)).toHaveLength(0);
    expect((await api.send({ method: 'GET', url: '/join/no-such-campaign' })).status).toBe(404);
  });

  test('XSS: what people and operators type is text on every page', async () => {
    const { slug } = await aPublishedCampaign({ name: '<script>alert(1)</script>' });
    const nasty = { firstName: '"><img src=x onerror=alert(1)>', email: '<b>no</b>' };
    const refused = await form(`/join/${slug}`, nasty);
    expect(refused.status).toBe(400);
    for (const text of [refused.text, (await api.send({ method: 'GET', url: `/join/${slug}` })).text]) {
      expect(text).not.toMatch(/<script>alert|<img src=x|<b>no/);
    }
    expect(refused.text).toContain('This is not an e-mail address');
    expect(refused.text).toContain('aria-invalid="true"');
  });
});

describe('the referral link', () => {
  test('leads to the sign-up page and commits one click', async () => {
    const { code, slug } = await aPublishedCampaign();
    const { status, headers } = await api.send({ method: 'GET', url: `/r/${code}` });
    expect([status, headers['location']]).toEqual([302, `${publicUrl}/c/${slug}?ref=${code}`]);
    const clicks = await rows(sql`
      select k.workspace_id, k.campaign_id from clicks k join referral_links l on l.id = k.link_id where l.code = ${code}`);
    expect(clicks).toHaveLength(1);
    await api.send({ method: 'HEAD', url: `/r/${code}` });
    expect(
      await rows(
        sql`select 1 from clicks k join referral_links l on l.id = k.link_id where l.code = ${code}`,
      ),
    ).toHaveLength(1);
  });

  test('leads to the campaign’s own page with the code', async () => {
    const { code } = await aPublishedCampaign({ landingUrl: 'https://shop.example/offer?utm=x' });
    const { headers } = await api.send({ method: 'GET', url: `/r/${code}` });
    expect(headers['location']).toMatch(
      new RegExp(`^https://shop\\.example/offer\\?utm=x&ref=${code}&visit=[\\w-]{22}$`),
    );
  });

  test('open redirect: the destination comes from the campaign’s row, whatever the request says', async () => {
    const { code } = await aPublishedCampaign({ landingUrl: 'https://shop.example/offer' });
    for (const query of [
      '?url=//evil.example',
      '?ref=x',
      '?landingUrl=javascript:alert(1)',
      '?next=%2f%2fevil.example',
    ]) {
      const { headers } = await api.send({ method: 'GET', url: `/r/${code}${query}` });
      expect(headers['location']).toMatch(
        new RegExp(`^https://shop\\.example/offer\\?ref=${code}&visit=[\\w-]{22}$`),
      );
    }
    for (const path of [
      '/r//evil.example',
      '/r/%2f%2fevil.example',
      '/r/..%5cevil',
      `/r/${'x'.repeat(100)}`,
    ]) {
      expect((await api.send({ method: 'GET', url: path })).headers['location']).toBeUndefined();
    }
  });

  test('an unknown code, and one of a campaign that is not open, get a page and count no click', async () => {
    const { id, code } = await aPublishedCampaign();
    expect((await api.send({ method: 'GET', url: '/r/nosuchcode' })).status).toBe(404);
    await operator.call('PATCH', `/campaigns/${id}`, { status: 'paused' });
    const paused = await api.send({ method: 'GET', url: `/r/${code}` });
    expect([paused.status, paused.text.includes('not open')]).toEqual([404, true]);
    expect(
      await rows(
        sql`select 1 from clicks k join referral_links l on l.id = k.link_id where l.code = ${code}`,
      ),
    ).toHaveLength(0);
  });
});

describe('signing up', () => {
  test('S1: one request stores person, referral, its first line and the start of its lifecycle', async () => {
    const { id, code } = await aPublishedCampaign({ expiryDays: 30 });
    const { status, body } = await json(`/r/${code}/sign-up`, {
      firstName: 'Ivo',
      lastName: 'Novak',
      email: 'ivo@example.com',
      phone: '+420 1',
    });
    expect([status, body]).toEqual([202, { status: 'accepted' }]);
    const [referral] = (await referralsOf(id)).body.items;
    expect(referral).toMatchObject({
      status: 'registered',
      person: { email: 'ivo@example.com', firstName: 'Ivo' },
    });
    const days =
      (Date.parse(String(referral?.['expiresAt'])) - Date.parse(String(referral?.['signedUpAt']))) /
      86_400_000;
    expect(days).toBe(30);
    const starts = await rows(sql`
      select workflow_id from outbox where kind = 'start' and workflow_type = 'referralLifecycle'
        and workflow_id = ${`referral:${referral?.['id']}`}`);
    expect(starts).toHaveLength(1);
    const timeline = await operator.call('GET', `/referrals/${referral?.['id']}/timeline`);
    expect(timeline.body.items.map(({ kind }) => kind)).toEqual(['signed-up']);
    expect(String(referral?.['temporalUrl'])).toContain(
      `/namespaces/default/workflows/${encodeURIComponent(`referral:${referral?.['id']}`)}`,
    );
  });

  test('signing up twice, in another case or through another link, is one referral and the first referrer’s', async () => {
    const { id, code } = await aPublishedCampaign();
    const other = await operator.call('POST', `/campaigns/${id}/referrers`, {
      firstName: 'Otto',
      email: 'otto@example.com',
    });
    const sent = [
      await form(`/r/${code}/sign-up`, {
        firstName: 'Mia',
        email: 'mia@example.com',
        lastName: '',
        phone: '',
      }),
      await form(`/r/${code}/sign-up`, { firstName: 'Mia', email: 'MIA@example.com' }),
      await form(`/r/${other.body['code']}/sign-up`, { firstName: 'Mia', email: 'mia@example.com' }),
    ];
    expect(new Set(sent.map(({ text }) => text)).size).toBe(1);
    const { items } = (await referralsOf(id)).body;
    expect(items).toHaveLength(1);
    expect(items[0]?.['referrerId']).not.toBe(other.body.id);
  });

  test('S47: ten sign-ups of one person at once are one referral', async () => {
    const { id, code } = await aPublishedCampaign();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        json(`/r/${code}/sign-up`, { firstName: 'Race', email: 'race@example.com' }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect((await referralsOf(id)).body.items).toHaveLength(1);
  });

  test('P7: a self-referral is stored as rejected, once, starts nothing, and the visitor sees no difference', async () => {
    const { id, code, referrerEmail } = await aPublishedCampaign();
    const self = { firstName: 'Rita', email: referrerEmail.toUpperCase() };
    const answers = [await json(`/r/${code}/sign-up`, self), await json(`/r/${code}/sign-up`, self)];
    for (const { status, body } of answers) expect([status, body]).toEqual([202, { status: 'accepted' }]);
    const { items } = (await referralsOf(id)).body;
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      status: 'rejected',
      rejectedReason: 'self-referral',
      settledAt: expect.any(String),
    });
    const started = await rows(
      sql`select 1 from outbox where workflow_id = ${`referral:${items[0]?.['id']}`}`,
    );
    expect(started).toHaveLength(0);
  });

  test('a malformed e-mail, an empty name and an unknown field are refused by name and nothing changes', async () => {
    const { id, code } = await aPublishedCampaign();
    const cases = [
      [{ firstName: 'A', email: 'no-address' }, 'email'],
      [{ firstName: 'A', email: 'two@@example.com' }, 'email'],
      [{ firstName: ' ', email: 'a@example.com' }, 'firstName'],
      [{ firstName: 'A\r\nB', email: 'a@example.com' }, 'firstName'],
      [{ firstName: 'A', email: 'a@example.com', status: 'qualified' }, 'status'],
      [{ firstName: 'A', email: 'a@example.com', campaignId: 'x' }, 'campaignId'],
    ] as const;
    for (const [payload, field] of cases) {
      const { status, body } = await json(`/r/${code}/sign-up`, payload);
      expect(status).toBe(400);
      expect(body.errors.map((error) => error.field)).toEqual([field]);
    }
    expect((await referralsOf(id)).body.items).toHaveLength(0);
    expect(await rows(sql`select 1 from people where email_key = 'a@example.com'`)).toHaveLength(0);
  });

  test('the sign-up page needs a code of its own campaign', async () => {
    const [one, two] = [await aPublishedCampaign(), await aPublishedCampaign()];
    const page = (query: string) => api.send({ method: 'GET', url: `/c/${one.slug}${query}` });
    expect((await page(`?ref=${one.code}`)).text).toContain(`action="/r/${one.code}/sign-up"`);
    for (const query of ['', '?ref=', '?ref=nonsense', `?ref=${two.code}`, '?ref=a&ref=b']) {
      const { status, text } = await page(query);
      expect([status, text.includes('/r/'), text.includes('works through an invitation')]).toEqual([
        200,
        false,
        true,
      ]);
    }
  });

  test('by API it says what it found, and only codes of that campaign count', async () => {
    const [one, two] = [await aPublishedCampaign(), await aPublishedCampaign()];
    const signUp = (referralCode: string) =>
      operator.call('POST', `/campaigns/${one.id}/referrals`, {
        referralCode,
        firstName: 'Api',
        email: 'api@example.com',
      });
    expect((await signUp(two.code)).status).toBe(404);
    const [made, again] = [await signUp(one.code), await signUp(one.code)];
    expect([made.status, made.body['outcome']]).toEqual([201, 'registered']);
    expect([again.status, again.body['outcome']]).toEqual([200, 'already-referred']);
  });

  test('public forms have a limit per address and minute, which a made-up forwarding header does not widen', async () => {
    const limited = await startApi({ publicRateLimit: 3 });
    const send = (headers: Record<string, string> = {}) =>
      limited.send({
        method: 'POST',
        url: '/join/none',
        payload: { firstName: 'A', email: 'a@example.com' },
        headers,
      });
    const statuses = [];
    for (let i = 0; i < 5; i += 1) statuses.push((await send({ 'x-forwarded-for': `10.0.0.${i}` })).status);
    expect(statuses).toEqual([404, 404, 404, 429, 429]);
    await limited.stop();
  });

  test('P9: a page of the company’s own may send the form from a browser', async () => {
    const { code } = await aPublishedCampaign();
    const origin = 'https://shop.example';
    const preflight = await api.send({ method: 'OPTIONS', url: `/r/${code}/sign-up`, headers: { origin } });
    expect([preflight.status, preflight.headers['access-control-allow-headers']]).toEqual([
      204,
      'content-type',
    ]);
    const sent = await api.send({
      method: 'POST',
      url: `/r/${code}/sign-up`,
      headers: { origin },
      payload: { firstName: 'Web', email: 'web@example.com' },
    });
    expect([sent.status, sent.headers['access-control-allow-origin']]).toEqual([202, '*']);
    const operators = await api.send({ method: 'GET', url: '/api/v1/campaigns', headers: { origin } });
    expect(operators.headers['access-control-allow-origin']).toBeUndefined();
  });
});
