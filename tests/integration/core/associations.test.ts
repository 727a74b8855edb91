import { randomInt } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { referralActivities } from '../../../activities/referral.ts';
import { referrerActivities } from '../../../activities/referrer.ts';
import { rememberContactId, upsertPerson } from '../../../db/queries/people.ts';
import { enrolReferrer } from '../../../db/queries/referrers.ts';
import { campaigns } from '../../../db/schema/campaigns.ts';
import { toPublicId } from '../../../domain/id.ts';
import { newLinkCode } from '../../../domain/link-code.ts';
import { HubSpotError } from '../../../hubspot/failures.ts';
import type { HubSpot, OpenHubSpot } from '../../../hubspot/gateway.ts';
import { aCampaign, aReferral, type TestCampaign, type TestReferral } from './a-campaign.ts';
import { aCrm, type Crm, only } from './a-crm.ts';
import { contactOf, now } from './a-qualified-referral.ts';
import { type Core, dependencies, startCore } from './core-under-test.ts';

let core: Core;
let crm: Crm;
/** Every link that was asked for, as `referrer > friend`. */
let links: string[];
/** What HubSpot answers to the next links instead. */
let refusals: HubSpotError[];
beforeAll(async () => {
  core = await startCore();
});
beforeEach(() => {
  crm = aCrm();
  links = [];
  refusals = [];
});
afterAll(() => core?.stop());

const referrerToReferred = { category: 'USER_DEFINED', typeId: 41 } as const;
const open: OpenHubSpot = (input) => {
  const { contacts } = crm.open(input);
  return only<HubSpot>({
    contacts,
    associations: only<HubSpot['associations']>({
      ensureReferralLabel: async () => ({
        referrerToReferred,
        referredToReferrer: { category: 'USER_DEFINED', typeId: 42 },
      }),
      associate: async ({ from, to, type }) => {
        expect([from.objectType, to.objectType, type]).toEqual(['contact', 'contact', referrerToReferred]);
        const refusal = refusals.shift();
        if (refusal) throw refusal;
        links.push(`${from.id} > ${to.id}`);
      },
    }),
  });
};
const step = ({ workspaceId, referralId }: TestReferral) => ({ workspaceId, referralId, asOf: now() });
const activities = () => referralActivities(dependencies(core, open));
const enter = (referral: TestReferral) => activities().enterCrm(step(referral));
const decide = (referral: TestReferral) => activities().decide(step(referral));

async function aLinkingCampaign(more: Partial<typeof campaigns.$inferInsert> = {}): Promise<TestCampaign> {
  const campaign = await aCampaign(core);
  await core.here.system
    .update(campaigns)
    .set({ associateReferrer: true, ...more })
    .where(eq(campaigns.id, campaign.campaignId));
  return campaign;
}

async function anotherReferrer({ workspaceId, campaignId }: TestCampaign): Promise<string> {
  const email = `another-${newId()}@example.com`;
  const { id } = await core.here.app.inWorkspace(workspaceId, async (tx) => {
    const { id: personId } = await upsertPerson(tx, workspaceId, { email, emailKey: email });
    return enrolReferrer(tx, {
      workspaceId,
      campaignId,
      personId,
      source: 'api',
      code: newLinkCode(randomInt),
    });
  });
  return id;
}

/** A sync or a merge makes the referrer's contact known. */
async function knowReferrer({ workspaceId, connectionId, referrerId }: TestCampaign): Promise<string> {
  const { id: crmId } = crm.put(`referrer-${referrerId}-${now()}@example.com`);
  const [row] = await core.rows<{ person_id: string }>(
    sql`select person_id from referrers where id = ${referrerId}`,
  );
  await core.here.app.inWorkspace(workspaceId, (tx) =>
    rememberContactId(tx, { workspaceId, connectionId, personId: row?.person_id ?? '', crmId }),
  );
  return crmId;
}

describe('the link between referrer and friend in HubSpot', () => {
  test('is made with the entry, by our label, and once', async () => {
    const campaign = await aLinkingCampaign();
    const referrer = await knowReferrer(campaign);
    const referral = await aReferral(core, campaign);
    await enter(referral);
    await enter(referral);
    await decide(referral);
    expect(links).toEqual([`${referrer} > ${await contactOf(core, referral)}`]);
  });

  test('is not made unless the campaign asks', async () => {
    const campaign = await aCampaign(core);
    await knowReferrer(campaign);
    await enter(await aReferral(core, campaign));
    expect(links).toEqual([]);
  });

  test('is made with the first look after the referrer’s contact became known', async () => {
    const campaign = await aLinkingCampaign();
    const referral = await aReferral(core, campaign);
    await enter(referral);
    expect(links).toEqual([]);
    const referrer = await knowReferrer(campaign);
    await decide(referral);
    expect(links).toEqual([`${referrer} > ${await contactOf(core, referral)}`]);
  });

  test('a referrer who is entered after their friends wakes those', async () => {
    const campaign = await aLinkingCampaign({ personReferringAction: 'create-contact' });
    const [entered, signedUp] = [await aReferral(core, campaign), await aReferral(core, campaign)];
    await enter(entered);
    const { workspaceId, referrerId } = campaign;
    await referrerActivities(dependencies(core, open)).enterReferrer({ workspaceId, referrerId });
    const nudged = await core.rows<{ workflow_id: string }>(
      sql`select workflow_id from outbox where kind = 'nudge' and workspace_id = ${workspaceId} order by workflow_id`,
    );
    const ids = [entered, signedUp].map(({ referralId }) => `referral:${toPublicId('referral', referralId)}`);
    expect(nudged.map(({ workflow_id: id }) => id)).toEqual(ids.toSorted());
    await decide(entered);
    expect(links).toHaveLength(1);
  });

  test('another referrer who has the credit by now is linked as well', async () => {
    const campaign = await aLinkingCampaign();
    await knowReferrer(campaign);
    const referral = await aReferral(core, campaign);
    await enter(referral);
    const referrerId = await anotherReferrer(campaign);
    await core.rows(sql`update referrals set referrer_id = ${referrerId} where id = ${referral.referralId}`);
    const second = await knowReferrer({ ...campaign, referrerId });
    await decide(referral);
    expect(links.at(-1)).toBe(`${second} > ${await contactOf(core, referral)}`);
    expect(links).toHaveLength(2);
  });

  test.each(['not-found', 'invalid', 'missing-scope'] as const)(
    'a refusal (%s) parks nothing, and the next look tries again',
    async (kind) => {
      const campaign = await aLinkingCampaign();
      await knowReferrer(campaign);
      const referral = await aReferral(core, campaign);
      refusals.push(new HubSpotError({ kind }));
      expect(await enter(referral)).toMatchObject({ parked: null, entered: true });
      expect(links).toEqual([]);
      await decide(referral);
      expect(links).toHaveLength(1);
    },
  );

  test('an outage is retried by the activity; a link whose answer was lost is asked for again', async () => {
    const campaign = await aLinkingCampaign();
    await knowReferrer(campaign);
    const referral = await aReferral(core, campaign);
    refusals.push(new HubSpotError({ kind: 'unavailable' }));
    await expect(enter(referral)).rejects.toThrow(HubSpotError);
    expect(await enter(referral)).toMatchObject({ parked: null });
    expect(links).toHaveLength(1);
  });

  test('invariant 5: a link that was on the wire at a disconnect is stored nowhere', async () => {
    const campaign = await aLinkingCampaign();
    const referral = await aReferral(core, campaign);
    await enter(referral);
    await knowReferrer(campaign);
    const disconnecting: OpenHubSpot = (input) => {
      const hubspot = open(input);
      return only<HubSpot>({
        contacts: hubspot.contacts,
        associations: only<HubSpot['associations']>({
          ensureReferralLabel: () => hubspot.associations.ensureReferralLabel(),
          associate: async () => {
            await core.rows(
              sql`update connections set status = 'disconnected', epoch = epoch + 1 where id = ${campaign.connectionId}`,
            );
          },
        }),
      });
    };
    const { decide: decideThen } = referralActivities(dependencies(core, disconnecting));
    expect(await decideThen(step(referral))).toMatchObject({ parked: 'not-connected' });
    const stored = await core.rows(
      sql`select associated_with from crm_entries where referral_id = ${referral.referralId}`,
    );
    expect(stored).toEqual([{ associated_with: null }]);
  });
});
