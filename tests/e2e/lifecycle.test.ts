import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aDealCampaign, aPropertyCampaign, aSyncCampaign, aSyncOnlyCampaign } from '../support/campaigns.ts';
import { type Mailbox, startMailbox } from '../support/mailbox.ts';
import { afterSignUp, anEmail, type Product, startProduct } from '../support/product.ts';
import { eventually } from '../support/time.ts';
import { countActions } from '../support/workflow-run.ts';

let product: Product;
let mailbox: Mailbox;
beforeAll(async () => {
  mailbox = await startMailbox();
  product = await startProduct({ env: { SMTP_URL: mailbox.url } });
});
afterAll(async () => {
  await product?.stop();
  await mailbox?.stop();
});

/** An operator's "look now": a nudge of the connection, as a reconnect sends it. */
async function nudgeConnection(): Promise<void> {
  for await (const { workflowId } of product.temporal.workflow.list({
    query: 'WorkflowType = "connectionLifecycle"',
  })) {
    await product.temporal.workflow.getHandle(workflowId).signal('nudged', { kind: 'order' });
  }
}

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
  test('S1 S3 S43 S56 S58 S77: sign-up makes an ordinary contact and deal, Closed Won pays ten percent of the amount, for at most six actions', async () => {
    const campaign = await aDealCampaign(product.api);
    const email = await product.signUp(await product.referrer(campaign));
    const entered = await product.referral(email, ({ enteredAt }) => enteredAt !== null);
    const deal = await product.dealOf(entered.id);
    const before = (await product.portal.deals()).find(({ id }) => id === deal);
    expect(before?.properties).toMatchObject({ dealstage: 'qualifiedtobuy', pipeline: 'default' });
    expect((await product.contactOf(email)).properties).toMatchObject({
      firstname: 'Finn',
      lifecyclestage: 'lead',
    });

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
  test('S44 S50 S51 S52: the initial value is written, and the second of two qualifying values qualifies', async () => {
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

  test('S16: one contact in three campaigns: one change leads to three decisions and three rewards', async () => {
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

describe('properties of the company’s own', () => {
  test('S53 S55: a custom text property qualifies by its whole value, whatever the case and the spaces around it', async () => {
    await product.portal.makeProperties([
      { name: 'onboarding', label: 'Onboarding', type: 'string', fieldType: 'text' },
    ]);
    const watched = { property: 'onboarding', qualifyingValues: ['Completed'] };
    const campaign = await aPropertyCampaign(product.api, { watched });
    const email = await product.signUp(await product.referrer(campaign));
    const { id } = await product.referral(email, ({ enteredAt }) => enteredAt !== null);
    const contact = await product.contactOf(email);
    await product.portal.editContact(contact.id, { onboarding: 'Not completed' });
    await product.portal.editContact(contact.id, { onboarding: '  COMPLETED ' });
    // Nobody subscribed to this property: the incremental reader notices it, on demand here.
    await nudgeConnection();
    await product.referral(email, ({ status }) => status === 'rewarded');
    expect(await rewardsOf(id)).toHaveLength(1);
  });

  test('S79 S80: the sale value may be any other number of the deal', async () => {
    await product.portal.control.post(`/portals/${product.portal.portalId}/properties`, {
      objectType: 'deals',
      name: 'first_year_value',
      label: 'First year',
      type: 'number',
      fieldType: 'number',
    });
    const campaign = await aDealCampaign(product.api, { saleValueProperty: 'first_year_value' });
    const email = await product.signUp(await product.referrer(campaign));
    const { id } = await product.referral(email, ({ enteredAt }) => enteredAt !== null);
    const deal = await product.dealOf(id);
    await product.portal.editDeal(deal, { amount: '99999', first_year_value: '480', dealstage: 'closedwon' });
    await product.referral(email, ({ status }) => status === 'rewarded');
    expect(await rewardsOf(id)).toMatchObject([{ amountMinor: 4_800 }]);
  });
});

describe('a contact sync', () => {
  test('S17 S20: works in a campaign that does nothing else, and no e-mail leaves', async () => {
    const email = anEmail('links-only');
    await product.portal.makeProperties([
      { name: 'links_only', label: 'Links only', type: 'string', fieldType: 'text' },
    ]);
    await product.portal.control.post(`/portals/${product.portal.portalId}/contacts`, {
      contacts: [{ properties: { email, firstname: 'Quiet' } }],
    });
    const campaign = await aSyncOnlyCampaign(product.api, 'links_only');
    await product.api.post(`/campaigns/${campaign}/sync`);
    await eventually(
      'the contact has its link',
      async () => (await product.contactOf(email)).properties['links_only'],
    );
    expect(mailbox.connections).toBe(0);
  });

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
