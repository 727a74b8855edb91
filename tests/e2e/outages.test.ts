import { readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aDealCampaign } from '../support/campaigns.ts';
import { type Product, startProduct } from '../support/product.ts';
import { eventually } from '../support/time.ts';

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product?.stop());

const entered = ({ enteredAt }: { enteredAt: string | null }) => enteredAt !== null;
const createsOf = async (key: string) => {
  const { results } = await product.portal.control.get<{ results: { key: string | null }[] }>('/creates');
  return results.filter((each) => each.key === key).length;
};

describe('with Temporal stopped', () => {
  test('sign-ups and webhooks are accepted, and complete once it is there again', async () => {
    const campaign = await aDealCampaign(product.api);
    const link = await product.referrer(campaign);
    const before = await product.signUp(link);
    const open = await product.referral(before, entered);
    const deal = await product.dealOf(open.id);
    await product.stack.stopPart('temporal');

    const during = await product.signUp(link);
    await product.portal.editDeal(deal, { amount: '500', dealstage: 'closedwon' });
    await eventually(
      'HubSpot’s notices are accepted',
      async () => (await product.portal.pendingDeliveries()) === 0,
    );
    const [inbox] = await product.sql`select count(*)::int as n from webhook_inbox where kind = 'changed'`;
    expect(inbox?.['n']).toBeGreaterThan(0);
    expect(await product.referral(during)).toMatchObject({ status: 'registered', enteredAt: null });

    await product.stack.startPart('temporal');
    await product.referral(during, entered);
    await product.referral(before, ({ status }) => status === 'rewarded');
  });

  test('with Temporal’s database deleted every open referral is rebuilt, and nothing is doubled', async () => {
    const campaign = await aDealCampaign(product.api);
    const link = await product.referrer(campaign);
    const emails = [await product.signUp(link), await product.signUp(link), await product.signUp(link)];
    for (const email of emails) await product.referral(email, entered);
    const [rewarded = '', ...open] = emails;
    const first = await product.referral(rewarded);
    await product.portal.editDeal(await product.dealOf(first.id), { amount: '900', dealstage: 'closedwon' });
    await product.referral(rewarded, ({ status }) => status === 'rewarded');

    await product.stack.stopPart('temporal');
    const folder = join(dirname(dirname(product.stack.logFile('temporal'))), 'temporal');
    for (const file of readdirSync(folder)) rmSync(join(folder, file));
    await product.stack.startPart('temporal');
    await eventually(
      'the workflows of the open referrals run again',
      async () => {
        const running: string[] = [];
        for await (const run of product.temporal.workflow.list({ query: 'ExecutionStatus = "Running"' }))
          running.push(run.workflowId);
        const ids = await Promise.all(open.map(async (email) => (await product.referral(email)).id));
        return (
          ids.every((id) => running.includes(`referral:${id}`)) && !running.includes(`referral:${first.id}`)
        );
      },
      { withinMs: 60_000 },
    );

    for (const email of open) {
      const { id } = await product.referral(email);
      await product.portal.editDeal(await product.dealOf(id), { amount: '300', dealstage: 'closedwon' });
      await product.referral(email, ({ status }) => status === 'rewarded');
      expect(await createsOf(email)).toBe(1);
      expect(await createsOf(id)).toBe(1);
    }
    const [orders] = await product.sql`
      select count(*)::int as orders, count(distinct reward_id)::int as rewards from manual_orders`;
    expect(orders?.['orders']).toBe(orders?.['rewards']);
  });
});
