import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { moveReward } from '../../../db/queries/rewards.ts';
import { addMs } from '../../../domain/time.ts';
import { aCampaign, aReferral, moneyOf, property, qualifying, type TestReferral } from './a-campaign.ts';
import { aCrm } from './a-crm.ts';
import { aQualified, contactOf, lifecycle, now } from './a-qualified-referral.ts';
import { type Core, startCore } from './core-under-test.ts';

let core: Core;
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core?.stop());

const statusOf = async ({ referralId }: TestReferral) =>
  (
    await core.rows<{ status: string; settled: boolean; reversible_until: string | null }>(
      sql`select status, settled_at is not null as settled, reversible_until from referrals where id = ${referralId}`,
    )
  )[0];

describe('what becomes of a qualification', () => {
  test('S67: two decisions at once make one qualification and one set of rewards', async () => {
    const crm = aCrm();
    const referral = await aReferral(
      core,
      await aCampaign(core, { rewards: [{}, { beneficiary: 'referred' }] }),
    );
    await lifecycle(core, crm).enter(referral);
    crm.set(await contactOf(core, referral), property, qualifying);
    await Promise.all(Array.from({ length: 4 }, () => lifecycle(core, crm).decide(referral)));
    const [counted] = await core.rows(sql`
      select (select count(*)::int from qualifications where referral_id = ${referral.referralId}) as qualifications,
        (select count(*)::int from verdicts where referral_id = ${referral.referralId}) as verdicts,
        (select count(distinct decision_seq)::int from verdicts where referral_id = ${referral.referralId}) as numbers`);
    expect(counted).toEqual({ qualifications: 1, verdicts: 5, numbers: 5 });
    expect(await moneyOf(core, referral.referralId)).toMatchObject({
      statuses: ['approved', 'approved'],
      kinds: ['accrued', 'accrued'],
    });
  });

  test('P3: left inside the hold it is voided, and a second qualification is a second occurrence', async () => {
    const crm = aCrm();
    const referral = await aQualified(core, crm, { rewards: [{ holdDays: 30 }] });
    crm.set(referral.contactId, property, 'OPEN');
    expect((await lifecycle(core, crm).decide(referral)).status).toBe('registered');
    expect((await lifecycle(core, crm).decide(referral)).status).toBe('registered');
    const later = addMs(now(), 60_000);
    crm.set(referral.contactId, property, qualifying, later);
    expect((await lifecycle(core, crm).decide(referral, later)).status).toBe('qualified');
    const occurrences = await core.rows(
      sql`select occurrence, status from rewards where referral_id = ${referral.referralId} order by occurrence`,
    );
    expect(occurrences).toEqual([
      { occurrence: 1, status: 'voided' },
      { occurrence: 2, status: 'held' },
    ]);
    expect((await moneyOf(core, referral.referralId)).owed).toBe(2_500);
  });

  test('P5: what waits for a person is voided when the value is left, hold or no hold', async () => {
    const crm = aCrm();
    const referral = await aQualified(core, crm, { rewards: [{ approval: 'manual' }] });
    await core.here.app.inWorkspace(referral.workspaceId, (tx) =>
      moveReward(tx, referral.rewardId, { from: ['pending'], to: 'approved' }),
    );
    crm.set(referral.contactId, property, 'OPEN');
    expect(await lifecycle(core, crm).issue(referral)).toMatchObject({ changed: true });
    expect((await lifecycle(core, crm).decide(referral)).status).toBe('registered');
    expect(await moneyOf(core, referral.referralId)).toMatchObject({
      statuses: ['voided'],
      owed: 0,
      orders: 0,
    });
  });

  test('P5: what was left on the last day of the window is a debt, though it is looked at after it', async () => {
    const crm = aCrm();
    const referral = await aQualified(core, crm, { reversalDays: 30 });
    await lifecycle(core, crm).issue(referral);
    const before = await statusOf(referral);
    expect(before).toMatchObject({ status: 'rewarded', settled: false });
    const end = new Date(before?.reversible_until ?? '').toISOString();
    crm.set(referral.contactId, property, 'OPEN', addMs(end, -60_000));
    const standing = await lifecycle(core, crm).decide(referral, addMs(end, 5));
    expect(standing).toMatchObject({ status: 'reversed', settled: true });
    expect(await moneyOf(core, referral.referralId)).toMatchObject({
      statuses: ['clawed_back'],
      owed: -2_500,
    });
  });

  test('P5: what is left after the window stays issued', async () => {
    const crm = aCrm();
    const referral = await aQualified(core, crm, { reversalDays: 30 });
    await lifecycle(core, crm).issue(referral);
    const end = new Date((await statusOf(referral))?.reversible_until ?? '').toISOString();
    crm.set(referral.contactId, property, 'OPEN', addMs(end, 1_000));
    expect(await lifecycle(core, crm).decide(referral, addMs(end, 2_000))).toMatchObject({
      status: 'rewarded',
      settled: true,
    });
  });

  test('design §3: rewarded when the last live reward is issued, also when a person voids the other one', async () => {
    const crm = aCrm();
    const referral = await aQualified(core, crm, {
      rewards: [{}, { beneficiary: 'referred', approval: 'manual' }],
      reversalDays: 30,
    });
    const rewards = await core.rows<{ id: string; status: string }>(
      sql`select id, status from rewards where referral_id = ${referral.referralId}`,
    );
    const idOf = (status: string) => rewards.find((reward) => reward.status === status)?.id ?? '';
    await lifecycle(core, crm).issue({ ...referral, rewardId: idOf('approved') });
    expect(await statusOf(referral)).toMatchObject({ status: 'qualified', settled: false });
    await core.here.app.inWorkspace(referral.workspaceId, (tx) =>
      moveReward(tx, idOf('pending'), { from: ['pending'], to: 'voided', reason: 'a person' }),
    );
    const standing = await lifecycle(core, crm).decide(referral);
    expect(standing).toMatchObject({ status: 'rewarded', settled: false, waitingFor: 'reversal-window' });
  });
});
