import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fromPublicId } from '../../../domain/id.ts';
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
  campaignId = (await operator.call('POST', '/campaigns', { name: 'Ongoing' })).body.id;
  await accounts.addProperty(firstPortal, { name: link() });
});
afterAll(async () => {
  await api?.stop();
  await accounts?.stop();
});

const link = () => `link_${campaigns}`;
const mappingsOut = () => [
  { objectType: 'contact', property: link(), source: { kind: 'dynamic', field: 'referral_link' } },
];
const save = async (sync: object) => {
  const saved = await operator.call('PUT', `/campaigns/${campaignId}/hubspot`, {
    sync: { scope: { kind: 'all' }, mappingsOut: mappingsOut(), ...sync },
  });
  expect(saved.status).toBe(200);
  return saved;
};
const toggle = (on: unknown) => operator.call('PUT', `/campaigns/${campaignId}/sync/ongoing`, { on });
const shown = () => operator.call('GET', `/campaigns/${campaignId}/sync/ongoing`);
const openKinds = async () =>
  (
    await api.database.system.execute<{ kind: string }>(sql`
      select kind from sync_runs where campaign_id = ${fromPublicId('campaign', campaignId) ?? ''}
      and finished_at is null and wanted = 'running' order by kind`)
  ).map(({ kind }) => kind);
const toTemporal = async () =>
  (
    await api.database.system.execute<{ kind: string; workflow_id: string }>(
      sql`select kind, workflow_id from outbox where workflow_id = ${`contact-sync:${campaignId}`} order by id`,
    )
  ).map(({ kind }) => kind);

describe('the toggle', () => {
  test('S39: off leaves a sync alone that an operator has started', async () => {
    await save({});
    await operator.call('POST', `/campaigns/${campaignId}/sync`);
    await toggle(true);
    await toggle(false);
    expect(await openKinds()).toEqual(['sync']);
  });

  test('S39 S40: a sync that catches up is the operator’s own once it was asked for', async () => {
    await save({});
    await toggle(true);
    expect((await operator.call('POST', `/campaigns/${campaignId}/sync`)).status).toBe(200);
    await toggle(false);
    expect(await openKinds()).toEqual(['sync']);
  });

  test('S36: starts off', async () => {
    expect((await shown()).body).toMatchObject({ on: false, runId: null, since: null, waiting: 0 });
  });

  test('S39: on opens the ongoing run and a sync that catches up, and the workflow hears of it; off ends it', async () => {
    await save({});
    const on = await toggle(true);
    expect(on.status).toBe(200);
    expect(on.body).toMatchObject({
      on: true,
      state: 'running',
      parkedReason: null,
      waiting: 0,
      seen: 0,
      nextListLookAt: null,
    });
    expect(await openKinds()).toEqual(['ongoing', 'sync']);
    expect(await toTemporal()).toEqual(['start']);
    expect((await shown()).body).toEqual(on.body);
    const off = await toggle(false);
    expect(off.body).toMatchObject({ on: false, state: 'stopped', runId: on.body['runId'] });
    // The sync that catches up is told to stop as well, and ends with its next page.
    expect(await openKinds()).toEqual([]);
    expect(await toTemporal()).toEqual(['start', 'nudge']);
  });

  test('S39: the same order again answers 200 and changes nothing', async () => {
    await save({});
    expect((await toggle(false)).status).toBe(200);
    const first = await toggle(true);
    const second = await toggle(true);
    expect(second.body).toEqual(first.body);
    expect(await toTemporal()).toEqual(['start']);
  });

  test('the setup shows it, under a new version: an edit of an older one is refused', async () => {
    const { headers } = await save({});
    await toggle(true);
    const path = `/campaigns/${campaignId}/hubspot`;
    const setup = await operator.call('GET', path);
    expect(setup.body['sync']).toMatchObject({ ongoing: true });
    const stale = await operator.call(
      'PUT',
      path,
      { sync: { scope: { kind: 'all' }, ongoing: false, mappingsOut: mappingsOut() } },
      { 'if-match': String(headers['etag']) },
    );
    expect(stale.status).toBe(412);
  });

  test('S34: 422 while the link is not mapped, and nothing is open', async () => {
    await save({ mappingsOut: [] });
    expect(await toggle(true)).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'sync.mappingsOut' }] },
    });
    expect(await openKinds()).toEqual([]);
  });

  test.each([['yes'], [undefined], [1]])('%s is no order', async (on) => {
    expect((await toggle(on)).status).toBe(400);
  });

  test('another workspace sees nothing of it', async () => {
    const stranger = await api.operator();
    const path = `/campaigns/${campaignId}/sync/ongoing`;
    expect((await stranger.call('GET', path)).status).toBe(404);
    expect((await stranger.call('PUT', path, { on: false })).status).toBe(404);
  });
});

describe('saving the configuration', () => {
  test('S36 S39: with the toggle on or off is the same order', async () => {
    await save({ ongoing: true });
    expect((await shown()).body).toMatchObject({ on: true });
    expect(await openKinds()).toEqual(['ongoing', 'sync']);
    await save({ ongoing: true });
    expect(await toTemporal()).toEqual(['start']);
    await save({ ongoing: false });
    expect((await shown()).body).toMatchObject({ on: false });
  });

  test('S40: Start Sync after a save with the toggle on gives the sync that is open', async () => {
    await save({ ongoing: true });
    const started = await operator.call('POST', `/campaigns/${campaignId}/sync`);
    expect([started.status, started.body['kind']]).toEqual([200, 'sync']);
  });

  test('S34: on without the link mapped is refused as a whole', async () => {
    const refused = await operator.call('PUT', `/campaigns/${campaignId}/hubspot`, {
      sync: { scope: { kind: 'all' }, ongoing: true, mappingsOut: [] },
    });
    expect(refused.status).toBe(422);
    expect((await operator.call('GET', `/campaigns/${campaignId}/hubspot`)).body['sync']).toMatchObject({
      ongoing: false,
    });
  });
});

test('P18: a campaign that ends is not followed any more; one that is paused and goes on is nudged', async () => {
  await save({});
  await operator.call('PATCH', `/campaigns/${campaignId}`, { status: 'published' });
  await toggle(true);
  const edit = (status: string) => operator.call('PATCH', `/campaigns/${campaignId}`, { status });
  expect((await edit('paused')).status).toBe(200);
  expect((await shown()).body).toMatchObject({ on: true });
  expect(await toTemporal()).toEqual(['start', 'nudge']);
  expect((await edit('ended')).status).toBe(200);
  expect((await shown()).body).toMatchObject({ on: false });
  expect((await toggle(true)).status).toBe(409);
});

test('P18: turned on, or configured anew, while the campaign is paused, it syncs nobody until it is published again', async () => {
  await save({});
  const edit = (status: string) => operator.call('PATCH', `/campaigns/${campaignId}`, { status });
  await edit('published');
  await edit('paused');
  expect((await operator.call('POST', `/campaigns/${campaignId}/sync`)).status).toBe(409);
  await toggle(true);
  expect(await openKinds()).toEqual(['ongoing']);
  await save({
    ongoing: true,
    scope: { kind: 'all' },
    mappingsOut: [...mappingsOut(), await anotherMapping()],
  });
  expect(await openKinds()).toEqual(['ongoing']);
  const [ongoing] = await api.database.system.execute<{ owes: boolean }>(sql`
    select of_run_id is not null as owes from sync_runs
    where campaign_id = ${fromPublicId('campaign', campaignId) ?? ''} and kind = 'ongoing'`);
  expect(ongoing).toEqual({ owes: true });
});

async function anotherMapping(): Promise<object> {
  const property = `name_${campaigns}`;
  await accounts.addProperty(firstPortal, { name: property });
  return { objectType: 'contact', property, source: { kind: 'dynamic', field: 'campaign_name' } };
}
