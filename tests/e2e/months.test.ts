import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY_MS } from '../../domain/time.ts';
import { aDealCampaign } from '../support/campaigns.ts';
import { type Product, startProduct } from '../support/product.ts';
import { eventually, fastForward } from '../support/time.ts';

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product?.stop());

async function aWonDealInItsHold(): Promise<{ id: string; email: string; deal: string; workflowId: string }> {
  const campaign = await aDealCampaign(product.api, { holdDays: 30 });
  const email = await product.signUp(await product.referrer(campaign));
  const { id } = await product.referral(email, ({ enteredAt }) => enteredAt !== null);
  const deal = await product.dealOf(id);
  await product.portal.editDeal(deal, { amount: '1000', dealstage: 'closedwon' });
  await product.referral(email, ({ status }) => status === 'qualified');
  const workflowId = `referral:${id}`;
  await eventually('the workflow waits for the end of the hold', async () => {
    const { events } = await product.temporal.workflow.getHandle(workflowId).fetchHistory();
    return events?.some((event) => event.timerStartedEventAttributes);
  });
  return { id, email, deal, workflowId };
}

const rewardStatus = async (referralId: string) => {
  const { items } = await product.api.get<{ items: { referralId: string; status: string }[] }>(
    '/rewards?limit=100',
  );
  return items.filter((each) => each.referralId === referralId).map(({ status }) => status);
};

describe('a hold of thirty days', () => {
  test('P3: ends with the reward issued, although everything was restarted in the middle', async () => {
    const { id, email, workflowId } = await aWonDealInItsHold();
    await fastForward(product.temporal, workflowId, 15 * DAY_MS);
    expect(await rewardStatus(id)).toEqual(['held']);

    for (const part of ['api', 'worker', 'sandbox', 'temporal', 'postgres'] as const)
      await product.stack.stopPart(part);
    for (const part of ['postgres', 'temporal', 'sandbox', 'api', 'worker'] as const)
      await product.stack.startPart(part);
    await product.portal.control.put('/limits', { enabled: false });

    await fastForward(product.temporal, workflowId, 16 * DAY_MS);
    await product.referral(email, ({ status }) => status === 'rewarded');
    expect(await rewardStatus(id)).toEqual(['issued']);
    const [ledger] = await product.sql`
      select sum(l.amount_minor)::int as owed, count(*)::int as entries
      from ledger_entries l join rewards r on r.id = l.reward_id`;
    expect(ledger).toMatchObject({ owed: 0, entries: 2 });
  });

  test('P3: a deal that left its stage with the notice lost is not paid at the end of the hold', async () => {
    const { id, email, deal, workflowId } = await aWonDealInItsHold();
    await product.portal.control.put('/webhooks', { enabled: false });
    await product.portal.editDeal(deal, { dealstage: 'contractsent' });
    await fastForward(product.temporal, workflowId, 31 * DAY_MS);
    await product.referral(email, ({ status }) => status === 'registered');
    expect(await rewardStatus(id)).toEqual(['voided']);
    await product.portal.control.put('/webhooks', { enabled: true });
  });
});
