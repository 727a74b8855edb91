import { sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { contactIdOf } from '../../../db/queries/people.ts';
import { referralWorkflow } from '../../../workflows/contract.ts';
import { aCampaign, aConnection, aReferral, moneyOf, property, qualifying } from './a-campaign.ts';
import { aCrm, type Crm } from './a-crm.ts';
import {
  aFriend,
  aReferrerInHubSpot,
  follow,
  idsOf,
  type KnownFriend,
  referralRow,
  storyOf,
} from './a-known-contact.ts';
import { lifecycle } from './a-qualified-referral.ts';
import { type Core, startCore } from './core-under-test.ts';

let core: Core;
let crm: Crm;
beforeAll(async () => {
  core = await startCore();
});
beforeEach(() => {
  crm = aCrm();
});
afterAll(() => core?.stop());

const nudged = async (referral: KnownFriend) =>
  (
    await core.rows(
      sql`select 1 from outbox where kind = 'nudge' and workflow_id = ${referralWorkflow(referral).workflowId}`,
    )
  ).length > 0;

const liveId = ({ workspaceId, personId, connectionId }: KnownFriend) =>
  core.here.app.inWorkspace(workspaceId, (tx) => contactIdOf(tx, personId, connectionId));

/** Qualified by HubSpot, and its one reward in this state. */
async function rewarded(friend: KnownFriend, { issue = true } = {}): Promise<void> {
  crm.set(friend.contactId, property, qualifying);
  await lifecycle(core, crm).decide(friend);
  if (!issue) return;
  const [reward] = await core.rows<{ id: string }>(
    sql`select id from rewards where referral_id = ${friend.referralId}`,
  );
  await lifecycle(core, crm).issue({ ...friend, rewardId: reward?.id ?? '' });
}

describe('a friend who is merged with a stranger', () => {
  test('facts §9: the new id is the live one, the old ones lead to it, and a later qualification counts once', async () => {
    const friend = await aFriend(core, crm, await aCampaign(core));
    const stranger = crm.put(`${newId()}@example.com`);
    const { id } = crm.merge(friend.contactId, stranger.id);
    await follow(core, crm, friend, friend.contactId);
    expect(await liveId(friend)).toBe(id);
    expect(await idsOf(core, friend)).toEqual(
      [friend.contactId, stranger.id]
        .map((crm_id) => ({ crm_id, person_id: friend.personId, alias_of: id as string | null, gone: false }))
        .concat({ crm_id: id, person_id: friend.personId, alias_of: null, gone: false }),
    );
    expect(await nudged(friend)).toBe(true);
    crm.set(id, property, qualifying);
    await lifecycle(core, crm).decide(friend);
    await lifecycle(core, crm).decide(friend);
    expect(await moneyOf(core, friend.referralId)).toMatchObject({ statuses: ['approved'], owed: 2_500 });
  });

  test('reliability A2 #14: seen twice, or told under an old id later, it changes nothing more', async () => {
    const friend = await aFriend(core, crm, await aCampaign(core));
    const stranger = crm.put(`${newId()}@example.com`);
    const { id } = crm.merge(stranger.id, friend.contactId);
    await follow(core, crm, friend, friend.contactId);
    const [ids, story] = [await idsOf(core, friend), await storyOf(core, friend)];
    await core.here.system.execute(sql`delete from outbox`);
    await follow(core, crm, friend, id, stranger.id, friend.contactId);
    expect(await idsOf(core, friend)).toEqual(ids);
    expect(await storyOf(core, friend)).toEqual(story);
    expect(await nudged(friend)).toBe(false);
  });

  test('a decision that is answered with another id leaves the same state as a notice would', async () => {
    const friend = await aFriend(core, crm, await aCampaign(core));
    const { id } = crm.merge(crm.put(`${newId()}@example.com`).id, friend.contactId);
    crm.set(id, property, qualifying);
    const { status } = await lifecycle(core, crm).decide(friend);
    expect(status).toBe('qualified');
    expect(await liveId(friend)).toBe(id);
    expect((await idsOf(core, friend)).map(({ alias_of }) => alias_of)).toEqual([id, id, null]);
  });
});

describe('a referrer who is merged with their friend', () => {
  test('design §5: what waits is rejected, its reward voided, the lifecycle told, and the referrer’s link is in the new contact', async () => {
    const campaign = await aCampaign(core, { rewards: [{ holdDays: 30 }] });
    const referrer = await aReferrerInHubSpot(core, crm, campaign);
    const friend = await aFriend(core, crm, campaign);
    await rewarded(friend, { issue: false });
    crm.merge(referrer.contactId, friend.contactId);
    await follow(core, crm, friend, referrer.contactId);
    expect(await referralRow(core, friend)).toMatchObject({
      status: 'rejected',
      rejected_reason: 'self-referral-by-merge',
      settled: true,
      person_id: referrer.personId,
    });
    expect(await moneyOf(core, friend.referralId)).toEqual({
      statuses: ['voided'],
      orders: 0,
      owed: 0,
      kinds: ['accrued', 'voided'],
    });
    expect((await storyOf(core, friend)).slice(-2)).toEqual([
      'people-merged',
      'rejected: self-referral-by-merge',
    ]);
    expect(await nudged(friend)).toBe(true);
    expect((await lifecycle(core, crm).decide(friend)).settled).toBe(true);
  });

  test('inside the reversal window what was issued is a debt', async () => {
    const campaign = await aCampaign(core, { reversalDays: 30 });
    const referrer = await aReferrerInHubSpot(core, crm, campaign);
    const friend = await aFriend(core, crm, campaign);
    await rewarded(friend);
    crm.merge(friend.contactId, referrer.contactId);
    await follow(core, crm, friend, friend.contactId);
    expect(await referralRow(core, friend)).toMatchObject({ status: 'reversed', settled: true });
    expect(await moneyOf(core, friend.referralId)).toMatchObject({
      statuses: ['clawed_back'],
      owed: -2_500,
    });
  });

  test('without a reversal window what was issued stays, and the story says why', async () => {
    const campaign = await aCampaign(core);
    const referrer = await aReferrerInHubSpot(core, crm, campaign);
    const friend = await aFriend(core, crm, campaign);
    await rewarded(friend);
    crm.merge(friend.contactId, referrer.contactId);
    await follow(core, crm, friend, friend.contactId);
    expect(await referralRow(core, friend)).toMatchObject({ status: 'rewarded', settled: true });
    expect(await moneyOf(core, friend.referralId)).toMatchObject({ statuses: ['issued'], owed: 0 });
    expect((await storyOf(core, friend)).at(-1)).toBe('kept-after-merge: self-referral-by-merge');
  });

  test('what was on its way to the provider is taken back with its receipt', async () => {
    const campaign = await aCampaign(core, { reversalDays: 30 });
    const referrer = await aReferrerInHubSpot(core, crm, campaign);
    const friend = await aFriend(core, crm, campaign);
    await rewarded(friend, { issue: false });
    await core.here.system.execute(
      sql`update rewards set status = 'issuing', first_attempt_at = now() where referral_id = ${friend.referralId}`,
    );
    crm.merge(friend.contactId, referrer.contactId);
    await follow(core, crm, friend, friend.contactId);
    expect(await referralRow(core, friend)).toMatchObject({ status: 'rejected', settled: false });
    const [reward] = await core.rows<{ id: string }>(
      sql`select id from rewards where referral_id = ${friend.referralId}`,
    );
    await lifecycle(core, crm).issue({ ...friend, rewardId: reward?.id ?? '' });
    expect(await moneyOf(core, friend.referralId)).toMatchObject({
      statuses: ['clawed_back'],
      orders: 1,
      owed: -2_500,
    });
    expect(await referralRow(core, friend)).toMatchObject({ status: 'rejected', settled: true });
  });

  test('a decision that read HubSpot before the merge makes no reward after it', async () => {
    const campaign = await aCampaign(core);
    const referrer = await aReferrerInHubSpot(core, crm, campaign);
    const friend = await aFriend(core, crm, campaign);
    crm.set(friend.contactId, property, qualifying);
    crm.onCall = async (call) => {
      if (call !== 'contact.read') return;
      crm.onCall = () => undefined;
      crm.merge(referrer.contactId, friend.contactId);
      await follow(core, crm, friend, friend.contactId);
    };
    expect(await lifecycle(core, crm).decide(friend)).toMatchObject({ status: 'rejected', settled: true });
    expect(await moneyOf(core, friend.referralId)).toMatchObject({ statuses: null, orders: 0 });
  });

  test('HubSpot’s own word at the entry is enough: the friend’s address is the referrer’s second one', async () => {
    const campaign = await aCampaign(core);
    const referrer = await aReferrerInHubSpot(core, crm, campaign);
    const friend = await aReferral(core, campaign);
    // Merged long before we knew either of them by it.
    crm.set(referrer.contactId, 'hs_additional_emails', friend.email);
    await lifecycle(core, crm).enter(friend);
    expect(await referralRow(core, friend)).toMatchObject({
      status: 'rejected',
      rejected_reason: 'self-referral-by-merge',
      person_id: referrer.personId,
    });
  });
});

describe('two friends of one campaign who are merged', () => {
  test('design §5: the earlier referral stays and qualifies, the later one is rejected with its reward voided', async () => {
    const campaign = await aCampaign(core, { rewards: [{ holdDays: 30 }] });
    const earlier = await aFriend(core, crm, campaign);
    const later = await aFriend(core, crm, campaign);
    await core.here.system.execute(
      sql`update referrals set signed_up_at = signed_up_at - interval '1 hour' where id = ${earlier.referralId}`,
    );
    await rewarded(later, { issue: false });
    const { id } = crm.merge(later.contactId, earlier.contactId);
    await follow(core, crm, earlier, later.contactId);
    expect(await referralRow(core, later)).toMatchObject({
      status: 'rejected',
      rejected_reason: 'merged-duplicate',
    });
    expect(await moneyOf(core, later.referralId)).toMatchObject({ statuses: ['voided'], owed: 0 });
    expect(await storyOf(core, earlier)).toContain('people-merged');
    await lifecycle(core, crm).decide(earlier);
    expect(await referralRow(core, earlier)).toMatchObject({
      status: 'qualified',
      person_id: earlier.personId,
    });
    expect(await moneyOf(core, earlier.referralId)).toMatchObject({ statuses: ['held'], owed: 2_500 });
    expect(await liveId(earlier)).toBe(id);
  });

  test('a friend is rewarded once: where the later one is paid for good, it is the earlier one that ends', async () => {
    const campaign = await aCampaign(core);
    const earlier = await aFriend(core, crm, campaign);
    const later = await aFriend(core, crm, campaign);
    await rewarded(later);
    crm.merge(later.contactId, earlier.contactId);
    await follow(core, crm, earlier, later.contactId);
    expect(await referralRow(core, later)).toMatchObject({ status: 'rewarded' });
    expect(await referralRow(core, earlier)).toMatchObject({
      status: 'rejected',
      rejected_reason: 'merged-duplicate',
    });
  });

  test('in different campaigns both referrals stay', async () => {
    const connection = await aConnection(core);
    const one = await aFriend(core, crm, await aCampaign(core, { connection }));
    const other = await aFriend(core, crm, await aCampaign(core, { connection }));
    crm.merge(one.contactId, other.contactId);
    await follow(core, crm, one, one.contactId);
    for (const friend of [one, other]) {
      expect(await referralRow(core, friend)).toMatchObject({
        status: 'registered',
        person_id: one.personId,
      });
    }
  });
});

describe('merges of merges', () => {
  const names = ['a', 'b', 'c'] as const;

  /** Three friends in campaigns of their own, merged in two steps; how far each step is noticed is the case. */
  async function merged(noticed: (step: 1 | 2, ids: Record<string, string>) => readonly string[]) {
    crm = aCrm();
    const connection = await aConnection(core);
    const friends: KnownFriend[] = [];
    for (const _ of names) friends.push(await aFriend(core, crm, await aCampaign(core, { connection })));
    const [a, b, c] = friends as [KnownFriend, KnownFriend, KnownFriend];
    const ids: Record<string, string> = { a: a.contactId, b: b.contactId, c: c.contactId };
    ids['ab'] = crm.merge(b.contactId, a.contactId).id;
    await follow(core, crm, connection, ...noticed(1, ids));
    ids['abc'] = crm.merge(c.contactId, ids['ab']).id;
    await follow(core, crm, connection, ...noticed(2, ids));
    const nameOf = new Map(friends.map(({ personId }, at) => [personId, names[at]]));
    const idNames = new Map(Object.entries(ids).map(([name, id]) => [id, name]));
    return {
      ids: (await idsOf(core, connection)).map(({ crm_id, person_id, alias_of }) => [
        idNames.get(crm_id),
        nameOf.get(person_id),
        alias_of && idNames.get(alias_of),
      ]),
      into: (
        await core.rows<{ id: string; merged_into: string | null }>(
          sql`select id, merged_into from people where id in (${a.personId}, ${b.personId}, ${c.personId}) order by created_at, id`,
        )
      ).map(({ id, merged_into }) => [nameOf.get(id), merged_into && nameOf.get(merged_into)]),
      referrals: await Promise.all(
        friends.map(async (friend) => nameOf.get((await referralRow(core, friend)).person_id)),
      ),
    };
  }

  test('every order of notices ends in the same state, with the earliest person', async () => {
    const stepwise = await merged((step, { a = '', ab = '' }) => (step === 1 ? [a] : [ab]));
    expect(stepwise).toEqual({
      ids: [
        ['a', 'a', 'abc'],
        ['b', 'a', 'abc'],
        ['c', 'a', 'abc'],
        ['ab', 'a', 'abc'],
        ['abc', 'a', null],
      ],
      into: [
        ['a', null],
        ['b', 'a'],
        ['c', 'a'],
      ],
      referrals: ['a', 'a', 'a'],
    });
    const atOnce = await merged((step, { c = '' }) => (step === 1 ? [] : [c]));
    const lateFirst = await merged((step, { a = '', b = '', c = '' }) => (step === 1 ? [] : [c, b, a]));
    expect(atOnce).toEqual(stepwise);
    expect(lateFirst).toEqual(stepwise);
  });

  test('two workers that follow crossing merges at once end without a deadlock, in one person', async () => {
    const connection = await aConnection(core);
    const friends: KnownFriend[] = [];
    for (let n = 0; n < 6; n += 1)
      friends.push(await aFriend(core, crm, await aCampaign(core, { connection })));
    const contactIds = friends.map(({ contactId }) => contactId);
    let live = contactIds[0] ?? '';
    for (const next of contactIds.slice(1)) live = crm.merge(next, live).id;
    // Each asks under another id, and all at the same moment.
    await Promise.all(
      [...contactIds, ...contactIds.toReversed()].map((id) => follow(core, crm, connection, id)),
    );
    const first = friends[0]?.personId;
    expect(new Set((await idsOf(core, connection)).map(({ person_id }) => person_id))).toEqual(
      new Set([first]),
    );
    for (const friend of friends)
      expect(await referralRow(core, friend)).toMatchObject({ person_id: first, status: 'registered' });
    const dead = await core.rows(sql`
      select 1 from people where workspace_id = ${connection.workspaceId} and merged_into is not null
        and merged_into <> ${first ?? ''}`);
    expect(dead).toEqual([]);
  });
});

test('invariant 5: what HubSpot answered before a disconnect merges nobody after it', async () => {
  const friend = await aFriend(core, crm, await aCampaign(core));
  crm.merge(friend.contactId, crm.put(`${newId()}@example.com`).id);
  const before = await idsOf(core, friend);
  crm.onCall = async () => {
    await core.here.system.execute(
      sql`update connections set status = 'disconnected', epoch = epoch + 1 where id = ${friend.connectionId}`,
    );
  };
  await expect(follow(core, crm, friend, friend.contactId)).rejects.toMatchObject({
    kind: 'connection-closed',
  });
  expect(await idsOf(core, friend)).toEqual(before);
});

test('the blanks of the survivor are filled, and what they have is kept', async () => {
  const connection = await aConnection(core);
  const one = await aFriend(core, crm, await aCampaign(core, { connection }));
  const other = await aFriend(core, crm, await aCampaign(core, { connection }));
  await core.here.system.execute(sql`
    update people set first_name = case id when ${one.personId} then 'Ada' else 'Other' end,
      last_name = case id when ${one.personId} then null else 'Lovelace' end
    where id in (${one.personId}, ${other.personId})`);
  crm.merge(other.contactId, one.contactId);
  await follow(core, crm, connection, one.contactId);
  const [person] = await core.rows(
    sql`select first_name, last_name, email from people where id = ${one.personId}`,
  );
  // The address is the one of HubSpot's primary contact.
  expect(person).toEqual({ first_name: 'Ada', last_name: 'Lovelace', email: other.email });
});
