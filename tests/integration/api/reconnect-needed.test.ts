/** Facts "OAuth errors": which refusals of a refresh end a connection, and which must never. */
import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ApiUnderTest, type Operator, startApi } from './api-under-test.ts';
import { connect, type HubSpotAccounts, startAccounts } from './hubspot-account.ts';

let api: ApiUnderTest;
let accounts: HubSpotAccounts;
let operator: Operator;
let portal = 7_000_000;
beforeAll(async () => {
  accounts = await startAccounts();
  api = await startApi({ hubspotUrl: accounts.url });
});
beforeEach(async () => {
  portal += 1;
  await accounts.addPortal(portal);
  operator = await api.operator();
  await connect({ api, accounts, operator }, portal);
});
afterEach(() => accounts.heal());
afterAll(async () => {
  await api.stop();
  await accounts.stop();
});

/** The next call must exchange the refresh token first. */
const letTokenRunOut = () =>
  api.database.system.execute(sql`
    update connections set access_token_expires_at = now() - interval '1 minute'
    where workspace_id = ${operator.workspaceId}`);
const refuseRefresh = (status: string, error: string) =>
  accounts.fail({ path: '/oauth/.*token', status: 400, body: 'json', json: { status, error, message: 'x' } });
const read = () => operator.call('GET', '/hubspot/pipelines?refresh=true');
const shown = async () => (await operator.call('GET', '/hubspot')).body;
const told = () => api.reconnects.filter(({ portalId }) => portalId === String(portal));

describe('a refresh that HubSpot refuses', () => {
  test.each(['BAD_REFRESH_TOKEN', 'BAD_HUB'])(
    '%s asks for a person: shown with its reason, told once, and the same account can be connected again',
    async (status) => {
      await letTokenRunOut();
      await refuseRefresh(status, 'invalid_grant');
      // All of them meet it at once; one occurrence is one line.
      const answers = await Promise.all([read(), read(), read()]);
      expect(answers.map((answer) => answer.status)).toEqual([409, 409, 409]);
      expect(await shown()).toMatchObject({ status: 'reconnect-needed', reason: status });
      expect((await read()).status).toBe(409);
      expect(told()).toEqual([
        {
          connectionId: expect.any(String),
          workspaceId: operator.workspaceId,
          portalId: String(portal),
          reason: status,
        },
      ]);

      await accounts.heal();
      await connect({ api, accounts, operator }, portal);
      expect(await shown()).toMatchObject({ status: 'active', reason: null });
      expect((await read()).status).toBe(200);
    },
  );

  test('each further occurrence is told again', async () => {
    for (const reason of ['BAD_REFRESH_TOKEN', 'BAD_HUB']) {
      await letTokenRunOut();
      await refuseRefresh(reason, 'invalid_grant');
      await read();
      await accounts.heal();
      await connect({ api, accounts, operator }, portal);
    }
    expect(told().map(({ reason }) => reason)).toEqual(['BAD_REFRESH_TOKEN', 'BAD_HUB']);
  });

  test('BAD_CLIENT_SECRET is ours to repair: the connection stays as it is, and goes on once it is repaired', async () => {
    await letTokenRunOut();
    await refuseRefresh('BAD_CLIENT_SECRET', 'invalid_client');
    const refused = await read();
    expect([refused.status, refused.body.detail]).toEqual([502, expect.stringContaining('HUBSPOT_CLIENT')]);
    expect(await shown()).toMatchObject({ status: 'active', reason: null });
    expect(told()).toEqual([]);
    await accounts.heal();
    expect((await read()).status).toBe(200);
  });

  test('HubSpot being away is no refusal', async () => {
    await letTokenRunOut();
    await accounts.fail({ path: '/oauth/.*token', status: 503, body: 'html' });
    expect((await read()).status).toBeGreaterThanOrEqual(500);
    expect(await shown()).toMatchObject({ status: 'active' });
    expect(told()).toEqual([]);
  });
});
