import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ApiUnderTest, type Operator, startApi } from './api-under-test.ts';
import { connect, firstPortal, type HubSpotAccounts, startAccounts } from './hubspot-account.ts';

let api: ApiUnderTest;
let accounts: HubSpotAccounts;
let operator: Operator;
let campaignId: string;
let campaigns = 0;
beforeAll(async () => {
  accounts = await startAccounts();
  api = await startApi({ hubspotUrl: accounts.url });
  operator = await api.operator();
  await connect({ api, accounts, operator });
});
beforeEach(async () => {
  campaigns += 1;
  campaignId = (await operator.call('POST', '/campaigns', { name: 'Stopping' })).body.id;
  for (const name of ['link', 'first_name_of'])
    await accounts.addProperty(firstPortal, { name: `${name}_${campaigns}` });
  await save();
});
afterAll(async () => {
  await api?.stop();
  await accounts?.stop();
});

async function save(mappingsIn: readonly object[] = []): Promise<void> {
  const source = { kind: 'dynamic', field: 'referral_link' };
  const mappingsOut = [{ objectType: 'contact', property: `link_${campaigns}`, source }];
  const sync = { scope: { kind: 'all' }, mappingsIn, mappingsOut };
  const saved = await operator.call('PUT', `/campaigns/${campaignId}/hubspot`, { sync });
  if (saved.status !== 200) throw new Error('The campaign was not configured');
}
const order = (what: string) => operator.call('POST', `/campaigns/${campaignId}/${what}`);
const refusal = { status: 409, body: { detail: expect.stringMatching(/^A sync .* is being stopped/) } };

describe('a run that is about to end because it was stopped', () => {
  test('S40: is not answered as the sync that somebody starts now: that one would never run', async () => {
    await order('sync');
    await order('sync/stop');
    expect(await order('sync')).toMatchObject(refusal);
    expect(await order('sync/preview')).toMatchObject(refusal);
  });

  test('S32: does not go on when it is resumed: scope or mapping are others since, and it began with the former ones', async () => {
    await order('sync');
    await order('sync/pause');
    const source = { kind: 'dynamic', field: 'first_name' };
    await save([{ objectType: 'contact', property: `first_name_of_${campaigns}`, source }]);
    expect(await order('sync/resume')).toMatchObject(refusal);
    expect(await order('sync/pause')).toMatchObject(refusal);
    expect((await operator.call('GET', `/campaigns/${campaignId}/sync`)).body).toMatchObject({
      wanted: 'stopped',
    });
    expect(await order('sync/stop')).toMatchObject({ status: 200, body: { wanted: 'stopped' } });
  });
});
