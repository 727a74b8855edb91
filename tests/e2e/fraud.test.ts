import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aPropertyCampaign } from '../support/campaigns.ts';
import { anEmail, type Product, startProduct } from '../support/product.ts';
import { eventually } from '../support/time.ts';

let product: Product;
beforeAll(async () => {
  product = await startProduct({ env: { TRUSTED_PROXIES: '127.0.0.1' } });
});
afterAll(() => product?.stop());

interface Reward {
  readonly referralId: string;
  readonly status: string;
  readonly why: string | null;
}
interface Finding {
  readonly id: string;
  readonly rule: string;
  readonly severity: string;
  readonly state: string;
}
const rewardOf = async (referralId: string) =>
  (await product.api.get<{ items: Reward[] }>('/rewards?limit=100')).items.find(
    (reward) => reward.referralId === referralId,
  );
const findingsOf = async (referralId: string) =>
  (await product.api.get<{ findings: Finding[] }>(`/referrals/${referralId}`)).findings;
const throwAway = () => anEmail('gone').replace('people.example', 'mailinator.com');

describe('P7: fraud checks of the whole product', () => {
  test('one held reward is released and issued once, one is rejected and voided, others are not touched', async () => {
    const campaign = await aPropertyCampaign(product.api);
    const link = await product.referrer(campaign);
    const convert = async (email: string) => {
      await product.signUp(link, { email });
      const { id } = await product.referral(email, ({ enteredAt }) => enteredAt !== null);
      const contact = await product.contactOf(email);
      await product.portal.editContact(contact.id, { hs_lead_status: 'CONNECTED' });
      return { id, email };
    };
    const [honest, lucky, fraud] = [
      await convert(anEmail('friend')),
      await convert(throwAway()),
      await convert(throwAway()),
    ];
    await product.referral(honest.email, ({ status }) => status === 'rewarded');
    for (const { id, email } of [lucky, fraud]) {
      await product.referral(email, ({ status }) => status === 'qualified');
      expect(await rewardOf(id)).toMatchObject({
        status: 'needs_review',
        why: expect.stringContaining('"disposable-email"'),
      });
    }

    const decide = async (id: string, order: 'release' | 'reject') => {
      const [finding] = await findingsOf(id);
      await product.api.post(`/fraud-findings/${finding?.id}/${order}`, { note: 'looked at it' });
    };
    await decide(fraud.id, 'reject');
    await decide(lucky.id, 'release');
    await product.referral(lucky.email, ({ status }) => status === 'rewarded');
    await product.referral(fraud.email, ({ settledAt }) => settledAt !== null);

    const statuses = [await rewardOf(honest.id), await rewardOf(lucky.id), await rewardOf(fraud.id)];
    expect(statuses.map((reward) => reward?.status)).toEqual(['issued', 'issued', 'voided']);
    const [money] = await product.sql`
      select (select count(*)::int from manual_orders) as orders, (select sum(amount_minor)::int from ledger_entries) as owed`;
    expect(money).toEqual({ orders: 2, owed: 0 });
    expect(await product.timeline(lucky.id)).toEqual(
      expect.arrayContaining(['fraud-found', 'reward-needs-review', 'fraud-released', 'reward-issued']),
    );
    expect(await product.timeline(fraud.id)).toEqual(
      expect.arrayContaining(['fraud-rejected', 'reward-voided']),
    );
  });
});

describe('P10: a visit through the real pages', () => {
  test('the friend comes back without the link, the referrer has the credit, and one address and browser are noticed', async () => {
    const campaign = await aPropertyCampaign(product.api);
    const { slug } = await product.api.get<{ slug: string }>(`/campaigns/${campaign}`);
    const address = '203.0.113.77';
    const at = (path: string) => new URL(path, product.stack.urls.app).href;
    let cookie = '';
    const ask = async (url: string, form?: Record<string, string>) => {
      const answer = await fetch(url, {
        redirect: 'manual',
        headers: { cookie, 'x-forwarded-for': address },
        ...(form && { method: 'POST', body: new URLSearchParams(form) }),
      });
      cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? cookie;
      return { status: answer.status, text: await answer.text() };
    };
    const joined = await ask(at(`/join/${slug}`), { firstName: 'Rhea', email: anEmail('referrer') });
    const link = /value="([^"]*\/r\/[a-z2-9]{10})"/.exec(joined.text)?.[1] ?? '';
    const device = cookie;
    expect(device).toMatch(/^vf_visit_cmp_/);
    expect((await ask(link)).status).toBe(302);
    expect(cookie).toBe(device);
    expect((await ask(at(`/c/${slug}`))).text).toContain(`action="/c/${slug}/sign-up"`);
    const email = anEmail('friend');
    const thanks = await ask(at(`/c/${slug}/sign-up`), { firstName: 'Finn', email });
    expect([thanks.status, thanks.text.includes('Thank you')]).toEqual([200, true]);

    const { id } = await product.referral(email, ({ enteredAt }) => enteredAt !== null);
    const found = await findingsOf(id);
    expect(found.map(({ rule, severity }) => `${rule}: ${severity}`).sort()).toEqual([
      'same-device: hold',
      'same-ip: flag',
    ]);
    const log = await eventually('the api has logged', async () =>
      readFileSync(product.stack.logFile('api'), 'utf8'),
    );
    for (const trace of [address, device.split('=')[1] ?? '']) expect(log).not.toContain(trace);
  });
});
