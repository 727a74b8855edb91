import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiUnderTest, type Operator, startApi } from './api-under-test.ts';
import { aStoredReward } from './stored-reward.ts';

let api: ApiUnderTest;
let operator: Operator;
beforeAll(async () => {
  api = await startApi();
  operator = await api.operator();
});
afterAll(() => api.stop());

const nul = '\u0000';
const half = '\ud800';
const long = 'x'.repeat(70_000);
const texts = [
  '',
  ' ',
  nul,
  `a${nul}b`,
  half,
  long,
  '%00',
  '../..',
  '0',
  '-1',
  'null',
  "'; select 1 --",
  '\u{1f600}',
];
const values: readonly unknown[] = [null, true, 0, -1, 1e308, [], {}, [[]], { a: { b: [] } }, ...texts];

/** Bodies with one field wrong in every way that we could think of, the others right. */
function* spoilt(good: Readonly<Record<string, unknown>>): Generator {
  for (const field of Object.keys(good)) for (const value of values) yield { ...good, [field]: value };
}

const rule = (value: unknown) => ({
  personInvited: { action: 'create-contact', mappings: [] },
  qualification: {
    kind: 'contact-property',
    property: 'plan',
    initialValue: value,
    qualifyingValues: [value],
  },
});

test('no body of any kind makes a 500', async () => {
  const reward = (await operator.call('GET', `/rewards/${await aStoredReward(api, operator)}`)).body;
  const campaign = reward['campaignId'];
  const person = { firstName: 'A', lastName: 'B', email: 'a@example.com', phone: '1' };
  const routes = [
    [
      'POST',
      '/campaigns',
      { name: 'A', slug: 'a', landingUrl: 'https://a.example', expiryDays: 1, reversalDays: 1 },
    ],
    ['PATCH', `/campaigns/${campaign}`, { name: 'A', slug: 'b', landingUrl: null, status: 'published' }],
    [
      'PATCH',
      `/campaigns/${campaign}`,
      {
        attributionWindowDays: 30,
        attribution: 'last-touch',
        creditKept: 'first-referrer',
        fraud: { ring: 'hold' },
        velocity: { signUps: 1, minutes: 1 },
      },
    ],
    [
      'PUT',
      `/campaigns/${campaign}/hubspot`,
      { personInvited: {}, personReferring: {}, sync: {}, qualification: {}, saleValue: {}, rewards: [] },
    ],
    ['POST', `/campaigns/${campaign}/referrers`, person],
    ['POST', `/campaigns/${campaign}/referrals`, { ...person, referralCode: 'x', visit: 'x'.repeat(22) }],
    ['POST', '/fraud-findings/fnd_00000000000000000000000000/release', { note: 'x' }],
    ['POST', `/referrals/${reward['referralId']}/already-qualified`, { decision: 'accept' }],
    ['POST', `/rewards/${reward.id}/settle`, { amountMinor: 1, currency: 'USD' }],
    ['POST', `/rewards/${reward.id}/void`, { reason: 'x' }],
  ] as const;
  const broken: string[][] = [];
  for (const [method, path, good] of routes) {
    for (const body of [...spoilt(good), ...values]) {
      if (body === undefined || body === null || typeof body !== 'object') continue;
      const { status } = await operator.call(method, path, body);
      if (status >= 500) broken.push([method, path, JSON.stringify(body).slice(0, 200)]);
    }
  }
  for (const value of texts) {
    const { status } = await operator.call('PUT', `/campaigns/${campaign}/hubspot`, rule(value));
    if (status >= 500) broken.push(['PUT', 'rule', JSON.stringify(value).slice(0, 50)]);
  }
  const { body: shown } = await operator.call('GET', `/campaigns/${campaign}`);
  const publicBody = { ...person, code: 'x', visit: 'x'.repeat(22) };
  for (const payload of spoilt(publicBody)) {
    for (const url of [`/c/${shown['slug']}/sign-up`, '/r/nobodyhas2/sign-up']) {
      const { status } = await api.send({ method: 'POST', url, payload: payload as object });
      if (status >= 500) broken.push(['POST', url, JSON.stringify(payload).slice(0, 200)]);
    }
  }
  expect(broken).toEqual([]);
}, 120_000);

test('no path, query or header of any kind makes a 500', async () => {
  const odd = [...texts.slice(0, 5), 'x'.repeat(500), '%00', '%2e%2e', '%zz', '\u{1f600}'].map((text) =>
    text.startsWith('%') ? text : encodeURIComponent(text.toWellFormed()),
  );
  const broken: string[] = [];
  for (const word of odd) {
    const paths = [
      `/r/${word}`,
      `/c/${word}`,
      `/c/x?ref=${word}`,
      `/join/${word}`,
      `/hubspot/callback?code=${word}&state=${word}&error=`,
      `/hubspot/callback?error=${word}`,
      `/api/v1/campaigns/${word}`,
      `/api/v1/campaigns?after=${word}`,
      `/api/v1/referrals?campaignId=${word}&status=${word}`,
      `/api/v1/rewards?limit=${word}`,
      `/api/v1/fraud-findings?rule=${word}&after=${word}`,
      `/api/v1/fraud-findings?referralId=${word}`,
      `/api/v1/attribution-rejections?reason=${word}`,
      `/${word}`,
    ];
    for (const url of paths) {
      const { status } = await api.send({
        method: 'GET',
        url,
        headers: { authorization: `Bearer ${operator.apiKey}` },
      });
      if (status >= 500) broken.push(url);
    }
    const joined = await api.send({
      method: 'POST',
      url: `/join/${word}`,
      payload: { firstName: 'A', email: 'a@example.com' },
    });
    if (joined.status >= 500) broken.push(`POST /join/${word}`);
  }
  expect(broken).toEqual([]);
});

test('a cursor that is none is a 400 that says so', async () => {
  const { status, body } = await operator.call('GET', '/referrals?after=nonsense');
  expect([status, body.detail]).toEqual([400, expect.stringContaining('`after`')]);
});
