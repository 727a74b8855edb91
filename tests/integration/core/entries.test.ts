import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { referralActivities } from '../../../activities/referral.ts';
import { beginEntry, completeEntry, loadEntry } from '../../../db/queries/crm-entries.ts';
import { addMs } from '../../../domain/time.ts';
import { HubSpotError } from '../../../hubspot/failures.ts';
import { aCampaign, aReferral, property, qualifying, type TestReferral } from './a-campaign.ts';
import { aCrm, type Crm } from './a-crm.ts';
import { type Core, dependencies, startCore } from './core-under-test.ts';

let core: Core;
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core?.stop());

const enter = (crm: Crm, { workspaceId, referralId }: TestReferral) =>
  referralActivities(dependencies(core, crm.open)).enterCrm({
    workspaceId,
    referralId,
    asOf: new Date().toISOString(),
  });
const entryOf = ({ workspaceId, referralId }: TestReferral) =>
  core.here.app.inWorkspace(workspaceId, (tx) => loadEntry(tx, { referralId }, 'contact'));
const creates = (crm: Crm) => crm.calls.filter((call) => call === 'contact.create').length;

describe('entering HubSpot', () => {
  test('invariant 4: a create whose answer is lost is recognised as ours and not made again', async () => {
    const crm = aCrm();
    const referral = await aReferral(core, await aCampaign(core));
    crm.onCall = () => {
      crm.onCall = () => undefined;
      throw new HubSpotError({ kind: 'outcome-unknown' });
    };
    await expect(enter(crm, referral)).rejects.toThrow(HubSpotError);
    expect(await entryOf(referral)).toMatchObject({ enteredAt: null, crmId: null });
    expect(await enter(crm, referral)).toMatchObject({ entered: true });
    expect(await entryOf(referral)).toMatchObject({ outcome: 'created', crmId: '101' });
    expect(creates(crm)).toBe(2);
    await enter(crm, referral);
    expect(creates(crm)).toBe(2);
  });

  test('S46 S47: a contact that somebody else made is found, never duplicated and never claimed', async () => {
    const crm = aCrm();
    const referral = await aReferral(core, await aCampaign(core));
    const { id } = crm.put(referral.email);
    await enter(crm, referral);
    expect(await entryOf(referral)).toMatchObject({ outcome: 'found', crmId: id });
  });

  test('design §3: the read after the commit sees what changed while we entered', async () => {
    const crm = aCrm();
    const referral = await aReferral(core, await aCampaign(core));
    const inAMoment = addMs(new Date().toISOString(), 1_000);
    crm.onCall = (call) => {
      if (call === 'contact.create') crm.set('101', property, qualifying, inAMoment);
    };
    expect(await enter(crm, referral)).toMatchObject({ entered: true, status: 'qualified' });
  });

  test('invariant 5: a contact that was on the wire at a disconnect is stored nowhere', async () => {
    const crm = aCrm();
    const referral = await aReferral(core, await aCampaign(core));
    crm.onCall = async () => {
      crm.onCall = () => undefined;
      await core.there.system.execute(
        sql`update connections set status = 'disconnected', epoch = epoch + 1 where id = ${referral.connectionId}`,
      );
    };
    expect(await enter(crm, referral)).toMatchObject({ entered: false, parked: 'not-connected' });
    expect(await entryOf(referral)).toMatchObject({ enteredAt: null, crmId: null });
  });
});

test('design §3: of two entries that claim one record as created at once, one gets it', async () => {
  const campaign = await aCampaign(core);
  const { workspaceId, connectionId } = campaign;
  const referrals = [await aReferral(core, campaign), await aReferral(core, campaign)];
  const claim = (database: Core['here'], { referralId }: TestReferral) =>
    database.app.inWorkspace(workspaceId, async (tx) => {
      const entry = await beginEntry(tx, {
        workspaceId,
        connectionId,
        owner: { referralId },
        objectType: 'contact',
      });
      return completeEntry(tx, entry, {
        crmId: '4242',
        outcome: 'created',
        readModifiedAt: new Date().toISOString(),
      });
    });
  const [first, second] = referrals as [TestReferral, TestReferral];
  const outcomes = await Promise.all([claim(core.here, first), claim(core.there, second)]);
  expect(outcomes.sort()).toEqual(['created', 'found']);
});
