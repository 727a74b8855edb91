/** Runs whose attempts die, meet each other, or find HubSpot changed in between. */
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enrolPage } from '../../../activities/enrolled-page.ts';
import { loadPageContext } from '../../../activities/page-context.ts';
import { loadRunContext } from '../../../activities/slice.ts';
import { finishPage, OvertakenSlice } from '../../../activities/sync-page.ts';
import { reflectReferrers } from '../../../db/queries/reflection.ts';
import { drainCrmWrites } from '../../../worker/loops/drain.ts';
import { aPortal, type Portal } from './a-portal.ts';
import { aSlice, openRun, runOf } from './a-run.ts';
import { aSyncCampaign, changesOf, exceptionsOf, runRow, type SyncCampaign, sync } from './a-sync.ts';
import { type Core, dependencies, log, publicUrl, startCore } from './core-under-test.ts';

let core: Core;
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core?.stop());

const drain = ({ portal }: SyncCampaign) =>
  drainCrmWrites({ db: core.here.system, openHubSpot: portal.open, log });

/** One attempt: HubSpot writes what it is asked for, and its answer never comes. */
async function dyingSlice(campaign: SyncCampaign): Promise<void> {
  campaign.portal.onCall = (call) => {
    if (call.startsWith('updateMany')) throw new Error('the process died');
  };
  await expect(aSlice(core, campaign)).rejects.toThrow('the process died');
  campaign.portal.onCall = () => undefined;
}

/** A portal of so many contacts; their ids. */
function contactsOf(portal: Portal, count: number): [string, string, string, ...string[]] {
  const ids = Array.from({ length: count }, (_, n) =>
    portal.put({ email: `c${n}@example.com`, link: `theirs ${n}` }),
  );
  return ids as [string, string, string, ...string[]];
}

describe('attempts of one run that died on different pages', () => {
  test('E4: a contact that stood on two of them is in doubt once, and the run can be stopped', async () => {
    const portal = aPortal();
    portal.pageSize = 2;
    const [gone, twice, last] = contactsOf(portal, 3);
    const campaign = await aSyncCampaign(core, portal);
    const runId = await openRun(core, campaign, { kind: 'sync' });
    await dyingSlice(campaign);
    // Without its first contact the page begins with the second one, and ends with another.
    portal.contacts.delete(gone);
    await dyingSlice(campaign);
    await core.rows(sql`update sync_runs set wanted = 'stopped' where id = ${runId}`);
    expect(await aSlice(core, campaign)).toMatchObject({ kind: 'finished', state: 'stopped' });
    expect(await changesOf(core, runId)).toMatchObject([
      { crm_id: gone, properties: { link: { before: 'theirs 0', unconfirmed: true } } },
      { crm_id: twice, properties: { link: { before: 'theirs 1', unconfirmed: true } } },
      { crm_id: last, properties: { link: { before: 'theirs 2', unconfirmed: true } } },
    ]);
    await runOf(core, campaign, { kind: 'undo', ofRunId: runId });
    expect([...portal.contacts.values()].map((contact) => contact['link'])).toEqual(['theirs 1', 'theirs 2']);
  });
});

test('S41: a worker that comes late with the only page of a run that is complete counts nobody again', async () => {
  const portal = aPortal();
  contactsOf(portal, 2);
  const campaign = await aSyncCampaign(core, portal);
  const runId = await openRun(core, campaign, { kind: 'sync' });
  const deps = dependencies(core, portal.open);
  const context = await deps.db.inWorkspace(campaign.workspaceId, (tx) => loadRunContext(tx, runId));
  const hubspot = portal.open({ connectionId: '', epoch: 1, lane: 'bulk' });
  const page = await loadPageContext(deps, context, hubspot);
  const { results, after } = await hubspot.contacts.page({ after: null, properties: ['email', 'link'] });
  const late = await enrolPage(deps, page, { records: results, from: null, after });
  expect(await aSlice(core, campaign)).toMatchObject({ kind: 'finished', seen: 2 });
  await expect(finishPage(deps, page, late)).rejects.toThrow(OvertakenSlice);
  expect(await runRow(core, runId)).toMatchObject({ state: 'completed', seen: 2, enrolled: 2, linked: 2 });
});

test('S19: a contact that a list names by two ids, since it was merged, is one contact and no double of itself', async () => {
  const portal = aPortal();
  const [survivor, loser] = contactsOf(portal, 3);
  portal.members.push(survivor, loser);
  const { open } = portal;
  const merged: Portal = {
    ...portal,
    open: (input) => {
      const hubspot = open(input);
      const readMany: typeof hubspot.contacts.readMany = async (ids, options) => {
        const [lookup] = await hubspot.contacts.readMany([survivor], options);
        return ids.map((askedId) => ({ askedId, record: lookup?.record ?? null }));
      };
      const contacts = Object.create(hubspot.contacts, {
        readMany: { value: readMany },
      }) as typeof hubspot.contacts;
      return { ...hubspot, contacts };
    },
  };
  const campaign = await aSyncCampaign(core, merged, { listId: '7' });
  const runId = await sync(core, campaign);
  expect(await exceptionsOf(core, runId)).toEqual([]);
  expect(await changesOf(core, runId)).toHaveLength(1);
});

describe('S23: what the drain keeps current', () => {
  const out = { link: 'referral_link', referred: 'number_referred', converted: 'number_successful' } as const;

  async function aReferrerOf(campaign: SyncCampaign): Promise<string> {
    const [row] = await core.rows<{ id: string }>(
      sql`select id from referrers where campaign_id = ${campaign.campaignId} and source = 'sync'`,
    );
    if (!row) throw new Error('No referrer');
    return row.id;
  }

  const reflect = ({ workspaceId, campaignId }: SyncCampaign, referrerId: string) =>
    core.here.app.inWorkspace(workspaceId, (tx) =>
      reflectReferrers(tx, { workspaceId, campaignId, referrerIds: [referrerId], publicUrl }),
    );

  test('a property that HubSpot takes from nobody any more keeps no other value of the record from being written', async () => {
    const portal = aPortal();
    const id = portal.put({ email: 'referrer@example.com' });
    const campaign = await aSyncCampaign(core, portal, { out });
    await sync(core, campaign);
    const contact = portal.contacts.get(id) ?? {};
    Object.assign(contact, { link: null, converted: null });
    portal.refused.set('referred', 'PROPERTY_DOESNT_EXIST');
    await reflect(campaign, await aReferrerOf(campaign));
    for (let more = true; more; ) more = await drain(campaign);
    expect(contact).toMatchObject({ link: expect.stringContaining(publicUrl), converted: '0' });
    expect(
      await core.rows(sql`
        select property, refused_reason from crm_writes
        where connection_id = ${campaign.connectionId} and refused_reason is not null`),
    ).toEqual([{ property: 'referred', refused_reason: 'invalid referred PROPERTY_DOESNT_EXIST' }]);
  });

  describe('and a sync writes beside it', () => {
    const label = { link: 'referral_link', label: 'campaign_name' } as const;
    const rename = ({ campaignId }: SyncCampaign, name: string) =>
      core.rows(sql`update campaigns set name = ${name} where id = ${campaignId}`);

    /** A referrer whom the drain has told a value of the campaign's. */
    async function aLabelledContact() {
      const portal = aPortal();
      const id = portal.put({ email: 'referrer@example.com' });
      const campaign = await aSyncCampaign(core, portal, { out: label });
      await sync(core, campaign);
      const referrerId = await aReferrerOf(campaign);
      const drained = async (name: string) => {
        await rename(campaign, name);
        await reflect(campaign, referrerId);
        await drain(campaign);
      };
      await drained('Spring');
      const held = portal.contacts.get(id) ?? {};
      expect(held['label']).toBe('Spring');
      return { portal, campaign, held, drained };
    }

    test('a value that the sync has replaced is sent again once it holds again', async () => {
      const { campaign, held, drained } = await aLabelledContact();
      await rename(campaign, 'Summer');
      await sync(core, campaign);
      expect(held['label']).toBe('Summer');
      await drained('Spring');
      expect(held['label']).toBe('Spring');
    });

    test('a value that changes between the enrolment of a page and its write is the one that stays', async () => {
      const { portal, campaign, held, drained } = await aLabelledContact();
      await rename(campaign, 'Summer');
      const { open } = portal;
      const slow: Portal = {
        ...portal,
        open: (input) => {
          const hubspot = open(input);
          const updateMany: typeof hubspot.contacts.updateMany = async (updates) => {
            await drained('Autumn');
            expect(held['label']).toBe('Autumn');
            return hubspot.contacts.updateMany(updates);
          };
          const contacts = Object.create(hubspot.contacts, { updateMany: { value: updateMany } });
          return { ...hubspot, contacts: contacts as typeof hubspot.contacts };
        },
      };
      await sync(core, { ...campaign, portal: slow });
      expect(held['label']).toBe('Summer');
      await drain(campaign);
      expect(held['label']).toBe('Autumn');
    });
  });
});
