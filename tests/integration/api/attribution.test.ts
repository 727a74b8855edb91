import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fromPublicId } from '../../../domain/id.ts';
import { addMs, DAY_MS } from '../../../domain/time.ts';
import { aBrowser } from './a-browser.ts';
import { anAddress, aPerson, aPublishedCampaign } from './a-published-campaign.ts';
import { type ApiUnderTest, type Operator, startApi } from './api-under-test.ts';

let api: ApiUnderTest;
let operator: Operator;
/** How far the API's clock is ahead: clicks are made at the database's own. */
let aheadDays = 0;
beforeAll(async () => {
  api = await startApi({ now: () => addMs(new Date().toISOString(), aheadDays * DAY_MS) });
  operator = await api.operator();
});
afterAll(() => api.stop());

async function inDays<T>(days: number, work: () => Promise<T>): Promise<T> {
  aheadDays = days;
  try {
    return await work();
  } finally {
    aheadDays = 0;
  }
}

const referralsOf = async (campaignId: string) =>
  (await operator.call('GET', `/referrals?campaignId=${campaignId}`)).body.items;
const rejectionsOf = async (campaignId: string, query = '') =>
  (await operator.call('GET', `/attribution-rejections?campaignId=${campaignId}${query}`)).body.items;
const reasonsOf = async (campaignId: string) => (await rejectionsOf(campaignId)).map(({ reason }) => reason);
const signedUp = async (referralId: unknown) => {
  const { body } = await operator.call('GET', `/referrals/${referralId}/timeline`);
  return body.items.find(({ kind }) => kind === 'signed-up')?.['facts'];
};
const retire = (code: string) =>
  api.database.system.execute(sql`update referral_links set retired_at = now() where code = ${code}`);

describe('P10: the visit cookie', () => {
  test('holds a random id and nothing else, for as long as the campaign lets a visit count', async () => {
    const campaign = await aPublishedCampaign(operator, { attributionWindowDays: 7 });
    const { code } = await campaign.referrer();
    const { headers } = await api.send({ method: 'GET', url: `/r/${code}` });
    const [pair = '', ...attributes] = String(headers['set-cookie']).split('; ');
    expect(pair).toMatch(new RegExp(`^vf_visit_${campaign.id}=[\\w-]{22}$`));
    expect(attributes).toEqual([`Max-Age=${7 * 86_400}`, 'Path=/', 'HttpOnly', 'SameSite=Lax']);
    const other = await api.send({ method: 'GET', url: `/r/${code}` });
    expect(String(other.headers['set-cookie']).split(';')[0]).not.toBe(pair);
  });

  test('end to end: a friend who comes back without the link signs up on the page, and the referrer has the credit', async () => {
    const campaign = await aPublishedCampaign(operator);
    const referrer = await campaign.referrer();
    const browser = aBrowser(api);
    expect((await browser.get(`/r/${referrer.code}`)).status).toBe(302);
    const page = await browser.get(`/c/${campaign.slug}`);
    expect(page.text).toContain(`action="/c/${campaign.slug}/sign-up"`);
    expect(page.text).not.toContain('name="code"');
    const answer = await browser.submit(`/c/${campaign.slug}/sign-up`, aPerson());
    expect([answer.status, answer.text.includes('Thank you')]).toEqual([200, true]);
    const [referral] = await referralsOf(campaign.id);
    expect(referral).toMatchObject({ referrerId: referrer.id, status: 'registered' });
    expect(await signedUp(referral?.['id'])).toMatchObject({ via: 'cookie', referrerId: referrer.id });
  });

  test('of one campaign gives no credit in another, and a made-up one gives none at all', async () => {
    const [one, two] = [await aPublishedCampaign(operator), await aPublishedCampaign(operator)];
    const browser = aBrowser(api);
    await browser.get(`/r/${(await one.referrer()).code}`);
    expect((await browser.get(`/c/${two.slug}`)).text).toContain('name="code"');
    await browser.submit(`/c/${two.slug}/sign-up`, aPerson());
    const made = await api.send({
      method: 'POST',
      url: `/c/${two.slug}/sign-up`,
      headers: {
        cookie: `vf_visit_${two.id}=${'A'.repeat(22)}; vf_visit_${two.id}=x'--; a; =; ${'b=c;'.repeat(500)}`,
      },
      payload: aPerson(),
    });
    expect([made.status, made.body]).toEqual([202, { status: 'accepted' }]);
    expect(await referralsOf(two.id)).toEqual([]);
    expect(await reasonsOf(two.id)).toEqual(['no-visit', 'no-visit']);
  });

  test('is not needed by a page of the company’s own, which hands on the visit of the link', async () => {
    const campaign = await aPublishedCampaign(operator, { landingUrl: 'https://shop.example/offer' });
    const referrer = await campaign.referrer();
    const { headers } = await api.send({ method: 'GET', url: `/r/${referrer.code}` });
    const visit = new URL(String(headers['location'])).searchParams.get('visit');
    const answers = [
      await api.send({
        method: 'POST',
        url: `/c/${campaign.slug}/sign-up`,
        payload: { ...aPerson(), visit },
      }),
      await api.send({
        method: 'POST',
        url: `/r/${referrer.code}/sign-up`,
        payload: { ...aPerson(), visit },
      }),
      await operator.call('POST', `/campaigns/${campaign.id}/referrals`, { ...aPerson(), visit }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 201]);
    const referrals = await referralsOf(campaign.id);
    expect(referrals.map(({ referrerId }) => referrerId)).toEqual([referrer.id, referrer.id, referrer.id]);
    const traces = await api.database.system.execute(
      sql`select 1 from visit_traces where campaign_id = ${fromPublicId('campaign', campaign.id)}`,
    );
    expect(traces).toHaveLength(0);
  });
});

describe('P10: window and touch', () => {
  test('a visit counts inside the window, and no longer a moment after it', async () => {
    const campaign = await aPublishedCampaign(operator, { attributionWindowDays: 10 });
    const referrer = await campaign.referrer();
    const browser = aBrowser(api);
    await browser.get(`/r/${referrer.code}`);
    await inDays(10.001, () => browser.submit(`/c/${campaign.slug}/sign-up`, aPerson()));
    expect(await referralsOf(campaign.id)).toEqual([]);
    expect(await rejectionsOf(campaign.id)).toMatchObject([
      { reason: 'outside-window', via: 'cookie', referrerId: referrer.id, personId: null, code: null },
    ]);
    await inDays(9.999, () => browser.submit(`/c/${campaign.slug}/sign-up`, aPerson()));
    expect(await referralsOf(campaign.id)).toHaveLength(1);
  });

  test('a page of the link that was left open for longer is outside as well; without a bound nothing is', async () => {
    const campaign = await aPublishedCampaign(operator, { attributionWindowDays: 10 });
    const { code } = await campaign.referrer();
    const browser = aBrowser(api);
    await browser.get(`/r/${code}`);
    await inDays(11, () => browser.submit(`/r/${code}/sign-up`, aPerson()));
    expect(await reasonsOf(campaign.id)).toEqual(['outside-window']);
    await operator.call('PATCH', `/campaigns/${campaign.id}`, { attributionWindowDays: null });
    await inDays(390, () => browser.submit(`/r/${code}/sign-up`, aPerson()));
    expect(await referralsOf(campaign.id)).toHaveLength(1);
  });

  test.each([
    ['last-touch', 1],
    ['first-touch', 0],
  ] as const)('%s: of two visits through two links one counts', async (attribution, which) => {
    const campaign = await aPublishedCampaign(operator, { attribution });
    const referrers = [await campaign.referrer(), await campaign.referrer()];
    const browser = aBrowser(api);
    for (const { code } of referrers) await browser.get(`/r/${code}`);
    await browser.submit(`/c/${campaign.slug}/sign-up`, aPerson());
    expect(await referralsOf(campaign.id)).toMatchObject([{ referrerId: referrers[which]?.id }]);
  });

  test('a code that was typed is believed before the visits, in capitals, too', async () => {
    const campaign = await aPublishedCampaign(operator, { attribution: 'first-touch' });
    const [visited, told] = [await campaign.referrer(), await campaign.referrer()];
    const browser = aBrowser(api);
    await browser.get(`/r/${visited.code}`);
    const fields = { ...aPerson(), code: told.code.toUpperCase() };
    await browser.submit(`/c/${campaign.slug}/sign-up`, fields);
    const [referral] = await referralsOf(campaign.id);
    expect(referral).toMatchObject({ referrerId: told.id });
    expect(await signedUp(referral?.['id'])).toMatchObject({ via: 'code' });
  });
});

describe('P10: a person who is referred again', () => {
  async function twice(fields: object, between: (referralId: string) => Promise<unknown> = async () => null) {
    const campaign = await aPublishedCampaign(operator, fields);
    const [first, second] = [await campaign.referrer(), await campaign.referrer()];
    const person = aPerson();
    await api.send({ method: 'POST', url: `/r/${first.code}/sign-up`, payload: person });
    const [referral] = await referralsOf(campaign.id);
    await between(fromPublicId('referral', String(referral?.['id'])) ?? '');
    await api.send({ method: 'POST', url: `/r/${second.code}/sign-up`, payload: person });
    const referrals = await referralsOf(campaign.id);
    expect(referrals).toHaveLength(1);
    return { campaign, first, second, referral: referrals[0] };
  }

  test('stays the first referrer’s, and the second one’s loss has its reason', async () => {
    const { campaign, first, second, referral } = await twice({});
    expect(referral).toMatchObject({ referrerId: first.id });
    expect(await rejectionsOf(campaign.id)).toMatchObject([
      {
        reason: 'already-referred',
        via: 'link',
        code: second.code,
        referrerId: second.id,
        referralId: referral?.['id'],
        personId: (referral?.['person'] as { id: string } | undefined)?.id,
        sentence: expect.stringContaining('keeps its referrer'),
      },
    ]);
  });

  test('becomes the last referrer’s where the campaign has it so, and the story says from whom', async () => {
    const { campaign, first, second, referral } = await twice({ creditKept: 'last-referrer' });
    expect(referral).toMatchObject({ referrerId: second.id, status: 'registered' });
    expect(await rejectionsOf(campaign.id)).toEqual([]);
    const { body } = await operator.call('GET', `/referrals/${referral?.['id']}/timeline`);
    expect(body.items.at(-1)).toMatchObject({
      kind: 'credit-moved',
      facts: { from: first.id, to: second.id, via: 'link' },
    });
  });

  test('stays with whom it has qualified, although the campaign takes the last one', async () => {
    const { campaign, first, referral } = await twice({ creditKept: 'last-referrer' }, (id) =>
      api.database.system.execute(sql`update referrals set status = 'qualified' where id = ${id}`),
    );
    expect(referral).toMatchObject({ referrerId: first.id });
    expect(await reasonsOf(campaign.id)).toEqual(['already-referred']);
  });

  test('takes no new referrer once somebody has called it a fraud', async () => {
    const { first, referral } = await twice({ creditKept: 'last-referrer' }, (id) =>
      api.database.system.execute(sql`
        insert into fraud_findings (id, workspace_id, campaign_id, referral_id, rule, severity, evidence, found_at, state)
        select uuidv7(), workspace_id, campaign_id, id, 'ring', 'hold', '{}', now(), 'rejected' from referrals where id = ${id}`),
    );
    expect(referral).toMatchObject({ referrerId: first.id });
  });

  test('ten sign-ups at once through two links are one referral of one of them', async () => {
    const campaign = await aPublishedCampaign(operator, { creditKept: 'last-referrer' });
    const codes = [(await campaign.referrer()).code, (await campaign.referrer()).code];
    const person = aPerson();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        api.send({ method: 'POST', url: `/r/${codes[i % 2]}/sign-up`, payload: person }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(await referralsOf(campaign.id)).toHaveLength(1);
  });

  test('through the same link is the same sign-up, and no lost credit', async () => {
    const campaign = await aPublishedCampaign(operator);
    const { code } = await campaign.referrer();
    const person = aPerson();
    for (let i = 0; i < 2; i += 1)
      await api.send({ method: 'POST', url: `/r/${code}/sign-up`, payload: person });
    expect(await rejectionsOf(campaign.id)).toEqual([]);
  });
});

describe('P10: every rejected attribution has its reason', () => {
  test('also those that end as an error', async () => {
    const campaign = await aPublishedCampaign(operator);
    const [rita, gone] = [await campaign.referrer(), await campaign.referrer()];
    await retire(gone.code);
    const typed = (code: string, person = aPerson()) =>
      api.send({ method: 'POST', url: `/c/${campaign.slug}/sign-up`, payload: { ...person, code } });
    const byApi = (referralCode: string) =>
      operator.call('POST', `/campaigns/${campaign.id}/referrals`, { ...aPerson(), referralCode });
    const statuses = [
      (await typed('nobodyhas2')).status,
      (await typed('not a code: finn@people.example')).status,
      (await typed(gone.code)).status,
      (await api.send({ method: 'POST', url: `/r/${gone.code}/sign-up`, payload: aPerson() })).status,
      (await byApi('nobodyhas3')).status,
      (await typed(rita.code, aPerson(rita.email))).status,
      (await api.send({ method: 'POST', url: `/r/${rita.code}/sign-up`, payload: aPerson(rita.email) }))
        .status,
    ];
    await operator.call('PATCH', `/campaigns/${campaign.id}`, { status: 'paused' });
    statuses.push((await typed(rita.code)).status, (await byApi(rita.code)).status);
    expect(statuses).toEqual([404, 404, 404, 404, 404, 202, 202, 409, 409]);

    const rejections = await rejectionsOf(campaign.id);
    expect(rejections.map(({ reason, via, code }) => [reason, via, code]).toReversed()).toEqual([
      ['unknown-code', 'code', 'nobodyhas2'],
      ['unknown-code', 'code', null],
      ['retired-link', 'code', gone.code],
      ['retired-link', 'link', gone.code],
      ['unknown-code', 'code', 'nobodyhas3'],
      ['own-code', 'code', rita.code],
      ['self-referral', 'link', rita.code],
      ['campaign-not-open', 'code', rita.code],
      ['campaign-not-open', 'code', rita.code],
    ]);
    expect(JSON.stringify(rejections)).not.toContain('@');
    expect(await rejectionsOf(campaign.id, '&reason=own-code')).toHaveLength(1);
  });

  test('pages show each one once', async () => {
    const campaign = await aPublishedCampaign(operator);
    for (let i = 0; i < 5; i += 1)
      await api.send({ method: 'POST', url: `/c/${campaign.slug}/sign-up`, payload: aPerson() });
    const seen: unknown[] = [];
    for (let after = ''; ; ) {
      const { body } = await operator.call(
        'GET',
        `/attribution-rejections?campaignId=${campaign.id}&limit=2${after}`,
      );
      seen.push(...body.items.map(({ id }) => id));
      if (body.next === null) break;
      after = `&after=${body.next}`;
    }
    expect([seen.length, new Set(seen).size]).toEqual([5, 5]);
  });

  test('a refused sign-up stores nobody, and its Idempotency-Key may be used again', async () => {
    const campaign = await aPublishedCampaign(operator);
    const { code } = await campaign.referrer();
    const person = aPerson(anAddress('refused'));
    const send = (referralCode: string) =>
      operator.call(
        'POST',
        `/campaigns/${campaign.id}/referrals`,
        { ...person, referralCode },
        { 'idempotency-key': code },
      );
    expect((await send('nobodyhas4')).status).toBe(404);
    const [stored] = await api.database.system.execute(
      sql`select count(*)::int as n from people where email = ${person.email}`,
    );
    expect(stored).toEqual({ n: 0 });
    expect((await send(code)).status).toBe(201);
  });
});

describe('P10: the public is told nothing', () => {
  test('whatever becomes of a sign-up: one status, one body, the same headers, and no answer is quick', async () => {
    const campaign = await aPublishedCampaign(operator);
    const [rita, other] = [await campaign.referrer('rita.told@gmail.com'), await campaign.referrer()];
    const referred = aPerson();
    await api.send({ method: 'POST', url: `/r/${rita.code}/sign-up`, payload: referred });
    const link = (code: string) => `/r/${code}/sign-up`;
    const slug = `/c/${campaign.slug}/sign-up`;
    const sent = [
      ['registered', link(rita.code), aPerson()],
      ['again', link(rita.code), referred],
      ['already referred', link(other.code), referred],
      ['self-referral', link(rita.code), aPerson(rita.email)],
      ['alias', link(rita.code), aPerson('ritatold+x@gmail.com')],
      ['typed', slug, { ...aPerson(), code: rita.code }],
      ['own code', slug, { ...aPerson(rita.email), code: rita.code }],
      ['no visit', slug, aPerson()],
      ['no visit, known person', slug, referred],
    ] as const;
    const answers = [];
    for (const [, url, payload] of sent) {
      const startedMs = performance.now();
      const { status, text, headers } = await api.send({ method: 'POST', url, payload });
      const names = Object.keys(headers).sort().join();
      answers.push({ status, text, names, quick: performance.now() - startedMs < 99 });
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 202, text: '{"status":"accepted"}', quick: false });
  });

  test('a form gets one page for all of them, and a cookie in any case', async () => {
    const campaign = await aPublishedCampaign(operator);
    const { code, email } = await campaign.referrer();
    const pages = [];
    for (const person of [aPerson(), aPerson(email)]) {
      const { status, text, headers } = await aBrowser(api).submit(`/r/${code}/sign-up`, person);
      pages.push({ status, text, cookie: typeof headers['set-cookie'] });
    }
    expect(pages[1]).toEqual(pages[0]);
  });

  test('a code that nobody has is said on the form, as a link that nobody has is', async () => {
    const campaign = await aPublishedCampaign(operator);
    const page = await aBrowser(api).get(`/c/${campaign.slug}`);
    expect(page.text).toContain('name="code"');
    const fields = { ...aPerson(), code: 'nobodyhas2' };
    const answer = await aBrowser(api).submit(`/c/${campaign.slug}/sign-up`, fields);
    expect([answer.status, answer.text.includes('We do not know this code')]).toEqual([400, true]);
    expect(answer.text).toContain('value="Finn"');
  });
});

describe('P10: the settings of a campaign', () => {
  test('have defaults, are edited one by one, and refuse what is out of bounds', async () => {
    const { id } = await aPublishedCampaign(operator);
    const shown = (await operator.call('GET', `/campaigns/${id}`)).body;
    expect(shown).toMatchObject({
      attributionWindowDays: 30,
      attribution: 'last-touch',
      creditKept: 'first-referrer',
      velocity: { signUps: 20, minutes: 60 },
      fraud: { 'same-ip': 'flag', 'self-referral-alias': 'hold' },
    });
    const edit = (body: object) => operator.call('PATCH', `/campaigns/${id}`, body);
    await edit({ fraud: { 'same-ip': 'hold' } });
    const { body } = await edit({ fraud: { ring: 'off' }, velocity: { signUps: 3, minutes: 10 } });
    expect(body).toMatchObject({
      fraud: { 'same-ip': 'hold', ring: 'off', velocity: 'flag' },
      velocity: { signUps: 3, minutes: 10 },
    });
    for (const wrong of [
      { attributionWindowDays: 0 },
      { attributionWindowDays: 401 },
      { attribution: 'no-touch' },
      { fraud: { 'no-rule': 'hold' } },
      { fraud: { ring: 'reject' } },
      { velocity: { signUps: 0, minutes: 1 } },
    ])
      expect((await edit(wrong)).status).toBe(400);
  });
});
