import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closeConnection } from '../../../db/queries/connections.ts';
import { moveReward } from '../../../db/queries/rewards.ts';
import { addMs, DAY_MS } from '../../../domain/time.ts';
import { eventually } from '../../support/time.ts';
import { moneyOf, property, qualifying } from './a-campaign.ts';
import { aCrm } from './a-crm.ts';
import { aQualified, lifecycle, now } from './a-qualified-referral.ts';
import { aGate, type Core, dependencies, someoneWaits, startCore } from './core-under-test.ts';

let core: Core;
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core?.stop());

describe('issueReward is safe to repeat', () => {
  const providers = (atSend: 'before' | 'after') => {
    const { manual } = dependencies(core, aCrm().open).providers;
    return {
      manual: {
        ...manual,
        send: async (order: Parameters<typeof manual.send>[0]) => {
          if (atSend === 'after') await manual.send(order);
          throw new Error('the process dies here');
        },
      },
    };
  };

  test.each([
    ['after the claim, before the order', 'before'],
    ['after the order, before the receipt', 'after'],
  ] as const)('invariant 1: a crash %s ends with one order and one receipt', async (_, atSend) => {
    const crm = aCrm();
    const referral = await aQualified(core, crm);
    await expect(lifecycle(core, crm, { providers: providers(atSend) }).issue(referral)).rejects.toThrow(
      'dies here',
    );
    expect(await moneyOf(core, referral.referralId)).toMatchObject({
      statuses: ['issuing'],
      orders: atSend === 'after' ? 1 : 0,
      owed: 2_500,
    });
    const { standing } = await lifecycle(core, crm).issue(referral);
    expect(standing).toMatchObject({ settled: true, status: 'rewarded' });
    expect(await moneyOf(core, referral.referralId)).toEqual({
      statuses: ['issued'],
      orders: 1,
      owed: 0,
      kinds: ['accrued', 'issued'],
    });
  });

  test('invariant 1: two attempts at once make one order, and a third changes nothing', async () => {
    const crm = aCrm();
    const referral = await aQualified(core, crm);
    const results = await Promise.all([
      lifecycle(core, crm).issue(referral),
      lifecycle(core, crm).issue(referral),
    ]);
    expect(results.some(({ standing }) => standing.status === 'rewarded')).toBe(true);
    await lifecycle(core, crm).issue(referral);
    expect(await moneyOf(core, referral.referralId)).toMatchObject({
      statuses: ['issued'],
      orders: 1,
      owed: 0,
    });
  });

  test('invariant 5: an answer of HubSpot from before a disconnect issues nothing after it', async () => {
    const crm = aCrm();
    const referral = await aQualified(core, crm, { rewards: [{ holdDays: 1 }] });
    crm.onCall = async (call) => {
      if (call !== 'contact.read') return;
      crm.onCall = () => undefined;
      await core.there.app.inWorkspace(referral.workspaceId, (tx) =>
        closeConnection(tx, referral.connectionId, 'asked'),
      );
    };
    const { standing } = await lifecycle(core, crm).issue(referral, addMs(now(), 2 * DAY_MS));
    expect(standing).toMatchObject({ parked: 'not-connected', status: 'qualified' });
    expect(await moneyOf(core, referral.referralId)).toMatchObject({ statuses: ['held'], orders: 0 });
  });

  test('P3: an attempt that was thought dead pays nothing on a reading that a decision has overtaken', async () => {
    const crm = aCrm();
    const referral = await aQualified(core, crm, { rewards: [{ holdDays: 1 }] });
    const gate = aGate();
    let asked = false;
    crm.onCall = async () => {
      crm.onCall = () => undefined;
      asked = true;
      await gate.passed;
    };
    const late = lifecycle(core, crm).issue(referral, addMs(now(), 2 * DAY_MS));
    await eventually('the attempt reads', async () => asked);
    crm.set(referral.contactId, property, 'OPEN');
    const standing = await lifecycle(core, crm).decide(referral);
    expect(standing.status).toBe('registered');
    gate.open();
    expect((await late).changed).toBe(true);
    expect(await moneyOf(core, referral.referralId)).toMatchObject({
      statuses: ['voided'],
      orders: 0,
      owed: 0,
    });
  });

  test('P3: an order that is on its way when the stage is left stays the only one', async () => {
    const crm = aCrm();
    const referral = await aQualified(core, crm, { rewards: [{ holdDays: 1 }] });
    crm.set(referral.contactId, property, 'OPEN');
    // Between the rows that the decision read and its commit, another attempt claims the reward.
    crm.onCall = async () => {
      crm.onCall = () => undefined;
      await core.there.app.inWorkspace(referral.workspaceId, (tx) =>
        moveReward(tx, referral.rewardId, { from: ['held'], to: 'issuing', firstAttemptAt: now() }),
      );
    };
    const standing = await lifecycle(core, crm).decide(referral);
    expect(standing).toMatchObject({ status: 'rewarded', settled: false });
    await lifecycle(core, crm).issue(referral);
    crm.set(referral.contactId, property, qualifying);
    expect(await lifecycle(core, crm).decide(referral)).toMatchObject({ settled: true });
    expect(await moneyOf(core, referral.referralId)).toMatchObject({ statuses: ['issued'], orders: 1 });
  });

  test('one lock order: an issue waits for a decision that holds the referral, and then follows it', async () => {
    const crm = aCrm();
    const referral = await aQualified(core, crm);
    const [held, gate] = [aGate(), aGate()];
    const other = core.there.app.inWorkspace(referral.workspaceId, async (tx) => {
      await tx.execute(sql`select 1 from referrals where id = ${referral.referralId} for update`);
      held.open();
      await gate.passed;
    });
    await held.passed;
    const issued = lifecycle(core, crm).issue(referral);
    await eventually('the issue waits', () => someoneWaits(core));
    expect((await moneyOf(core, referral.referralId)).orders).toBe(0);
    gate.open();
    await other;
    expect((await issued).standing.status).toBe('rewarded');
  });
});
