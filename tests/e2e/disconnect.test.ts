import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectPortal } from '../../stack/demo/http.ts';
import { aDealCampaign } from '../support/campaigns.ts';
import { type Product, startProduct } from '../support/product.ts';
import { eventually } from '../support/time.ts';

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product?.stop());

interface Request {
  readonly n: number;
  readonly at: string;
  readonly method: string;
  readonly path: string;
}
const requestsAfter = async (instant: number) => {
  const { results } = await product.portal.control.get<{ results: Request[] }>('/log?limit=10000');
  return results.filter(({ at, path }) => Date.parse(at) > instant && !path.startsWith('/sandbox'));
};

describe('disconnecting HubSpot', () => {
  test('S85 S86 S87: stops everything at once, queued work included; what was there stays; a reconnect goes on', async () => {
    const campaign = await aDealCampaign(product.api);
    const link = await product.referrer(campaign);
    const before = await product.signUp(link);
    const referral = await product.referral(before, ({ enteredAt }) => enteredAt !== null);

    await product.api.post('/hubspot/disconnect');
    const answeredAt = Date.now();
    const during = await product.signUp(link);
    await product.referral(during, ({ parkedReason }) => parkedReason === 'not-connected');
    await eventually('the grant was handed back', async () =>
      (await requestsAfter(0)).some(
        ({ method, path }) => method === 'DELETE' && path.includes('external-install'),
      ),
    );
    const late = (await requestsAfter(answeredAt + 1_000)).filter(
      ({ path }) => !/token|oauth|external-install|refresh-tokens/.test(path),
    );
    expect(late).toEqual([]);
    expect(await product.referral(before)).toMatchObject({ id: referral.id, status: 'registered' });
    expect((await product.portal.deals()).length).toBeGreaterThan(0);
    expect(await product.api.get('/hubspot')).toMatchObject({ status: 'disconnected' });

    await connectPortal(product.api, product.portal.portalId);
    await product.referral(during, ({ enteredAt }) => enteredAt !== null);
    await product.portal.editDeal(await product.dealOf(referral.id), {
      amount: '100',
      dealstage: 'closedwon',
    });
    await product.referral(before, ({ status }) => status === 'rewarded');
  });

  test('S6 S12: a workspace without any plan is connected, and a new session sees the account and its scopes', async () => {
    const status = await product.api.get<{ status: string; portalId: string; scopes: string[] }>('/hubspot');
    expect(status).toMatchObject({ status: 'active', portalId: product.portal.portalId });
    expect(status.scopes).toContain('crm.objects.contacts.write');
  });
});
