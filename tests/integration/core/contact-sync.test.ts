import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { contactSyncActivities } from '../../../activities/contact-sync.ts';
import { wantRun } from '../../../db/queries/sync-run-views.ts';
import { openSyncRun } from '../../../db/queries/sync-runs.ts';
import { aCampaign } from './a-campaign.ts';
import { aCrm } from './a-crm.ts';
import { type Core, dependencies, startCore } from './core-under-test.ts';

let core: Core;
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core?.stop());

test.each([
  ['paused', 'paused'],
  ['stopped', 'finished'],
] as const)('S86: a run that is wanted %s does not ask HubSpot for one more page', async (wanted, kind) => {
  const crm = aCrm();
  const { workspaceId, campaignId, connectionId, epoch } = await aCampaign(core);
  const syncRunId = await core.here.app.inWorkspace(workspaceId, async (tx) => {
    const { run } = await openSyncRun(tx, { workspaceId, campaignId, connectionId, epoch });
    await wantRun(tx, campaignId, wanted);
    return run.id;
  });
  const activities = contactSyncActivities(dependencies(core, crm.open));
  expect(
    await activities.syncSlice({ workspaceId, campaignId, asOf: new Date().toISOString() }),
  ).toMatchObject({ kind });
  expect(crm.calls).toEqual([]);
  expect(await core.rows(sql`select state from sync_runs where id = ${syncRunId}`)).toEqual([
    { state: wanted },
  ]);
});

test('S40: two that start a sync at once get the same run', async () => {
  const { workspaceId, campaignId, connectionId, epoch } = await aCampaign(core);
  const start = ({ app }: Core['here']) =>
    app.inWorkspace(workspaceId, (tx) => openSyncRun(tx, { workspaceId, campaignId, connectionId, epoch }));
  const [one, other] = await Promise.all([start(core.here), start(core.there)]);
  expect(one.run.id).toBe(other.run.id);
  expect([one.started, other.started].sort()).toEqual([false, true]);
});
