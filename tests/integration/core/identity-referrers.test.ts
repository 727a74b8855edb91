import { randomInt } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { touchesOf } from '../../../db/queries/attribution.ts';
import { loadCampaign, replaceMappings } from '../../../db/queries/campaigns.ts';
import { lockReferrers } from '../../../db/queries/identity/merge.ts';
import { upsertPerson } from '../../../db/queries/people.ts';
import { insertReferral } from '../../../db/queries/referrals.ts';
import { listReferrers, loadListedReferrer } from '../../../db/queries/referrer-list.ts';
import { enrolReferrer, referrerFigures } from '../../../db/queries/referrers.ts';
import { newLinkCode } from '../../../domain/link-code.ts';
import { eventually } from '../../support/time.ts';
import { aCampaign, moneyOf, property, qualifying, type TestCampaign } from './a-campaign.ts';
import { aCrm, type Crm } from './a-crm.ts';
import { aFriend, aReferrerInHubSpot, follow, type KnownReferrer, referralRow } from './a-known-contact.ts';
import { lifecycle } from './a-qualified-referral.ts';
import { aGate, type Core, publicUrl, someoneWaits, startCore } from './core-under-test.ts';

let core: Core;
let crm: Crm;
beforeAll(async () => {
  core = await startCore();
});
beforeEach(() => {
  crm = aCrm();
});
afterAll(() => core?.stop());

/** A second referrer of the same campaign, who joined later. */
async function another(campaign: TestCampaign): Promise<KnownReferrer> {
  const { workspaceId, campaignId } = campaign;
  const email = `second-${randomInt(1e9)}@example.com`;
  const { id: referrerId } = await core.here.app.inWorkspace(workspaceId, async (tx) => {
    const { id: personId } = await upsertPerson(tx, workspaceId, { email, emailKey: email });
    return enrolReferrer(tx, {
      workspaceId,
      campaignId,
      personId,
      source: 'join',
      code: newLinkCode(randomInt),
    });
  });
  return aReferrerInHubSpot(core, crm, { ...campaign, referrerId });
}

const whereTo = async ({ workspaceId, campaignId }: TestCampaign, code: string) =>
  (
    await core.here.app.inWorkspace(workspaceId, (tx) =>
      touchesOf(tx, { campaignId, code, visitHashes: [], since: null }),
    )
  ).given;

/** Two referrers of one campaign with a friend each; the second one's friend has earned a reward. */
async function twoReferrers() {
  const campaign = await aCampaign(core, { rewards: [{ approval: 'manual' }] });
  await core.here.app.inWorkspace(campaign.workspaceId, async (tx) => {
    const row = await loadCampaign(tx, campaign.campaignId);
    if (!row) throw new Error('No such campaign');
    await replaceMappings(tx, row, 'sync-out', [
      { objectType: 'contact', property: 'link', source: { kind: 'dynamic', field: 'referral_link' } },
      { objectType: 'contact', property: 'friends', source: { kind: 'dynamic', field: 'number_referred' } },
    ]);
  });
  const first = await aReferrerInHubSpot(core, crm, campaign);
  const second = await another(campaign);
  const ofFirst = await aFriend(core, crm, first);
  const ofSecond = await aFriend(core, crm, second);
  crm.set(ofSecond.contactId, property, qualifying);
  await lifecycle(core, crm).decide(ofSecond);
  return { first, second, ofFirst, ofSecond };
}

describe('two referrers of one campaign who are merged', () => {
  test('the earlier one stays with all referrals and rewards, and both links lead to them', async () => {
    const { first, second, ofFirst, ofSecond } = await twoReferrers();
    const { id } = crm.merge(second.contactId, first.contactId);
    await follow(core, crm, first, second.contactId);
    for (const friend of [ofFirst, ofSecond])
      expect(await referralRow(core, friend)).toMatchObject({ referrer_id: first.referrerId });
    const [reward] = await core.rows(
      sql`select referrer_id, payee_person_id, status from rewards where referral_id = ${ofSecond.referralId}`,
    );
    expect(reward).toEqual({
      referrer_id: first.referrerId,
      payee_person_id: first.personId,
      status: 'pending',
    });
    for (const { code } of [first, second])
      expect(await whereTo(first, code)).toMatchObject({
        referrerId: first.referrerId,
        personId: first.personId,
      });
    const wanted = await core.rows(sql`
      select object_id, property, value from crm_writes where connection_id = ${first.connectionId} order by property`);
    expect(wanted).toEqual([
      { object_id: id, property: 'friends', value: '2' },
      { object_id: id, property: 'link', value: `${publicUrl}/r/${first.code}` },
    ]);
  });

  test('the list shows one of them, and the other tells who it turned out to be', async () => {
    const { first, second } = await twoReferrers();
    crm.merge(first.contactId, second.contactId);
    await follow(core, crm, first, first.contactId);
    const { workspaceId, campaignId } = first;
    await core.here.app.inWorkspace(workspaceId, async (tx) => {
      const listed = await listReferrers(tx, { campaignId }, 10);
      expect(listed.map(({ referrer, inHubSpot }) => [referrer.id, inHubSpot])).toEqual([
        [first.referrerId, 'present'],
      ]);
      const other = await loadListedReferrer(tx, second.referrerId);
      expect(other).toMatchObject({ referrer: { mergedInto: first.referrerId }, code: second.code });
      const figures = await referrerFigures(tx, [second.referrerId]);
      expect(figures).toMatchObject([
        { referrerId: first.referrerId, numberReferred: 2, numberSuccessful: 1 },
      ]);
      const again = {
        workspaceId,
        campaignId,
        personId: first.personId,
        source: 'join',
        code: 'unused',
      } as const;
      expect(await enrolReferrer(tx, again)).toEqual({
        id: first.referrerId,
        code: first.code,
        enrolled: false,
      });
    });
  });

  test('in a chain of merges every link leads to the last survivor, and the reward is paid to them once', async () => {
    const { first, second, ofSecond } = await twoReferrers();
    const third = await another(first);
    const { id } = crm.merge(third.contactId, second.contactId);
    await follow(core, crm, first, third.contactId);
    expect(await whereTo(first, third.code)).toMatchObject({ referrerId: second.referrerId });
    crm.merge(id, first.contactId);
    await follow(core, crm, first, id);
    for (const { code } of [first, second, third])
      expect(await whereTo(first, code)).toMatchObject({ referrerId: first.referrerId });
    const [reward] = await core.rows<{ id: string }>(
      sql`update rewards set status = 'approved' where referral_id = ${ofSecond.referralId} returning id`,
    );
    await lifecycle(core, crm).issue({ ...ofSecond, rewardId: reward?.id ?? '' });
    expect(await moneyOf(core, ofSecond.referralId)).toMatchObject({ statuses: ['issued'], orders: 1 });
    const [order] = await core.rows(
      sql`select payee_person_id from manual_orders where reward_id = ${reward?.id ?? ''}`,
    );
    expect(order).toEqual({ payee_person_id: first.personId });
  });

  test('a sign-up through the later one’s link that meets the merge is credited to the survivor', async () => {
    const { first, second, ofFirst } = await twoReferrers();
    crm.merge(first.contactId, second.contactId);
    const { workspaceId, campaignId, ruleId } = first;
    const [merged, signedUp] = [aGate(), aGate()];
    // The merge has moved everything and is not committed yet.
    const merging = core.there.system.transaction(async (tx) => {
      await lockReferrers(tx, [second.personId]);
      await tx.execute(sql`
        update referrers set merged_into = ${first.referrerId}, person_id = ${ofFirst.personId}
        where id = ${second.referrerId}`);
      merged.open();
      await signedUp.passed;
    });
    await merged.passed;
    const signUp = core.here.app.inWorkspace(workspaceId, (tx) =>
      insertReferral(tx, {
        workspaceId,
        campaignId,
        ruleId,
        referrerId: second.referrerId,
        personId: ofFirst.personId,
        emailKey: 'new@example.com',
        status: 'registered',
        signedUpAt: new Date().toISOString(),
      }),
    );
    await eventually('the sign-up waits for the merge', () => someoneWaits(core)).finally(() =>
      signedUp.open(),
    );
    await merging;
    expect((await signUp).referral.referrerId).toBe(first.referrerId);
  });
});
