import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { advanceRun, syncChannel, updateRun } from '../../../db/queries/sync-runs.ts';
import { eventually } from '../../support/time.ts';
import { aPortal } from './a-portal.ts';
import { aSyncCampaign, runRow, runSlice, type SyncCampaign, startRun, sync } from './a-sync.ts';
import { type Core, startCore } from './core-under-test.ts';

let core: Core;
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core?.stop());

const counts = { seen: 100, enrolled: 0, linked: 0, unchanged: 0 };
const advance = ({ workspaceId }: SyncCampaign, runId: string, cursor: string | null = 'next') =>
  core.here.app.inWorkspace(workspaceId, (tx) => advanceRun(tx, runId, cursor, counts));

test('S40: a run tells how many contacts there are at its start, and does not ask again', async () => {
  const portal = aPortal();
  for (let n = 0; n < 3; n += 1) portal.put({ email: `total${n}@example.com` });
  portal.pageSize = 1;
  const campaign = await aSyncCampaign(core, portal);
  const runId = await startRun(core, campaign);
  expect(await runSlice(core, campaign, runId, { stopping: () => true })).toMatchObject({ kind: 'more' });
  await runSlice(core, campaign, runId);
  expect(await runRow(core, runId)).toMatchObject({ total: 3, seen: 3 });
  expect(portal.calls.filter((call) => call === 'count')).toEqual(['count']);
});

test('S40: the rate is that of the last pages, and the time of a pause is not in it', async () => {
  const campaign = await aSyncCampaign(core, aPortal());
  const runId = await startRun(core, campaign);
  const rate = async () => Number((await runRow(core, runId))['per_second']);
  const since = (seconds: number) =>
    core.rows(
      sql`update sync_runs set progressed_at = clock_timestamp() - make_interval(secs => ${seconds}) where id = ${runId}`,
    );
  await advance(campaign, runId);
  expect((await runRow(core, runId))['per_second']).toBeNull();
  await since(2);
  await advance(campaign, runId);
  expect(await rate()).toBeCloseTo(50, -1);
  await since(1);
  await advance(campaign, runId);
  expect(await rate()).toBeGreaterThan(51);
  expect(await rate()).toBeLessThan(60);
  const before = await rate();
  await core.rows(sql`update sync_runs set state = 'paused' where id = ${runId}`);
  await since(3_600);
  await advance(campaign, runId);
  expect(await rate()).toBe(before);
});

test('S40: whoever listens hears of every page and of every state, once it is committed', async () => {
  const heard: string[] = [];
  const campaign = await aSyncCampaign(core, aPortal());
  const { workspaceId, campaignId } = campaign;
  const listener = core.there.system.$client;
  const listening = await listener.listen(syncChannel, (id) => heard.push(id));
  const hears = (times: number) =>
    eventually('the listener heard', async () => heard.filter((id) => id === campaignId).length >= times);
  const runId = await startRun(core, campaign);
  await hears(1);
  await advance(campaign, runId);
  await hears(2);
  await core.here.app.inWorkspace(workspaceId, (tx) => updateRun(tx, runId, { state: 'paused' }));
  await hears(3);
  await core.here.app.inWorkspace(workspaceId, (tx) => updateRun(tx, runId, { total: 5 }));
  await advance(campaign, runId, null);
  await hears(4);
  expect(heard.filter((id) => id === campaignId)).toHaveLength(4);
  await listening.unlisten();
});

test('S39: a page of an ongoing run does not end it, and one that ends after it was turned off does not revive it', async () => {
  const campaign = await aSyncCampaign(core, aPortal());
  const runId = await startRun(core, campaign);
  await core.rows(sql`update sync_runs set kind = 'ongoing', state = 'running' where id = ${runId}`);
  await advance(campaign, runId, null);
  expect(await runRow(core, runId)).toMatchObject({ state: 'running', finished_at: null, seen: 100 });
  await core.rows(sql`update sync_runs set state = 'stopped', finished_at = now() where id = ${runId}`);
  await advance(campaign, runId, null);
  expect(await runRow(core, runId)).toMatchObject({ state: 'stopped', seen: 200 });
});

test('S41: a page counts once: under a cursor that moved on nothing changes', async () => {
  const campaign = await aSyncCampaign(core, aPortal());
  const { workspaceId } = campaign;
  const runId = await startRun(core, campaign);
  const from = (cursor: string | null) =>
    core.here.app.inWorkspace(workspaceId, (tx) => advanceRun(tx, runId, 'two', counts, { cursor }));
  expect(await from(null)).toMatchObject({ seen: 100 });
  expect(await from(null)).toBeNull();
  expect(await from('two')).toMatchObject({ seen: 200 });
});

test('S29: a run over a list tells the size of the list', async () => {
  const portal = aPortal();
  portal.members.push(portal.put({ email: 'member@example.com' }));
  portal.put({ email: 'other@example.com' });
  const runId = await sync(core, await aSyncCampaign(core, portal, { listId: '7' }));
  expect(await runRow(core, runId)).toMatchObject({ total: 1, seen: 1, state: 'completed' });
});

test('S19: a sync into empty tables looks contacts up one by one, and reads no table again with every page', async () => {
  const portal = aPortal();
  const contacts = 600;
  portal.pageSize = 20;
  for (let n = 0; n < contacts; n += 1) portal.put({ email: `many${n}@example.com` });
  const fresh = await startCore();
  try {
    await sync(fresh, await aSyncCampaign(fresh, portal));
    const read = await eventually('PostgreSQL tells what was read', async () => {
      const [row] = await fresh.rows<{ inserted: number; rows: number }>(sql`
        select n_tup_ins::int as inserted, (coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int as rows
        from pg_stat_user_tables where relname = 'person_crm_ids'`);
      return row?.inserted === contacts && row.rows;
    });
    expect(read).toBeLessThanOrEqual(2 * contacts);
  } finally {
    await fresh.stop();
  }
});
