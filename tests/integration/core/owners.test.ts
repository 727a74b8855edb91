import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { referralActivities } from '../../../activities/referral.ts';
import { rememberContactId } from '../../../db/queries/people.ts';
import { campaigns } from '../../../db/schema/campaigns.ts';
import type { InvitedOwner } from '../../../domain/contact-owner.ts';
import { HubSpotError } from '../../../hubspot/failures.ts';
import type { CrmProperties, HubSpot, OpenHubSpot } from '../../../hubspot/gateway.ts';
import { aCampaign, aReferral, type TestCampaign, type TestReferral } from './a-campaign.ts';
import { aCrm, type Crm, only } from './a-crm.ts';
import { contactOf, now } from './a-qualified-referral.ts';
import { type Core, dependencies, startCore } from './core-under-test.ts';

let core: Core;
let crm: Crm;
/** Owners that HubSpot does not have any more. */
let gone: Set<string>;
let deals: CrmProperties[];
/** Whether HubSpot says which property it refuses. */
let named: boolean;
beforeAll(async () => {
  core = await startCore();
});
beforeEach(() => {
  crm = aCrm();
  gone = new Set();
  deals = [];
  named = true;
});
afterAll(() => core?.stop());

const refuseGone = ({ hubspot_owner_id: ownerId }: CrmProperties) => {
  if (ownerId && gone.has(ownerId)) {
    const culprit = named ? { property: 'hubspot_owner_id', code: 'INVALID_OPTION' } : {};
    throw new HubSpotError({ kind: 'invalid', ...culprit });
  }
};
/** The HubSpot of the test, which knows its owners and makes deals. */
const open: OpenHubSpot = (input) => {
  const hubspot = crm.open(input);
  return only<HubSpot>({
    contacts: {
      ...hubspot.contacts,
      create: async (properties) => {
        refuseGone(properties);
        return hubspot.contacts.create(properties);
      },
    },
    deals: only<HubSpot['deals']>({
      findByUnique: async () => null,
      create: async ({ properties }) => {
        refuseGone(properties);
        deals.push(properties);
        const at = now();
        const id = String(9_000 + Math.trunc(Math.random() * 1e9));
        return { id, properties, history: {}, createdAt: at, updatedAt: at, archived: false, mergedIds: [] };
      },
    }),
  });
};
const enter = (referral: TestReferral, database = core.here) =>
  referralActivities(dependencies({ ...core, here: database }, open)).enterCrm({ ...referral, asOf: now() });

async function aCampaignWith(
  owner: InvitedOwner,
  more: Partial<typeof campaigns.$inferInsert> = {},
): Promise<TestCampaign> {
  const campaign = await aCampaign(core);
  await choose(campaign, owner, more);
  return campaign;
}
const choose = ({ campaignId }: TestCampaign, invitedOwner: InvitedOwner, more = {}) =>
  core.here.system
    .update(campaigns)
    .set({ invitedOwner, ...more })
    .where(eq(campaigns.id, campaignId));
const ownerOf = async (referral: TestReferral): Promise<string | null | undefined> => {
  const id = await contactOf(core, referral);
  const { properties } = await crm
    .open({ connectionId: referral.connectionId, epoch: 1, lane: 'bulk' })
    .contacts.read(id, { properties: [] });
  return properties['hubspot_owner_id'];
};
const turnsOf = async ({ campaignId }: TestCampaign) =>
  (await core.rows<{ owner_turn: number }>(sql`select owner_turn from campaigns where id = ${campaignId}`))[0]
    ?.owner_turn;

const three: InvitedOwner = { kind: 'round-robin', ownerIds: ['11', '12', '13'] };

describe('who is put in charge of a new contact', () => {
  test('nobody unless the campaign says so', async () => {
    const referral = await aReferral(core, await aCampaign(core));
    await enter(referral);
    expect(await ownerOf(referral)).toBeUndefined();
  });

  test('one owner for all', async () => {
    const referral = await aReferral(core, await aCampaignWith({ kind: 'fixed', ownerId: '11' }));
    await enter(referral);
    expect(await ownerOf(referral)).toBe('11');
  });

  test.each([
    ['who is in charge of the referrer’s contact', { hubspot_owner_id: '12' }, '12'],
    ['nobody where nobody is', {}, undefined],
  ])('of the referrer: %s', async (_, properties: CrmProperties, owner) => {
    const campaign = await aCampaignWith({ kind: 'of-referrer' });
    await knowReferrer(campaign, properties);
    const referral = await aReferral(core, campaign);
    await enter(referral);
    expect(await ownerOf(referral)).toBe(owner);
  });

  test('of the referrer: nobody where HubSpot has no contact of theirs', async () => {
    const campaign = await aCampaignWith({ kind: 'of-referrer' });
    const [unknown, deleted] = [await aReferral(core, campaign), await aReferral(core, campaign)];
    await enter(unknown);
    crm.remove(await knowReferrer(campaign, { hubspot_owner_id: '12' }));
    await enter(deleted);
    expect([await ownerOf(unknown), await ownerOf(deleted)]).toEqual([undefined, undefined]);
  });

  test('in turn: each owner gets as many, though two processes enter them at once', async () => {
    const campaign = await aCampaignWith(three);
    const referrals = await Promise.all(Array.from({ length: 12 }, () => aReferral(core, campaign)));
    await Promise.all(
      referrals.map((referral, index) => enter(referral, index % 2 === 0 ? core.here : core.there)),
    );
    const owners = await Promise.all(referrals.map(ownerOf));
    expect(owners.toSorted()).toEqual(['11', '12', '13'].flatMap((id) => [id, id, id, id]));
  });

  test('in turn: an attempt whose answer is lost takes no second turn, nor does one beside it', async () => {
    const campaign = await aCampaignWith(three);
    const referral = await aReferral(core, campaign);
    crm.onCall = () => {
      crm.onCall = () => undefined;
      throw new HubSpotError({ kind: 'outcome-unknown' });
    };
    await expect(enter(referral)).rejects.toThrow(HubSpotError);
    await Promise.all([enter(referral), enter(referral, core.there)]);
    expect([await ownerOf(referral), await turnsOf(campaign)]).toEqual(['11', 1]);
  });

  test('in turn: of attempts that begin at the same moment one chooses, for all', async () => {
    const campaign = await aCampaignWith(three);
    const referral = await aReferral(core, campaign);
    await Promise.allSettled([enter(referral), enter(referral, core.there), enter(referral, core.there)]);
    expect([await ownerOf(referral), await turnsOf(campaign)]).toEqual(['11', 1]);
  });
});

describe('an existing contact', () => {
  test.each([
    ['never-overwrite', { hubspot_owner_id: '12' }, '12'],
    ['never-overwrite', {}, undefined],
    ['fill-blanks', { hubspot_owner_id: '12' }, '12'],
    ['fill-blanks', {}, '11'],
    ['overwrite', { hubspot_owner_id: '12' }, '11'],
  ] as const)('S47 %s: with %o it has %s', async (existingContacts, properties: CrmProperties, owner) => {
    const campaign = await aCampaignWith({ kind: 'fixed', ownerId: '11' }, { existingContacts });
    const referral = await aReferral(core, campaign);
    crm.put(referral.email, properties);
    await enter(referral);
    expect(await ownerOf(referral)).toBe(owner);
  });
});

describe('who is put in charge of the deal', () => {
  const withDeal = { personInvitedAction: 'create-contact-and-deal' } as const;

  test('the one of the new contact', async () => {
    const referral = await aReferral(core, await aCampaignWith(three, withDeal));
    await enter(referral);
    expect(deals).toMatchObject([{ hubspot_owner_id: '11' }]);
  });

  test('the one whom an existing contact has already', async () => {
    const referral = await aReferral(core, await aCampaignWith(three, withDeal));
    crm.put(referral.email, { hubspot_owner_id: '77' });
    await enter(referral);
    expect(deals).toMatchObject([{ hubspot_owner_id: '77' }]);
  });

  test('the same where the referrer’s contact has nobody', async () => {
    const referral = await aReferral(core, await aCampaignWith({ kind: 'of-referrer' }, withDeal));
    crm.put(referral.email, { hubspot_owner_id: '77' });
    await enter(referral);
    expect(deals).toMatchObject([{ hubspot_owner_id: '77' }]);
  });

  test('the campaign’s choice where the existing contact’s own owner is gone', async () => {
    const referral = await aReferral(core, await aCampaignWith({ kind: 'fixed', ownerId: '11' }, withDeal));
    crm.put(referral.email, { hubspot_owner_id: '77' });
    gone.add('77');
    expect(await enter(referral)).toMatchObject({ parked: 'mapping-refused' });
    expect(await enter(referral)).toMatchObject({ parked: null, entered: true });
    expect(deals).toMatchObject([{ hubspot_owner_id: '11' }]);
  });
});

describe('an owner whom HubSpot does not have any more', () => {
  test('parks the referral and is named; it goes on once the campaign names another one', async () => {
    const campaign = await aCampaignWith({ kind: 'fixed', ownerId: '11' });
    const referral = await aReferral(core, campaign);
    gone.add('11');
    expect(await enter(referral)).toMatchObject({ parked: 'mapping-refused', entered: false });
    expect(await enter(referral)).toMatchObject({ parked: 'mapping-refused', entered: false });
    const parked = await core.rows(
      sql`select facts from timeline_events where referral_id = ${referral.referralId} and kind = 'parked'`,
    );
    expect(parked).toMatchObject([{ facts: { property: 'hubspot_owner_id', code: 'INVALID_OPTION' } }]);
    await choose(campaign, { kind: 'fixed', ownerId: '12' });
    expect(await enter(referral)).toMatchObject({ parked: null, entered: true });
    expect(await ownerOf(referral)).toBe('12');
  });

  test('goes on likewise where HubSpot does not say which property it refuses', async () => {
    const campaign = await aCampaignWith({ kind: 'fixed', ownerId: '11' });
    const referral = await aReferral(core, campaign);
    gone.add('11');
    named = false;
    expect(await enter(referral)).toMatchObject({ parked: 'mapping-refused' });
    await choose(campaign, { kind: 'fixed', ownerId: '12' });
    expect(await enter(referral)).toMatchObject({ parked: null });
    expect(await ownerOf(referral)).toBe('12');
  });

  test('in turn: the next attempt takes the next owner', async () => {
    const referral = await aReferral(core, await aCampaignWith(three));
    gone.add('11');
    expect(await enter(referral)).toMatchObject({ parked: 'mapping-refused' });
    expect(await enter(referral)).toMatchObject({ parked: null });
    expect(await ownerOf(referral)).toBe('12');
  });
});

/** HubSpot has the campaign's referrer as a contact, and we know which. */
async function knowReferrer(
  { workspaceId, connectionId, referrerId }: TestCampaign,
  properties: CrmProperties,
): Promise<string> {
  const { id: crmId } = crm.put(`referrer-${referrerId}@example.com`, properties);
  const [row] = await core.rows<{ person_id: string }>(
    sql`select person_id from referrers where id = ${referrerId}`,
  );
  await core.here.app.inWorkspace(workspaceId, (tx) =>
    rememberContactId(tx, { workspaceId, connectionId, personId: row?.person_id ?? '', crmId }),
  );
  return crmId;
}
