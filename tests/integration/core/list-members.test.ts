import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { rememberContactId } from '../../../db/queries/people.ts';
import { addMs } from '../../../domain/time.ts';
import { HubSpotError } from '../../../hubspot/failures.ts';
import { aPortal, type Portal } from './a-portal.ts';
import { aSyncCampaign, exceptionsOf, type SyncCampaign } from './a-sync.ts';
import { atRest, hint, leftOf, off, on, runsOf, slice, untilRest } from './an-ongoing-sync.ts';
import { type Core, startCore } from './core-under-test.ts';

let core: Core;
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core?.stop());

let portal: Portal;
let campaign: SyncCampaign;
let ids: string[];
let addresses = 0;
const put = () => portal.put({ email: `member${++addresses}@example.com` });
const linkOf = (id: string) => portal.contacts.get(id)?.['link'] ?? null;
const join = (id: string) => {
  portal.members.push(id);
  portal.members.sort((a, b) => Number(a) - Number(b));
};
const leave = (id: string) => portal.members.splice(portal.members.indexOf(id), 1);
const membersOf = async () =>
  (
    await core.rows<{ crm_id: string }>(
      sql`select crm_id from sync_members where campaign_id = ${campaign.campaignId} order by crm_id::numeric`,
    )
  ).map((row) => row.crm_id);

/** After so long that every list is due again. */
let asOf: string;
const look = () => {
  asOf = addMs(asOf, 3_600_000);
  return untilRest(core, campaign, { asOf });
};

beforeEach(async () => {
  portal = aPortal();
  asOf = new Date().toISOString();
  ids = [put(), put(), put(), put()];
  for (const id of ids.slice(0, 3)) join(id);
  campaign = await aSyncCampaign(core, portal, { listId: '7' });
});

describe('a list that is followed', () => {
  test('S37: whoever enters the list gets a link; the contacts beside it do not', async () => {
    await atRest(core, campaign);
    expect(ids.map(linkOf).map(Boolean)).toEqual([true, true, true, false]);
    const later = put();
    join(later);
    await look();
    expect(linkOf(later)).toMatch(/\/r\//);
    expect(linkOf(ids[3] ?? '')).toBeNull();
    expect(await membersOf()).toEqual(portal.members);
  });

  test('a list in which nothing changed costs one call for each page, and no write', async () => {
    portal.pageSize = 2;
    await atRest(core, campaign);
    await look();
    expect(portal.calls).toEqual(['members', 'members']);
  });

  test('S37: leaving the list marks the referrer and deletes nobody; coming back clears the mark', async () => {
    await atRest(core, campaign);
    const [first = '', second = ''] = ids;
    const link = linkOf(second);
    leave(second);
    await look();
    expect(await leftOf(core, campaign)).toMatchObject({ [first]: false, [second]: true });
    expect(linkOf(second)).toBe(link);
    const [row] = await core.rows<{ live: number }>(sql`
      select count(*)::int as live from referral_links where campaign_id = ${campaign.campaignId} and retired_at is null`);
    join(second);
    await look();
    expect(await leftOf(core, campaign)).toMatchObject({ [second]: false });
    expect(linkOf(second)).toBe(link);
    // The three of the list, and the referrer that every test campaign has without a contact has none by a sync.
    expect(row?.live).toBe(4);
  });

  test('ids are compared as numbers, over pages: 999 comes before 1000', async () => {
    portal.pageSize = 1;
    for (const id of ['999', '10000']) {
      portal.contacts.set(id, { email: `n${id}@example.com` });
      join(id);
    }
    await atRest(core, campaign);
    expect(await membersOf()).toEqual(['999', ...ids.slice(0, 3), '10000']);
    leave('10000');
    await look();
    expect(await membersOf()).toEqual(['999', ...ids.slice(0, 3)]);
    expect(await leftOf(core, campaign)).toMatchObject({ '999': false, '10000': true });
  });

  test('everybody leaves: an empty list is a page, too', async () => {
    await atRest(core, campaign);
    portal.members.length = 0;
    await look();
    expect(Object.values(await leftOf(core, campaign)).every(Boolean)).toBe(true);
    expect(await membersOf()).toEqual([]);
  });

  test('a member without an address is an exception, and gets the link when it has one', async () => {
    const late = portal.put({ email: null });
    join(late);
    const { syncRunId } = await atRest(core, campaign);
    expect(await exceptionsOf(core, syncRunId)).toMatchObject([{ crm_id: late, reason: 'no-email' }]);
    Object.assign(portal.contacts.get(late) ?? {}, { email: `late${late}@example.com` });
    await hint(core, campaign, late);
    await slice(core, campaign, { asOf });
    expect(linkOf(late)).not.toBeNull();
  });

  test('S37: a hint about a contact outside the list enrols nobody', async () => {
    await atRest(core, campaign);
    const outside = ids[3] ?? '';
    await hint(core, campaign, outside);
    await slice(core, campaign, { asOf });
    expect(linkOf(outside)).toBeNull();
    expect(portal.calls).toEqual(['readMany']);
  });

  test('E12: a contact that was merged into a member has not left', async () => {
    await atRest(core, campaign);
    const [first = '', second = ''] = ids;
    const survivor = put();
    const { workspaceId, connectionId } = campaign;
    const [person] = await core.rows<{ person_id: string }>(sql`
      select person_id from person_crm_ids where connection_id = ${connectionId} and crm_id = ${second}`);
    leave(second);
    join(survivor);
    await core.here.app.inWorkspace(workspaceId, (tx) =>
      rememberContactId(tx, {
        workspaceId,
        connectionId,
        personId: person?.person_id ?? '',
        crmId: survivor,
      }),
    );
    await look();
    expect(await leftOf(core, campaign)).toMatchObject({ [first]: false, [second]: false });
  });
});

describe('a look that is disturbed', () => {
  test('a crash between two pages repeats at most one of them', async () => {
    portal.pageSize = 1;
    await atRest(core, campaign);
    const later = put();
    join(later);
    let pages = 0;
    portal.onCall = (call) => {
      if (call === 'members' && ++pages === 3) throw new Error('the worker dies');
    };
    await expect(look()).rejects.toThrow('the worker dies');
    portal.onCall = () => undefined;
    portal.calls.length = 0;
    await untilRest(core, campaign, { asOf });
    expect(portal.calls.filter((call) => call === 'members')).toHaveLength(2);
    expect(linkOf(later)).not.toBeNull();
    expect(await membersOf()).toEqual(portal.members);
  });

  test('S39: off in the middle of a look: nobody is enrolled and nobody marked any more', async () => {
    await atRest(core, campaign);
    const later = put();
    join(later);
    leave(ids[0] ?? '');
    portal.onCall = async (call) => {
      if (call === 'members') await off(core, campaign);
    };
    expect(await look()).toMatchObject({ kind: 'finished', state: 'stopped' });
    portal.onCall = () => undefined;
    expect(linkOf(later)).toBeNull();
    expect(Object.values(await leftOf(core, campaign)).some(Boolean)).toBe(false);
  });

  test('S39: on again finds who joined and who left while it was off', async () => {
    await atRest(core, campaign);
    await off(core, campaign);
    const later = put();
    join(later);
    leave(ids[0] ?? '');
    await on(core, campaign);
    await look();
    expect(linkOf(later)).not.toBeNull();
    expect(await leftOf(core, campaign)).toMatchObject({ [ids[0] ?? '']: true });
  });

  test('members in another order than upwards are not believed: nobody is taken for gone', async () => {
    await atRest(core, campaign);
    portal.members.reverse();
    await expect(look()).rejects.toMatchObject({
      detail: { kind: 'unavailable', code: 'LIST_NOT_ASCENDING' },
    });
    expect(Object.values(await leftOf(core, campaign)).some(Boolean)).toBe(false);
  });

  test('another list: who was in the old one is forgotten and not marked', async () => {
    await atRest(core, campaign);
    leave(ids[0] ?? '');
    await look();
    await core.rows(sql`update sync_settings set list_id = '8' where campaign_id = ${campaign.campaignId}`);
    portal.members.splice(0, portal.members.length, ids[3] ?? '');
    await look();
    expect(await membersOf()).toEqual([ids[3]]);
    expect(Object.values(await leftOf(core, campaign)).some(Boolean)).toBe(false);
    expect(linkOf(ids[3] ?? '')).not.toBeNull();
  });
});

describe('when a list is looked at', () => {
  const nextOf = (outcome: Awaited<ReturnType<typeof look>>) =>
    outcome.kind === 'idle' && outcome.nextAt !== null ? Date.parse(outcome.nextAt) - Date.parse(asOf) : null;

  test('as often as HubSpot is asked for changes, and not before', async () => {
    await atRest(core, campaign);
    expect(nextOf(await look())).toBe(300_000);
    portal.calls.length = 0;
    await slice(core, campaign, { asOf: addMs(asOf, 299_000) });
    expect(portal.calls).toEqual([]);
    await slice(core, campaign, { asOf: addMs(asOf, 300_000) });
    expect(portal.calls).toEqual(['members']);
  });

  test('a long list less often, so that looking takes at most a tenth of the budget: a page a second', async () => {
    portal.pageSize = 1;
    for (let n = 0; n < 7; n += 1) join(put());
    await on(core, campaign);
    await untilRest(core, campaign);
    asOf = addMs(asOf, 3_600_000);
    const outcome = await untilRest(core, campaign, { asOf, reconcileSeconds: 1 });
    expect(nextOf(outcome)).toBe(10_000);
  });

  test('a list that was deleted in HubSpot parks the run, which says so, and goes on when it is there again', async () => {
    await atRest(core, campaign);
    portal.onCall = (call) => {
      if (call === 'members') throw new HubSpotError({ kind: 'not-found', status: 404 });
    };
    expect(await look()).toMatchObject({ kind: 'parked', reason: 'list-gone', retryAfterMs: 3_600_000 });
    expect(await runsOf(core, campaign)).toMatchObject([
      { kind: 'ongoing', state: 'parked', parked_reason: 'list-gone' },
      {},
    ]);
    portal.calls.length = 0;
    // A nudge meanwhile is answered, and does not ask for the list again.
    await hint(core, campaign, ids[0] ?? '');
    expect(await slice(core, campaign, { asOf })).toMatchObject({ kind: 'parked', reason: 'list-gone' });
    expect(portal.calls).toEqual(['readMany']);
    portal.onCall = () => undefined;
    expect(await look()).toMatchObject({ kind: 'idle' });
    expect(Object.values(await leftOf(core, campaign)).some(Boolean)).toBe(false);
  });
});
