import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fromPublicId } from '../../../domain/id.ts';
import { aBrowser } from './a-browser.ts';
import { anAddress, aPerson, aPublishedCampaign, type PublishedCampaign } from './a-published-campaign.ts';
import { type ApiUnderTest, type Operator, startApi } from './api-under-test.ts';
import { aStoredReward } from './stored-reward.ts';

let api: ApiUnderTest;
let operator: Operator;
beforeAll(async () => {
  api = await startApi();
  operator = await api.operator();
});
afterAll(() => api.stop());

interface Finding {
  readonly id: string;
  readonly rule: string;
  readonly severity: string;
  readonly state: string;
  readonly referralId: string;
  readonly evidence: Record<string, unknown>;
}
const findingsOf = async (campaign: PublishedCampaign, query = '') =>
  (await operator.call('GET', `/fraud-findings?campaignId=${campaign.id}${query}`)).body
    .items as unknown as Finding[];
const rulesOf = async (campaign: PublishedCampaign) =>
  (await findingsOf(campaign)).map(({ rule, severity }) => `${rule}: ${severity}`);
const byLink = (code: string, email?: string) =>
  api.send({ method: 'POST', url: `/r/${code}/sign-up`, payload: aPerson(email) });
const referralOf = async (campaign: PublishedCampaign) => {
  const { body } = await operator.call('GET', `/referrals?campaignId=${campaign.id}&limit=1`);
  return String(body.items[0]?.['id']);
};
const column = async (query: ReturnType<typeof sql>) =>
  (await api.database.system.execute<{ text: string }>(query)).map(({ text }) => text);

describe('P7 at sign-up: addresses', () => {
  test('an alias of the referrer’s own mailbox is registered, and found', async () => {
    const campaign = await aPublishedCampaign(operator);
    const { code } = await campaign.referrer('vera.moss@gmail.com');
    expect((await byLink(code, 'VeraMoss+friend@googlemail.com')).status).toBe(202);
    const referralId = await referralOf(campaign);
    const { body } = await operator.call('GET', `/referrals/${referralId}`);
    expect(body).toMatchObject({
      status: 'registered',
      findings: [
        {
          rule: 'self-referral-alias',
          severity: 'hold',
          state: 'open',
          sentence: expect.stringContaining('reach the same mailbox'),
          evidence: { tricks: ['gmail-dots', 'googlemail', 'plus-address'] },
          rewardOrdered: false,
        },
      ],
    });
    const timeline = await operator.call('GET', `/referrals/${referralId}/timeline`);
    expect(timeline.body.items.map(({ kind }) => kind)).toEqual(['signed-up', 'fraud-found']);
    const started = await api.database.system.execute(
      sql`select 1 from outbox where workflow_id = ${`referral:${referralId}`}`,
    );
    expect(started).toHaveLength(1);
  });

  test('a colleague is flagged, a throw-away mailbox is held, a stranger is neither', async () => {
    const campaign = await aPublishedCampaign(operator);
    const { code } = await campaign.referrer('vera@orchard-fruits.io');
    await byLink(code, 'stranger@gmail.com');
    expect(await rulesOf(campaign)).toEqual([]);
    await byLink(code, 'colleague@orchard-fruits.io');
    await byLink(code, 'gone@eu.mailinator.com');
    expect(await rulesOf(campaign)).toEqual(['disposable-email: hold', 'same-company-domain: flag']);
  });

  test('a rule that the campaign has off finds nothing', async () => {
    const campaign = await aPublishedCampaign(operator, { fraud: { 'disposable-email': 'off' } });
    await byLink((await campaign.referrer()).code, 'gone@mailinator.com');
    expect(await rulesOf(campaign)).toEqual([]);
  });
});

describe('P7 at sign-up: network and browser', () => {
  const home = '203.0.113.7';

  async function aJoinedReferrer(browser = aBrowser(api, home)) {
    const campaign = await aPublishedCampaign(operator);
    const page = await browser.submit(`/join/${campaign.slug}`, aPerson(anAddress('joined')));
    const code = /\/r\/([a-z2-9]{10})/.exec(page.text)?.[1] ?? '';
    return { campaign, code, browser };
  }

  test('the referrer’s address is found, also under another address of the same IPv6 network', async () => {
    const { campaign, code } = await aJoinedReferrer();
    await aBrowser(api, '::ffff:203.0.113.7').submit(`/r/${code}/sign-up`, aPerson());
    expect(await rulesOf(campaign)).toEqual(['same-ip: flag']);
    const six = await aJoinedReferrer(aBrowser(api, '2001:db8:1:2::1'));
    await aBrowser(api, '2001:db8:1:2:ffff::9').submit(`/r/${six.code}/sign-up`, aPerson());
    expect(await rulesOf(six.campaign)).toEqual(['same-ip: flag']);
  });

  test.each([
    ['the address next door', home, '203.0.113.8'],
    ['an address that is nobody’s own', '10.0.0.7', '10.0.0.7'],
  ])('near miss: %s', async (_, joinedFrom, signedUpFrom) => {
    const { campaign, code } = await aJoinedReferrer(aBrowser(api, joinedFrom));
    await aBrowser(api, signedUpFrom).submit(`/r/${code}/sign-up`, aPerson());
    expect(await rulesOf(campaign)).toEqual([]);
  });

  test('near miss: a company’s server signs up everybody from one address', async () => {
    const campaign = await aPublishedCampaign(operator);
    const send = (url: string) =>
      api.send<{ link: string }>({ method: 'POST', url, payload: aPerson(), remoteAddress: home });
    const { body } = await send(`/join/${campaign.slug}`);
    await send(`${new URL(body.link).pathname}/sign-up`);
    expect(await rulesOf(campaign)).toEqual([]);
  });

  test('the referrer’s browser is found from any address, and other friends of one browser are', async () => {
    const { campaign, code, browser } = await aJoinedReferrer(aBrowser(api));
    await browser.submit(`/r/${code}/sign-up`, aPerson());
    const [own] = await findingsOf(campaign);
    expect(own).toMatchObject({ rule: 'same-device', severity: 'hold', evidence: { referrersOwn: 'yes' } });

    const friends = aBrowser(api);
    await friends.submit(`/r/${code}/sign-up`, aPerson());
    expect(await findingsOf(campaign)).toHaveLength(1);
    const first = await referralOf(campaign);
    await friends.submit(`/r/${code}/sign-up`, aPerson());
    expect((await findingsOf(campaign))[0]).toMatchObject({
      rule: 'same-device',
      evidence: { referrersOwn: 'no', referralIds: [first] },
    });
  });

  test('near miss: one browser signs up with two referrers', async () => {
    const campaign = await aPublishedCampaign(operator);
    const browser = aBrowser(api);
    for (const { code } of [await campaign.referrer(), await campaign.referrer()])
      await browser.submit(`/r/${code}/sign-up`, aPerson());
    expect(await rulesOf(campaign)).toEqual([]);
  });

  test('neither is stored as it is, and one address is another hash in another workspace', async () => {
    const { code, browser } = await aJoinedReferrer();
    await browser.submit(`/r/${code}/sign-up`, aPerson());
    const foreign = await api.operator('Foreign');
    const theirs = await aPublishedCampaign(foreign);
    await aBrowser(api, home).submit(`/join/${theirs.slug}`, aPerson());
    const hashes = async (workspaceId: string) =>
      new Set(
        await column(
          sql`select ip_hash as text from visit_traces where ip_hash is not null and workspace_id = ${workspaceId}`,
        ),
      );
    const [ours, others] = [await hashes(operator.workspaceId), await hashes(foreign.workspaceId)];
    for (const hash of [...ours, ...others]) expect(hash).toMatch(/^[\w-]{22}$/);
    expect([...others].filter((hash) => ours.has(hash))).toEqual([]);
    const devices = await column(
      sql`select device_hash as text from visit_traces where device_hash is not null`,
    );
    for (const visit of browser.cookies.values()) expect(devices).not.toContain(visit);
  });
});

describe('P7 at sign-up: numbers and rings', () => {
  test('velocity: of twelve sign-ups at once with one referrer those beyond the tenth are found, each once', async () => {
    const campaign = await aPublishedCampaign(operator, { velocity: { signUps: 10, minutes: 5 } });
    const [busy, quiet] = [await campaign.referrer(), await campaign.referrer()];
    await Promise.all([
      ...Array.from({ length: 12 }, () => byLink(busy.code)),
      ...Array.from({ length: 10 }, () => byLink(quiet.code)),
    ]);
    const found = await findingsOf(campaign);
    expect(found.map(({ rule, evidence }) => [rule, evidence['signUps']]).sort()).toEqual([
      ['velocity', 11],
      ['velocity', 12],
    ]);
    expect(found[0]?.evidence).toMatchObject({ allowed: 10, minutes: 5 });
  });

  test('near miss: as many sign-ups, but not within the minutes', async () => {
    const campaign = await aPublishedCampaign(operator, { velocity: { signUps: 2, minutes: 5 } });
    const { code } = await campaign.referrer();
    for (let i = 0; i < 4; i += 1) {
      await byLink(code);
      await api.database.system.execute(sql`
        update referrals set signed_up_at = signed_up_at - interval '3 minutes'
        where campaign_id = ${fromPublicId('campaign', campaign.id)}`);
    }
    expect(await rulesOf(campaign)).toEqual([]);
  });

  test('ring: when the second refers the first, both referrals are found, each naming the other', async () => {
    const campaign = await aPublishedCampaign(operator);
    const [ann, bob] = [await campaign.referrer(), await campaign.referrer()];
    await byLink(ann.code, bob.email);
    const bobs = await referralOf(campaign);
    expect(await rulesOf(campaign)).toEqual([]);
    await byLink(bob.code, ann.email);
    const anns = await referralOf(campaign);
    const found = await findingsOf(campaign);
    expect(
      found.map(({ rule, referralId, evidence }) => [rule, referralId, evidence['referralIds']]).sort(),
    ).toEqual(
      [
        ['ring', anns, [bobs]],
        ['ring', bobs, [anns]],
      ].sort(),
    );
  });

  test('near miss: a chain of three, and the same two in another campaign', async () => {
    const [one, two] = [await aPublishedCampaign(operator), await aPublishedCampaign(operator)];
    const [ann, bob, cem] = [await one.referrer(), await one.referrer(), await one.referrer()];
    await byLink(ann.code, bob.email);
    await byLink(bob.code, cem.email);
    await byLink((await two.referrer(bob.email)).code, ann.email);
    expect([await rulesOf(one), await rulesOf(two)]).toEqual([[], []]);
  });
});

describe('P7: what is kept', () => {
  test('no finding, line or rejection holds an address of mail or network in clear', async () => {
    const stored = await column(sql`
      select evidence::text as text from fraud_findings
      union all select facts::text from timeline_events
      union all select to_jsonb(r)::text from attribution_rejections r`);
    expect(stored.length).toBeGreaterThan(10);
    for (const text of stored) expect(text).not.toMatch(/@|203\.0\.113|2001:db8|mailinator|orchard/);
  });

  test('lists narrow by state, rule and referral, each finding once over the pages', async () => {
    const campaign = await aPublishedCampaign(operator);
    const { code } = await campaign.referrer();
    for (let i = 0; i < 3; i += 1) await byLink(code, `gone-${i}@mailinator.com`);
    const all = await findingsOf(campaign);
    expect(all).toHaveLength(3);
    const { body } = await operator.call('GET', `/fraud-findings?campaignId=${campaign.id}&limit=2`);
    const rest = await findingsOf(campaign, `&limit=2&after=${body.next}`);
    expect([...body.items, ...rest].map(({ id }) => id)).toEqual(all.map(({ id }) => id));
    expect(await findingsOf(campaign, '&state=released')).toEqual([]);
    expect(await findingsOf(campaign, '&rule=ring')).toEqual([]);
    expect(await findingsOf(campaign, `&referralId=${all[0]?.referralId}`)).toHaveLength(1);
    expect((await operator.call('GET', `/fraud-findings/${all[0]?.id}`)).body).toEqual(all[0]);
  });
});

describe('P7: the operator', () => {
  async function aFinding(): Promise<Finding> {
    const campaign = await aPublishedCampaign(operator);
    await byLink((await campaign.referrer()).code, `${anAddress('gone').split('@')[0]}@mailinator.com`);
    const [finding] = await findingsOf(campaign);
    if (!finding) throw new Error('Nothing was found');
    return finding;
  }

  test('decides with a note, which the story shows with who decided', async () => {
    const { id, referralId } = await aFinding();
    const note = 'Called them; it is a real person.';
    const { status, body } = await operator.call('POST', `/fraud-findings/${id}/release`, { note });
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({ state: 'released', note, decidedBy: expect.stringMatching(/^key_/) }),
    ]);
    const timeline = await operator.call('GET', `/referrals/${referralId}/timeline`);
    expect(timeline.body.items.at(-1)).toMatchObject({
      kind: 'fraud-released',
      facts: { findingId: id, rule: 'disposable-email', note },
    });
  });

  test('two operators at once: one decides, the other is told that it was decided', async () => {
    const { id } = await aFinding();
    const answers = await Promise.all(
      ['release', 'reject', 'release', 'reject'].map((order) =>
        operator.call('POST', `/fraud-findings/${id}/${order}`, { note: order }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    const { body } = await operator.call('GET', `/fraud-findings/${id}`);
    expect(body).toEqual(answers.find(({ status }) => status === 200)?.body);
    expect(answers.find(({ status }) => status === 409)?.body.detail).toContain('already');
  });

  test('is told of a ring that closes after the first reward was issued, which stays as it is', async () => {
    const rewardId = await aStoredReward(api, operator, { status: 'issued', accrued: true });
    const { body: reward } = await operator.call('GET', `/rewards/${rewardId}`);
    const { body: first } = await operator.call('GET', `/referrals/${reward['referralId']}`);
    const { body: referrer } = await operator.call('GET', `/referrers/${reward['referrerId']}`);
    const emailOf = ({ person }: Record<string, unknown>) => (person as { email: string }).email;
    const back = await operator.call('POST', `/campaigns/${reward['campaignId']}/referrers`, {
      firstName: 'Bob',
      email: emailOf(first),
    });
    await byLink(String(back.body['code']), emailOf(referrer));

    const { body: told } = await operator.call('GET', `/referrals/${first.id}`);
    const [ring] = told['findings'] as Finding[];
    expect(ring).toMatchObject({ rule: 'ring', state: 'open', rewardOrdered: true });
    const rejected = await operator.call('POST', `/fraud-findings/${ring?.id}/reject`, { note: 'a ring' });
    expect(rejected.body).toMatchObject({ state: 'rejected', rewardOrdered: true });
    const { body: after } = await operator.call('GET', `/rewards/${rewardId}`);
    expect(after).toEqual(reward);
  });

  test('must say why', async () => {
    const { id } = await aFinding();
    for (const body of [{}, { note: ' ' }, { note: 'a\nb' }, { note: 'x'.repeat(501) }])
      expect((await operator.call('POST', `/fraud-findings/${id}/reject`, body)).status).toBe(400);
    expect((await operator.call('POST', '/fraud-findings/fnd_none/reject', { note: 'x' })).status).toBe(404);
  });
});
