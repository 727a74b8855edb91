import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aDealCampaign, aPropertyCampaign, aSyncCampaign } from '../support/campaigns.ts';
import { afterSignUp, anEmail, type Product, startProduct } from '../support/product.ts';
import { eventually } from '../support/time.ts';
import { countActions } from '../support/workflow-run.ts';

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product?.stop());

const rewardsOf = async (referralId: string) =>
  (
    await product.api.get<{
      items: {
        referralId: string;
        status: string;
        amountMinor: number;
        currency: string;
        reason: string | null;
      }[];
    }>('/rewards?limit=100')
  ).items.filter((each) => each.referralId === referralId);

describe('a referral by deal stage', () => {
  test('S1 S43 S56 S58 S77: sign-up makes contact and deal, Closed Won pays ten percent of the amount, for at most six actions', async () => {
    const campaign = await aDealCampaign(product.api);
    const email = await product.signUp(await product.referrer(campaign));
    const entered = await product.referral(email, ({ enteredAt }) => enteredAt !== null);
    const deal = await product.dealOf(entered.id);
    const before = (await product.portal.deals()).find(({ id }) => id === deal);
    expect(before?.properties).toMatchObject({ dealstage: 'qualifiedtobuy', pipeline: 'default' });

    await product.portal.editDeal(deal, { amount: '1234.56', dealstage: 'closedwon' });
    const rewarded = await product.referral(email, ({ status }) => status === 'rewarded');

    expect(await rewardsOf(rewarded.id)).toMatchObject([
      { status: 'issued', amountMinor: 12_346, currency: 'USD' },
    ]);
    expect(await product.timeline(rewarded.id)).toEqual([
      'signed-up',
      'contact-created',
      'deal-created',
      'qualified',
      'reward-accrued',
      'reward-issued',
    ]);
    const workflowId = `referral:${rewarded.id}`;
    await product.temporal.workflow.getHandle(workflowId).result();
    const { actions, events } = await countActions(product.temporal, workflowId);
    expect(actions).toBeLessThanOrEqual(6);
    expect(events).toBeLessThanOrEqual(32);
  });

  test('S47 S60: a contact that exists gets a deal of its own, and nothing that HubSpot holds of it changes', async () => {
    const email = anEmail('customer');
    await product.portal.control.post(`/portals/${product.portal.portalId}/contacts`, {
      contacts: [{ properties: { email, firstname: 'Original', lifecyclestage: 'customer' } }],
    });
    const campaign = await aDealCampaign(product.api);
    await product.signUp(await product.referrer(campaign), { email, firstName: 'Changed' });
    const referral = await product.referral(email, ({ enteredAt }) => enteredAt !== null);

    const contact = await product.contactOf(email);
    expect(contact.properties).toMatchObject({ firstname: 'Original', lifecyclestage: 'customer' });
    expect(await product.timeline(referral.id)).toContain('contact-found');
    await product.portal.editDeal(await product.dealOf(referral.id), {
      amount: '100',
      dealstage: 'closedwon',
    });
    await product.referral(email, ({ status }) => status === 'rewarded');
  });

  test('S84: a deal won without an amount makes no wrong reward; it waits for a person', async () => {
    const campaign = await aDealCampaign(product.api);
    const email = await product.signUp(await product.referrer(campaign));
    const { id } = await product.referral(email, ({ enteredAt }) => enteredAt !== null);
    await product.portal.editDeal(await product.dealOf(id), { dealstage: 'closedwon' });
    await product.referral(email, ({ status }) => status === 'qualified');
    expect(await rewardsOf(id)).toMatchObject([
      { status: 'needs_review', amountMinor: null, reason: 'sale-value-empty' },
    ]);
  });
});

describe('a referral by contact property', () => {
  test('S50 S51 S52: the initial value is written, and the second of two qualifying values qualifies', async () => {
    const campaign = await aPropertyCampaign(product.api);
    const email = await product.signUp(await product.referrer(campaign));
    await product.referral(email, ({ enteredAt }) => enteredAt !== null);
    const contact = await product.contactOf(email);
    expect(contact.properties['hs_lead_status']).toBe('NEW');
    await product.portal.editContact(contact.id, { hs_lead_status: 'IN_PROGRESS' });
    const { id } = await product.referral(email, ({ status }) => status === 'rewarded');
    expect(await rewardsOf(id)).toMatchObject([{ status: 'issued', amountMinor: 2_500 }]);
  });

  test('S45: without a reward it qualifies all the same and is then settled', async () => {
    const campaign = await aPropertyCampaign(product.api, { rewards: [] });
    const email = await product.signUp(await product.referrer(campaign));
    const { id } = await product.referral(email, ({ enteredAt }) => enteredAt !== null);
    await product.portal.editContact((await product.contactOf(email)).id, { hs_lead_status: 'CONNECTED' });
    await product.referral(email, ({ status, settledAt }) => status === 'qualified' && settledAt !== null);
    expect(await rewardsOf(id)).toEqual([]);
  });

  test('S67: a property that reaches a qualifying value twice earns one reward', async () => {
    const campaign = await aPropertyCampaign(product.api);
    const email = await product.signUp(await product.referrer(campaign));
    const { id } = await product.referral(email, ({ enteredAt }) => enteredAt !== null);
    const contact = await product.contactOf(email);
    for (const value of ['CONNECTED', 'NEW', 'CONNECTED']) {
      await product.portal.editContact(contact.id, { hs_lead_status: value });
    }
    await product.referral(email, ({ status }) => status === 'rewarded');
    expect(await rewardsOf(id)).toHaveLength(1);
  });

  test('S68: a contact that was at a qualifying value before the sign-up waits for a person; a later change qualifies', async () => {
    const email = anEmail('connected');
    const [contactId = ''] = (
      await product.portal.control.post<{ ids: string[] }>(`/portals/${product.portal.portalId}/contacts`, {
        contacts: [
          {
            properties: { email, firstname: 'Early', hs_lead_status: 'CONNECTED' },
            at: '2026-01-01T00:00:00.000Z',
          },
        ],
      })
    ).ids;
    const campaign = await aPropertyCampaign(product.api);
    await product.signUp(await product.referrer(campaign), { email });
    const referral = await product.referral(email, ({ enteredAt }) => enteredAt !== null);
    await eventually('it is shown to the operator', async () => {
      const view = await product.api.get<{ alreadyQualified: string | null }>(`/referrals/${referral.id}`);
      return view.alreadyQualified === 'pending';
    });
    expect(await rewardsOf(referral.id)).toEqual([]);

    await eventually(
      'six seconds lie after the sign-up',
      async () => Date.now() > Date.parse(afterSignUp(referral)) + 1_000,
    );
    await product.portal.editContact(contactId, { hs_lead_status: 'NEW' });
    await product.portal.editContact(contactId, { hs_lead_status: 'CONNECTED' });
    await product.referral(email, ({ status }) => status === 'rewarded');
  });

  test('one contact in three campaigns: one change leads to three decisions and three rewards', async () => {
    const email = anEmail('threefold');
    for (const name of ['One', 'Two', 'Three']) {
      await product.signUp(await product.referrer(await aPropertyCampaign(product.api, { name })), { email });
    }
    const mine = async () => (await product.referrals()).filter(({ person }) => person.email === email);
    await eventually('all three are in HubSpot', async () =>
      (await mine()).every(({ enteredAt }) => enteredAt),
    );
    const last = (await mine()).map(afterSignUp).sort().at(-1) ?? '';
    await eventually(
      'six seconds lie after the last sign-up',
      async () => Date.now() > Date.parse(last) + 1_000,
    );
    await product.portal.editContact((await product.contactOf(email)).id, { hs_lead_status: 'CONNECTED' });
    const rewarded = await eventually('all three are rewarded', async () => {
      const all = await mine();
      return all.length === 3 && all.every(({ status }) => status === 'rewarded') && all;
    });
    for (const { id } of rewarded) {
      const { items } = await product.api.get<{ items: { result: string }[] }>(`/referrals/${id}/verdicts`);
      expect(items.filter(({ result }) => result === 'qualified')).toHaveLength(1);
    }
    const { results } = await product.portal.control.get<{ results: { key: string | null }[] }>('/creates');
    expect(results.filter(({ key }) => key === email)).toHaveLength(1);
  });
});

describe('a contact sync', () => {
  test('S2 S19 S21 S23 S41: every contact gets its link, a second run changes nothing, counters stay true', async () => {
    const email = anEmail('synced');
    await product.portal.control.post(`/portals/${product.portal.portalId}/contacts`, {
      contacts: [{ properties: { email, firstname: 'Synced' } }, { properties: { firstname: 'No address' } }],
    });
    const campaign = await aSyncCampaign(product.api);
    const run = async () => {
      await product.api.post(`/campaigns/${campaign}/sync`);
      return eventually('the run has ended', async () => {
        const now = await product.api.get<{
          state: string;
          enrolled: number;
          linked: number;
          skipped: Record<string, number>;
        }>(`/campaigns/${campaign}/sync`);
        return now.state === 'completed' && now;
      });
    };
    const first = await run();
    expect(first.enrolled).toBeGreaterThan(0);
    expect(first.skipped['no-email']).toBeGreaterThan(0);
    const link = (await product.contactOf(email)).properties['referral_link'] ?? '';
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/r\/[a-z2-9]{10}$/);

    const second = await run();
    expect(second).toMatchObject({ enrolled: 0, linked: 0 });

    await product.signUp(link);
    await eventually(
      'HubSpot counts the friend',
      async () => (await product.contactOf(email)).properties['friends_referred'] === '1',
    );
  });
});
