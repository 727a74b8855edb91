import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordTrace } from '../../../db/queries/fraud.ts';
import { insertReferral } from '../../../db/queries/referrals.ts';
import { enrolReferrer, loadReferrer } from '../../../db/queries/referrers.ts';
import { moveReward } from '../../../db/queries/rewards.ts';
import { sweepTraces } from '../../../db/queries/system/trace-sweep.ts';
import { addMs, DAY_MS } from '../../../domain/time.ts';
import { eventually } from '../../support/time.ts';
import { aCampaign, aReferral, moneyOf, property, qualifying } from './a-campaign.ts';
import { aCrm } from './a-crm.ts';
import { aQualified, contactOf, lifecycle, now } from './a-qualified-referral.ts';
import {
  aFinding,
  aHeldReferral,
  decision,
  findingOf,
  isNudged,
  rewardOf,
  setActions,
  storyOf,
  suspect,
} from './a-suspect.ts';
import { aGate, type Core, someoneWaits, startCore } from './core-under-test.ts';

let core: Core;
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core?.stop());

describe('P7: a reward that is held back', () => {
  test('accrues and waits for a person; the referral itself goes on', async () => {
    const referral = await aHeldReferral(core, aCrm());
    expect(await rewardOf(core, referral)).toEqual({
      status: 'needs_review',
      reason: 'fraud:disposable-email',
      held_back_from: 'approved',
    });
    expect(await moneyOf(core, referral.referralId)).toMatchObject({
      kinds: ['accrued'],
      owed: 2_500,
      orders: 0,
    });
    expect(await storyOf(core, referral)).toEqual(
      expect.arrayContaining(['qualified', 'fraud-found', 'reward-accrued', 'reward-needs-review']),
    );
    const { standing } = await lifecycle(core, aCrm()).issue(referral);
    expect(standing).toMatchObject({ status: 'qualified', waitingFor: 'review', dueRewardIds: [] });
  });

  test('released: goes on from where it was, and is issued once', async () => {
    const crm = aCrm();
    const referral = await aHeldReferral(core, crm);
    await decision(core, referral).release();
    expect(await rewardOf(core, referral)).toMatchObject({ status: 'approved', reason: null });
    expect(await isNudged(core, referral)).toBe(true);
    await Promise.all([lifecycle(core, crm).issue(referral), lifecycle(core, crm).issue(referral)]);
    expect(await moneyOf(core, referral.referralId)).toEqual({
      statuses: ['issued'],
      orders: 1,
      owed: 0,
      kinds: ['accrued', 'issued'],
    });
  });

  test('rejected: is voided with its entry in the ledger, and the referral settles', async () => {
    const crm = aCrm();
    const referral = await aHeldReferral(core, crm);
    await decision(core, referral).reject();
    expect(await moneyOf(core, referral.referralId)).toEqual({
      statuses: ['voided'],
      orders: 0,
      owed: 0,
      kinds: ['accrued', 'voided'],
    });
    expect(await rewardOf(core, referral)).toMatchObject({ reason: 'fraud:disposable-email' });
    expect(await storyOf(core, referral)).toEqual(
      expect.arrayContaining(['fraud-rejected', 'reward-voided']),
    );
    expect(await lifecycle(core, crm).decide(referral)).toMatchObject({ settled: true, status: 'qualified' });
  });

  test('others of the same campaign are not touched', async () => {
    const crm = aCrm();
    const held = await aHeldReferral(core, crm);
    const other = await aReferral(core, held);
    await lifecycle(core, crm).enter(other);
    crm.set(await contactOf(core, other), property, qualifying);
    await lifecycle(core, crm).decide(other);
    expect((await moneyOf(core, other.referralId)).statuses).toEqual(['approved']);
    await decision(core, held).reject();
    expect((await moneyOf(core, other.referralId)).statuses).toEqual(['approved']);
  });

  test.each([
    ['held', { holdDays: 30 }],
    ['pending', { approval: 'manual' }],
  ] as const)('one that would be %s is that again after the release', async (status, terms) => {
    const referral = await aHeldReferral(core, aCrm(), { rewards: [terms] });
    expect(await rewardOf(core, referral)).toMatchObject({ status: 'needs_review', held_back_from: status });
    await decision(core, referral).release();
    expect(await rewardOf(core, referral)).toMatchObject({ status });
  });

  test('a flag holds nothing', async () => {
    const crm = aCrm();
    const campaign = await aCampaign(core);
    await setActions(core, campaign, { 'disposable-email': 'flag' });
    const referral = await aReferral(core, campaign);
    await lifecycle(core, crm).enter(referral);
    await suspect(core, referral);
    crm.set(await contactOf(core, referral), property, qualifying);
    await lifecycle(core, crm).decide(referral);
    expect((await moneyOf(core, referral.referralId)).statuses).toEqual(['approved']);
    expect(await findingOf(core, referral)).toMatchObject({ severity: 'flag', state: 'open' });
  });
});

describe('P7: again before the issue', () => {
  test('what is found immediately before the claim holds every reward of the referral that is not ordered', async () => {
    const crm = aCrm();
    const referral = await aQualified(core, crm, {
      rewards: [{}, { beneficiary: 'referred', holdDays: 30 }],
    });
    await suspect(core, referral);
    const rewards = await core.rows<{ id: string }>(
      sql`select id from rewards where referral_id = ${referral.referralId} and status = 'approved'`,
    );
    const { changed, standing } = await lifecycle(core, crm).issue({
      ...referral,
      rewardId: rewards[0]?.id ?? '',
    });
    expect([changed, standing.waitingFor]).toEqual([false, 'review']);
    expect(await moneyOf(core, referral.referralId)).toMatchObject({
      statuses: ['needs_review', 'needs_review'],
      orders: 0,
      owed: 5_000,
    });
    await decision(core, referral).release();
    const after = await core.rows(
      sql`select status from rewards where referral_id = ${referral.referralId} order by status`,
    );
    expect(after).toEqual([{ status: 'approved' }, { status: 'held' }]);
  });

  test('a reward that was issued before is not touched, and the finding says so', async () => {
    const crm = aCrm();
    const referral = await aQualified(core, crm, {
      rewards: [{}, { beneficiary: 'referred', approval: 'manual' }],
    });
    const idOf = async (status: string) =>
      (
        await core.rows<{ id: string }>(
          sql`select id from rewards where referral_id = ${referral.referralId} and status = ${status}`,
        )
      )[0]?.id ?? '';
    await lifecycle(core, crm).issue({ ...referral, rewardId: await idOf('approved') });
    await suspect(core, referral);
    const pending = await idOf('pending');
    await core.here.app.inWorkspace(referral.workspaceId, (tx) =>
      moveReward(tx, pending, { from: ['pending'], to: 'approved' }),
    );
    await lifecycle(core, crm).issue({ ...referral, rewardId: pending });
    const { ordered } = await decision(core, referral).reject();
    expect(ordered).toBe(true);
    const { statuses, owed, orders } = await moneyOf(core, referral.referralId);
    expect([statuses.sort(), owed, orders]).toEqual([['issued', 'voided'], 0, 1]);
  });

  test('an existing customer is found when HubSpot had the contact, and only if it has bought', async () => {
    const found = async (lifecyclestage: string | null) => {
      const crm = aCrm();
      const campaign = await aCampaign(core);
      await setActions(core, campaign, { 'existing-customer': 'hold' });
      const referral = await aReferral(core, campaign);
      const contact = crm.put(referral.email, lifecyclestage === null ? {} : { lifecyclestage });
      await lifecycle(core, crm).enter(referral);
      crm.set(contact.id, property, qualifying);
      await lifecycle(core, crm).decide(referral, addMs(now(), 6_000));
      return core.rows(sql`
        select f.rule, f.evidence ->> 'lifecycleStage' as stage from fraud_findings f where f.referral_id = ${referral.referralId}`);
    };
    expect(await found('customer')).toEqual([{ rule: 'existing-customer', stage: 'customer' }]);
    expect(await found(null)).toEqual([{ rule: 'existing-customer', stage: null }]);
    expect(await found('lead')).toEqual([]);
  });

  test('a ring of two sign-ups that did not see each other is found when the first of them qualifies', async () => {
    const crm = aCrm();
    const referral = await aReferral(core, await aCampaign(core));
    const { workspaceId, campaignId, ruleId, referrerId, personId } = referral;
    await core.here.app.inWorkspace(workspaceId, async (tx) => {
      const back = await enrolReferrer(tx, {
        workspaceId,
        campaignId,
        personId,
        source: 'api',
        code: referrerId,
      });
      const first = await loadReferrer(tx, referrerId);
      await insertReferral(tx, {
        workspaceId,
        campaignId,
        ruleId,
        referrerId: back.id,
        personId: first?.person.id ?? '',
        emailKey: first?.person.emailKey ?? '',
        status: 'registered',
        signedUpAt: now(),
      });
    });
    await lifecycle(core, crm).enter(referral);
    crm.set(await contactOf(core, referral), property, qualifying);
    await lifecycle(core, crm).decide(referral);
    expect(await findingOf(core, referral, 'ring')).toMatchObject({ severity: 'hold' });
    expect((await moneyOf(core, referral.referralId)).statuses).toEqual(['needs_review']);
  });

  test('a flag that the campaign holds by now is raised, one that a person released is not', async () => {
    const crm = aCrm();
    const referral = await aQualified(core, crm, { rewards: [{ approval: 'manual' }] });
    const approveAndIssue = async () => {
      await core.here.app.inWorkspace(referral.workspaceId, (tx) =>
        moveReward(tx, referral.rewardId, { from: ['pending'], to: 'approved' }),
      );
      return lifecycle(core, crm).issue(referral);
    };
    await suspect(core, referral);
    await setActions(core, referral, { 'disposable-email': 'flag' });
    await aFinding(core, referral, { rule: 'disposable-email', severity: 'flag' });
    await setActions(core, referral, { 'disposable-email': 'hold' });
    await approveAndIssue();
    expect(await rewardOf(core, referral)).toMatchObject({ status: 'needs_review' });
    await decision(core, referral).release();
    await approveAndIssue();
    expect(await rewardOf(core, referral)).toMatchObject({ status: 'issued' });
  });
});

describe('P7: who comes first', () => {
  test('two releases and an issue at once: one release counts, and the reward is issued once', async () => {
    const crm = aCrm();
    const referral = await aHeldReferral(core, crm);
    const { issue } = lifecycle(core, crm);
    const [one, other] = await Promise.allSettled([
      decision(core, referral).release(),
      decision(core, referral).release(),
      issue(referral),
    ]);
    expect([one.status, other.status].sort()).toEqual(['fulfilled', 'rejected']);
    await issue(referral);
    expect(await moneyOf(core, referral.referralId)).toMatchObject({
      statuses: ['issued'],
      orders: 1,
      owed: 0,
    });
  });

  test('a rejection waits for a claim that is under way, and leaves what was ordered by it', async () => {
    const crm = aCrm();
    const referral = await aHeldReferral(core, crm);
    await decision(core, referral).release();
    await core.here.system.execute(sql`
      update fraud_findings set state = 'open', severity = 'flag' where referral_id = ${referral.referralId}`);
    await setActions(core, referral, { 'disposable-email': 'flag' });
    const [held, gate] = [aGate(), aGate()];
    const claim = core.here.app.inWorkspace(referral.workspaceId, async (tx) => {
      await tx.execute(sql`select 1 from referrals where id = ${referral.referralId} for update`);
      await moveReward(tx, referral.rewardId, { from: ['approved'], to: 'issuing', firstAttemptAt: now() });
      held.open();
      await gate.passed;
    });
    await held.passed;
    const rejection = decision(core, referral).reject();
    await eventually('the rejection waits', () => someoneWaits(core));
    gate.open();
    await claim;
    await rejection;
    await lifecycle(core, crm).issue(referral);
    expect(await moneyOf(core, referral.referralId)).toMatchObject({
      statuses: ['issued'],
      orders: 1,
      owed: 0,
    });
  });

  test('a rejection that comes first leaves nothing to claim', async () => {
    const crm = aCrm();
    const referral = await aHeldReferral(core, crm);
    await decision(core, referral).reject();
    await expect(decision(core, referral).release()).rejects.toThrow('rejected already');
    await lifecycle(core, crm).issue(referral);
    expect(await moneyOf(core, referral.referralId)).toMatchObject({
      statuses: ['voided'],
      orders: 0,
      owed: 0,
    });
  });

  test('P3: the value that is left during the review voids the reward, and the release has nothing to give back', async () => {
    const crm = aCrm();
    const referral = await aHeldReferral(core, crm);
    crm.set(referral.contactId, property, 'OPEN');
    expect((await lifecycle(core, crm).decide(referral)).status).toBe('registered');
    await decision(core, referral).release();
    expect(await moneyOf(core, referral.referralId)).toMatchObject({ statuses: ['voided'], owed: 0 });
  });

  test('P3: the value that was left, with its notice lost, is seen before the issue of what was released', async () => {
    const crm = aCrm();
    const referral = await aHeldReferral(core, crm);
    await decision(core, referral).release();
    crm.set(referral.contactId, property, 'OPEN');
    expect(await lifecycle(core, crm).issue(referral)).toMatchObject({ changed: true });
    expect((await lifecycle(core, crm).decide(referral)).status).toBe('registered');
    expect(await moneyOf(core, referral.referralId)).toMatchObject({
      statuses: ['voided'],
      orders: 0,
      owed: 0,
    });
  });

  test('of two findings the last release gives back, and none does once the other was rejected', async () => {
    const crm = aCrm();
    const both = async () => {
      const referral = await aHeldReferral(core, crm);
      await aFinding(core, referral, { rule: 'ring' });
      return referral;
    };
    const honest = await both();
    await decision(core, honest).release();
    expect(await rewardOf(core, honest)).toMatchObject({ status: 'needs_review', reason: 'fraud:ring' });
    expect(await isNudged(core, honest)).toBe(false);
    await decision(core, honest, 'ring').release();
    expect(await rewardOf(core, honest)).toMatchObject({ status: 'approved', reason: null });

    const fraud = await both();
    await decision(core, fraud, 'ring').reject();
    await decision(core, fraud).release();
    expect(await rewardOf(core, fraud)).toMatchObject({ status: 'voided', reason: 'fraud:ring' });
  });

  test('a referral that was found a fraud earns nothing when it qualifies again', async () => {
    const crm = aCrm();
    const referral = await aReferral(core, await aCampaign(core));
    await lifecycle(core, crm).enter(referral);
    const contactId = await contactOf(core, referral);
    await aFinding(core, referral, { state: 'rejected' });
    crm.set(contactId, property, qualifying);
    expect(await lifecycle(core, crm).decide(referral)).toMatchObject({ settled: true, status: 'qualified' });
    expect(await moneyOf(core, referral.referralId)).toEqual({
      statuses: ['voided'],
      orders: 0,
      owed: 0,
      kinds: ['accrued', 'voided'],
    });
  });
});

describe('P7: what is kept for a while only', () => {
  test('traces go after their days, the browser behind a click when it counts no longer, rejections after a year', async () => {
    const campaign = await aCampaign(core);
    const referral = await aReferral(core, campaign);
    const { workspaceId, campaignId, personId, referralId } = referral;
    const trace = { workspaceId, campaignId, personId, referralId, ipHash: 'ip', deviceHash: 'device' };
    await core.here.app.inWorkspace(workspaceId, async (tx) => {
      await recordTrace(tx, { ...trace, at: addMs(now(), -89 * DAY_MS) });
      await recordTrace(tx, { ...trace, at: addMs(now(), -91 * DAY_MS) });
      await recordTrace(tx, { ...trace, ipHash: null, deviceHash: null, at: addMs(now(), -1) });
    });
    await core.here.system.execute(sql`
      insert into clicks (id, workspace_id, campaign_id, link_id, clicked_at, visit_hash)
      select uuidv7(), workspace_id, campaign_id, id, now(), 'visit' from referral_links where campaign_id = ${campaignId}`);
    for (const days of [364, 366]) {
      await core.here.system.execute(sql`
        insert into attribution_rejections (id, workspace_id, campaign_id, reason, via, at)
        values (uuidv7(), ${workspaceId}, ${campaignId}, 'no-visit', 'cookie', now() - make_interval(days => ${days}))`);
    }
    const left = async () =>
      (
        await core.rows(sql`
          select (select count(*)::int from visit_traces where campaign_id = ${campaignId}) as traces,
            (select count(*)::int from clicks where campaign_id = ${campaignId} and visit_hash = 'visit') as visits,
            (select count(*)::int from attribution_rejections where campaign_id = ${campaignId}) as rejections`)
      )[0];
    expect(await sweepTraces(core.here.system, 90)).toBe(false);
    expect(await left()).toEqual({ traces: 1, visits: 1, rejections: 1 });
    await core.here.system.execute(
      sql`update campaigns set attribution_window_days = 0 where id = ${campaignId}`,
    );
    await sweepTraces(core.here.system, 90);
    expect(await left()).toEqual({ traces: 1, visits: 0, rejections: 1 });
  });
});
