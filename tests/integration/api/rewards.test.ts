import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fromPublicId } from '../../../domain/id.ts';
import { type ApiUnderTest, type Operator, startApi } from './api-under-test.ts';
import { aStoredReward, type StoredReward } from './stored-reward.ts';

let api: ApiUnderTest;
let operator: Operator;
beforeAll(async () => {
  api = await startApi();
  operator = await api.operator();
});
afterAll(() => api.stop());

const aReward = (fields: Partial<StoredReward>) => aStoredReward(api, operator, fields);
const read = async (id: string) => (await operator.call('GET', `/rewards/${id}`)).body;
const order = (id: string, what: string, body?: object) =>
  operator.call('POST', `/rewards/${id}/${what}`, body);
const nudgesOf = async (referralId: unknown) =>
  (
    await api.database.system.execute(
      sql`select 1 from outbox where kind = 'nudge' and workflow_id = ${`referral:${referralId}`}`,
    )
  ).length;

describe('rewards', () => {
  test('P4: approving is a row, a line in the story and a nudge; twice is refused', async () => {
    const id = await aReward({ status: 'pending' });
    const approved = await order(id, 'approve');
    expect([approved.status, approved.body['status']]).toEqual([200, 'approved']);
    expect(await nudgesOf(approved.body['referralId'])).toBe(1);
    const timeline = await operator.call('GET', `/referrals/${approved.body['referralId']}/timeline`);
    expect(timeline.body.items.at(-1)).toMatchObject({ kind: 'reward-approved', facts: { rewardId: id } });
    const again = await order(id, 'approve');
    expect([again.status, again.body.detail]).toEqual([409, expect.stringContaining('approved')]);
  });

  test('voiding gives back what was accrued, once, and never what was issued', async () => {
    const id = await aReward({ status: 'approved', accrued: true });
    const both = await Promise.all([
      order(id, 'void', { reason: 'entered twice' }),
      order(id, 'void', { reason: 'entered twice' }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const shown = await read(id);
    expect(shown).toMatchObject({ status: 'voided', reason: 'entered twice' });
    expect(shown['ledger']).toEqual([
      expect.objectContaining({ kind: 'accrued', amountMinor: 500 }),
      expect.objectContaining({ kind: 'voided', amountMinor: -500 }),
    ]);
    for (const status of ['issued', 'issuing', 'clawed_back'] as const) {
      expect((await order(await aReward({ status }), 'void', { reason: 'late' })).status).toBe(409);
    }
  });

  test('S84: a reward without an amount is settled by a person and accrues then', async () => {
    const id = await aReward({ status: 'needs_review', amountMinor: null });
    expect((await read(id))['ledger']).toEqual([]);
    expect((await order(id, 'settle', { amountMinor: 0, currency: 'USD' })).status).toBe(400);
    expect((await order(id, 'settle', { amountMinor: 100, currency: 'XXY' })).status).toBe(400);
    const settled = await order(id, 'settle', { amountMinor: 2_500, currency: 'EUR' });
    expect(settled.body).toMatchObject({ status: 'approved', amountMinor: 2_500, currency: 'EUR' });
    expect((await read(id))['ledger']).toEqual([
      expect.objectContaining({ kind: 'accrued', amountMinor: 2_500, currency: 'EUR' }),
    ]);
    expect((await order(id, 'settle', { amountMinor: 9_999, currency: 'EUR' })).status).toBe(409);
  });

  test('an outcome that is unknown at the provider is not settled by naming an amount', async () => {
    const id = await aReward({ status: 'needs_review' });
    expect((await order(id, 'settle', { amountMinor: 1, currency: 'USD' })).status).toBe(409);
    expect((await read(id))['amountMinor']).toBe(500);
  });

  test('lists narrow by campaign and status, each reward once over the pages', async () => {
    const own = await api.operator('Pages');
    for (const status of ['issued', 'issued', 'issued', 'held'] as const)
      await aStoredReward(api, own, { status });
    const first = await own.call('GET', '/rewards?status=issued&limit=2');
    const rest = await own.call('GET', `/rewards?status=issued&limit=2&after=${first.body.next}`);
    const ids = [...first.body.items, ...rest.body.items].map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    expect(rest.body.next).toBeNull();
    const campaign = String(first.body.items[0]?.['campaignId']);
    expect((await own.call('GET', `/rewards?campaignId=${campaign}`)).body.items).toHaveLength(1);
  });
});

describe('already qualified', () => {
  test('S68: one click accepts or rejects, once; nobody else waits for it', async () => {
    const reward = await read(await aReward({ status: 'pending' }));
    const referral = String(reward['referralId']);
    const decide = (decision: string) =>
      operator.call('POST', `/referrals/${referral}/already-qualified`, { decision });
    expect((await decide('accept')).status).toBe(409);
    await api.database.system.execute(
      sql`update referrals set already_qualified = 'pending' where id = ${fromPublicId('referral', referral)}`,
    );
    const accepted = await decide('accept');
    expect([accepted.status, accepted.body['alreadyQualified']]).toEqual([200, 'accepted']);
    expect(await nudgesOf(referral)).toBe(1);
    expect((await decide('reject')).status).toBe(409);
    expect((await decide('maybe')).status).toBe(400);
  });
});

describe('why', () => {
  test('E1: each verdict has one sentence for people and its inputs for machines', async () => {
    const reward = await read(await aReward({ status: 'pending' }));
    const { body } = await operator.call('GET', `/referrals/${reward['referralId']}/verdicts`);
    expect(body.items).toHaveLength(1);
    expect(body.items[0]).toMatchObject({
      result: 'waiting',
      sentence: 'No conversion was reported yet.',
      ruleVersion: 1,
    });
    expect(body.items[0]?.['inputs']).toHaveProperty('evaluation');
  });
});
