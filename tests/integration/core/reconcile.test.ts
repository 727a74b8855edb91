import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reconcilePass } from '../../../activities/reconcile.ts';
import { loadConnection } from '../../../db/queries/connections.ts';
import { rememberContactId } from '../../../db/queries/people.ts';
import { addMs } from '../../../domain/time.ts';
import { referralWorkflow } from '../../../workflows/contract.ts';
import { aCampaign, aReferral, type TestConnection } from './a-campaign.ts';
import { aCrm, type Crm } from './a-crm.ts';
import { type Core, dependencies, startCore } from './core-under-test.ts';

let core: Core;
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core?.stop());

const hourMs = 3_600_000;

async function pass(crm: Crm, { workspaceId, connectionId }: TestConnection, asOf: string) {
  const connection = await core.here.app.inWorkspace(workspaceId, (tx) => loadConnection(tx, connectionId));
  if (!connection) throw new Error('No connection');
  return reconcilePass(dependencies(core, crm.open), connection, asOf);
}

test('E2: a bulk change too large for one pass is read in parts, each pass gets further, and nobody is missed', async () => {
  const crm = aCrm();
  const campaign = await aCampaign(core);
  const referral = await aReferral(core, campaign);
  const { workspaceId, connectionId, personId } = referral;
  const start = new Date(Date.now() - hourMs).toISOString();
  await core.here.system.execute(
    sql`update connections set connected_at = ${start} where id = ${connectionId}`,
  );
  // As many as our own backfill changes in minutes, all in one window; the last of them by id is the friend's.
  const records = 20_000;
  for (let n = 0; n < records; n += 1) {
    crm.changes.push({
      id: String(n + 1),
      objectType: 'contact',
      at: addMs(start, 600_000 + Math.floor((n * 1_200_000) / records)),
    });
  }
  await core.here.app.inWorkspace(workspaceId, (tx) =>
    rememberContactId(tx, { workspaceId, connectionId, personId, crmId: String(records) }),
  );
  const asOf = addMs(start, hourMs);
  let passes = 0;
  for (let behind = true; behind; passes += 1) {
    crm.calls.length = 0;
    ({ behind } = await pass(crm, campaign, asOf));
    expect(crm.calls.length).toBeLessThanOrEqual(110);
    expect(passes).toBeLessThan(20);
  }
  expect(passes).toBeGreaterThan(1);
  const nudged = await core.rows(
    sql`select 1 from outbox where kind = 'nudge' and workflow_id = ${referralWorkflow(referral).workflowId}`,
  );
  expect(nudged).toHaveLength(1);
  const certificates = await core.rows<{ covers_to: string }>(
    sql`select covers_to from certificates where connection_id = ${connectionId} order by covers_to`,
  );
  expect(new Date(certificates.at(-1)?.covers_to ?? '').toISOString()).toBe(asOf);
  expect(new Date(certificates[0]?.covers_to ?? '').toISOString() < asOf).toBe(true);
});

test('E2: the minute before a pass is read again by the next one, since the index of HubSpot lags', async () => {
  const crm = aCrm();
  const campaign = await aCampaign(core);
  const asOf = new Date().toISOString();
  await pass(crm, campaign, asOf);
  crm.changes.push({ id: '7', objectType: 'contact', at: addMs(asOf, -30_000) });
  expect(await pass(crm, campaign, addMs(asOf, 60_000))).toMatchObject({ seen: 1, behind: false });
  crm.changes.push({ id: '8', objectType: 'contact', at: addMs(asOf, -30_000) });
  expect(await pass(crm, campaign, addMs(asOf, 120_000))).toMatchObject({ seen: 0 });
});
