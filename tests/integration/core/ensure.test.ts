import type { Client } from '@temporalio/client';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { overdueReferrals } from '../../../db/queries/system/ensure.ts';
import { ensureWorkflows } from '../../../worker/loops/ensure.ts';
import { connectionWorkflow, contactSyncWorkflow, referralWorkflow } from '../../../workflows/contract.ts';
import { aCampaign, aReferral, type TestReferral } from './a-campaign.ts';
import { aCrm } from './a-crm.ts';
import { aPortal } from './a-portal.ts';
import { aQualified } from './a-qualified-referral.ts';
import { aSyncCampaign, type SyncCampaign } from './a-sync.ts';
import { atRest, off as turnedOff, on as turnedOn } from './an-ongoing-sync.ts';
import { type Core, log, startCore } from './core-under-test.ts';

let core: Core;
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core?.stop());
beforeEach(async () => {
  await core.here.system.execute(sql`delete from outbox`);
});

describe('design §2: rebuildable', () => {
  const namespace = (id: string) =>
    ({
      options: { namespace: 'default' },
      workflowService: { describeNamespace: async () => ({ namespaceInfo: { id } }) },
    }) as unknown as Client;
  const started = async () =>
    (await core.rows<{ workflow_id: string }>(sql`select workflow_id from outbox where kind = 'start'`)).map(
      (row) => row.workflow_id,
    );

  test('an empty Temporal gets a start of everything unfinished, once, and a crash in the middle starts over', async () => {
    const [open, over] = [
      await aReferral(core, await aCampaign(core)),
      await aReferral(core, await aCampaign(core)),
    ];
    await core.here.system.execute(
      sql`update referrals set settled_at = now() where id = ${over.referralId}`,
    );
    const ensure = (client: Client) => ensureWorkflows({ db: core.here.system, client, log });
    await ensure(namespace('one'));
    expect(await started()).toContain(referralWorkflow(open).workflowId);
    expect(await started()).toContain(connectionWorkflow(open).workflowId);
    expect(await started()).not.toContain(referralWorkflow(over).workflowId);

    await core.here.system.execute(sql`delete from outbox`);
    await ensure(namespace('one'));
    expect(await started()).toEqual([]);
    await ensure(namespace('another'));
    expect(await started()).toContain(referralWorkflow(open).workflowId);
  });

  test('S37: an ongoing sync outlives Temporal’s data, and a campaign with two open runs is started once', async () => {
    const [on, off] = [await aSyncCampaign(core, aPortal()), await aSyncCampaign(core, aPortal())];
    await turnedOn(core, on);
    await atRest(core, off);
    await turnedOff(core, off);
    await core.here.system.execute(sql`delete from outbox`);
    await ensureWorkflows({ db: core.here.system, client: namespace('a third'), log });
    const workflowOf = (campaign: SyncCampaign) =>
      contactSyncWorkflow({ ...campaign, syncRunId: campaign.campaignId }).workflowId;
    const ids = await started();
    // Its catch-up and the ongoing run: one workflow does both.
    expect(ids.filter((id) => id === workflowOf(on))).toHaveLength(1);
    expect(ids).not.toContain(workflowOf(off));
  });
});

describe('past their deadline', () => {
  const isOverdue = async ({ referralId }: TestReferral) =>
    (await overdueReferrals(core.here.system, 1_000)).some((row) => row.referralId === referralId);
  const longAgo = sql`now() - interval '1 day'`;
  const set = ({ referralId }: TestReferral, changes: ReturnType<typeof sql>) =>
    core.here.system.execute(sql`update referrals set ${changes} where id = ${referralId}`);

  test('design §2: an expiry or a retry that nobody acted on is noticed', async () => {
    const referral = await aReferral(core, await aCampaign(core));
    expect(await isOverdue(referral)).toBe(false);
    await set(referral, sql`expires_at = ${longAgo}`);
    expect(await isOverdue(referral)).toBe(true);
    await set(
      referral,
      sql`parked_reason = 'hubspot-unavailable', parked_retry_at = now() + interval '1 hour'`,
    );
    expect(await isOverdue(referral)).toBe(false);
    await set(referral, sql`parked_retry_at = ${longAgo}`);
    expect(await isOverdue(referral)).toBe(true);
  });

  test('design §2: what waits for a person or for a connection is not late, however long it waits', async () => {
    const parked = await aReferral(core, await aCampaign(core));
    await set(parked, sql`expires_at = ${longAgo}, parked_reason = 'not-connected'`);
    expect(await isOverdue(parked)).toBe(false);

    const approval = await aQualified(core, aCrm(), { rewards: [{ holdDays: 1, approval: 'manual' }] });
    await set(approval, sql`expires_at = ${longAgo}`);
    await core.here.system.execute(
      sql`update rewards set hold_until = ${longAgo} where id = ${approval.rewardId}`,
    );
    expect(await isOverdue(approval)).toBe(false);
  });

  test('design §2: a hold that ended without an issue is noticed', async () => {
    const held = await aQualified(core, aCrm(), { rewards: [{ holdDays: 1 }] });
    expect(await isOverdue(held)).toBe(false);
    await core.here.system.execute(
      sql`update rewards set hold_until = ${longAgo} where id = ${held.rewardId}`,
    );
    expect(await isOverdue(held)).toBe(true);
  });
});
