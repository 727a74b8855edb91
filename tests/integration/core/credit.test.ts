import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { moveCredit } from '../../../db/queries/attribution.ts';
import { loadCampaign, replaceMappings } from '../../../db/queries/campaigns.ts';
import { reflectCredit } from '../../../db/queries/credit.ts';
import { upsertPerson } from '../../../db/queries/people.ts';
import { loadReferral } from '../../../db/queries/referrals.ts';
import { enrolReferrer } from '../../../db/queries/referrers.ts';
import { filledFrom, mandatoryInvited } from '../../factories/mapping.ts';
import { aCampaign, aReferral, moneyOf, property, qualifying, type TestReferral } from './a-campaign.ts';
import { aCrm } from './a-crm.ts';
import { contactOf, lifecycle } from './a-qualified-referral.ts';
import { type Core, publicUrl, startCore } from './core-under-test.ts';

let core: Core;
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core?.stop());

const later = 'later.referrer@example.com';

/** Another referrer of the campaign takes the credit over, as a sign-up through their link does. */
const takeOver = (referral: TestReferral) =>
  core.there.app.inWorkspace(referral.workspaceId, async (tx) => {
    const { workspaceId, campaignId } = referral;
    const person = await upsertPerson(tx, workspaceId, { email: later, emailKey: later, firstName: 'Later' });
    const { id: referrerId } = await enrolReferrer(tx, {
      workspaceId,
      campaignId,
      personId: person.id,
      source: 'api',
      code: `later${referral.referralId}`,
    });
    const [link] = await tx.execute<{ id: string }>(
      sql`select id from referral_links where referrer_id = ${referrerId}`,
    );
    const [row, campaign] = [await loadReferral(tx, referral.referralId), await loadCampaign(tx, campaignId)];
    if (!row || !campaign) throw new Error('No referral');
    const moved = await moveCredit(tx, row, { referrerId, linkId: link?.id ?? '' });
    if (moved)
      await reflectCredit(tx, { referral: moved, formerReferrerId: row.referrerId, campaign, publicUrl });
    return moved && { ...moved, personId: person.id };
  });

async function aMappedReferral(crm = aCrm(), existing = false): Promise<TestReferral> {
  const campaign = await aCampaign(core);
  await core.here.app.inWorkspace(campaign.workspaceId, async (tx) => {
    const row = await loadCampaign(tx, campaign.campaignId);
    if (!row) throw new Error('No campaign');
    await replaceMappings(tx, row, 'person-invited', [
      ...mandatoryInvited,
      filledFrom('referrer_email', 'referred_by'),
    ]);
  });
  const referral = await aReferral(core, campaign);
  if (existing) crm.put(referral.email);
  await lifecycle(core, crm).enter(referral);
  return referral;
}

const wanted = (referral: TestReferral) =>
  core.rows(sql`select property, value from crm_writes where workspace_id = ${referral.workspaceId}`);

describe('P10: credit that moves to the last referrer', () => {
  test('is told to HubSpot: the contact that we made names the referrer of now, and nothing else changes', async () => {
    const referral = await aMappedReferral();
    expect(await wanted(referral)).toEqual([]);
    expect(await takeOver(referral)).not.toBeNull();
    expect(await wanted(referral)).toEqual([{ property: 'referred_by', value: later }]);
  });

  test('S47: leaves a contact alone that was there before', async () => {
    const referral = await aMappedReferral(aCrm(), true);
    await takeOver(referral);
    expect(await wanted(referral)).toEqual([]);
  });

  test('a decision that was under way reads again, and the referrer of now earns', async () => {
    const crm = aCrm();
    const referral = await aMappedReferral(crm);
    crm.set(await contactOf(core, referral), property, qualifying);
    let moved: Awaited<ReturnType<typeof takeOver>> = null;
    crm.onCall = async () => {
      crm.onCall = () => undefined;
      moved = await takeOver(referral);
    };
    await lifecycle(core, crm).decide(referral);
    const payees = await core.rows(
      sql`select referrer_id, payee_person_id from rewards where referral_id = ${referral.referralId}`,
    );
    const now = moved as { referrerId: string; personId: string } | null;
    expect(payees).toEqual([{ referrer_id: now?.referrerId, payee_person_id: now?.personId }]);
  });

  test('stays where it is once something was earned', async () => {
    const crm = aCrm();
    const referral = await aMappedReferral(crm);
    crm.set(await contactOf(core, referral), property, qualifying);
    await lifecycle(core, crm).decide(referral);
    expect(await takeOver(referral)).toBeNull();
    expect((await moneyOf(core, referral.referralId)).statuses).toEqual(['approved']);
  });
});
