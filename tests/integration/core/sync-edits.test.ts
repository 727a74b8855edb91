import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wantValues } from '../../../db/queries/crm-writes.ts';
import { reflectReferrers } from '../../../db/queries/reflection.ts';
import { drainCrmWrites } from '../../../worker/loops/drain.ts';
import { aPortal, type Portal } from './a-portal.ts';
import {
  aSyncCampaign,
  changesOf,
  editsOf,
  exceptionsOf,
  restoreEdits,
  runRow,
  type SyncCampaign,
  sync,
} from './a-sync.ts';
import { type Core, log, publicUrl, startCore } from './core-under-test.ts';

let core: Core;
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core?.stop());

const linkOf = (portal: Portal, id: string) => portal.contacts.get(id)?.['link'] ?? null;
/** A person changes these values in HubSpot. */
const hold = (portal: Portal, id: string, values: Record<string, string>) =>
  Object.assign(portal.contacts.get(id) ?? {}, values);
const drain = ({ open }: Portal) => drainCrmWrites({ db: core.here.system, openHubSpot: open, log });
const wanted = (campaign: SyncCampaign) =>
  core.rows(sql`select property, value from crm_writes where connection_id = ${campaign.connectionId}`);

/** A synced contact: its id, and the link that we wrote. */
async function aLinkedContact(
  out: Parameters<typeof aSyncCampaign>[2] = {},
): Promise<{ campaign: SyncCampaign; portal: Portal; id: string; ours: string }> {
  const portal = aPortal();
  const id = portal.put({ email: 'linked@example.com' });
  const campaign = await aSyncCampaign(core, portal, out);
  await sync(core, campaign);
  return { campaign, portal, id, ours: linkOf(portal, id) ?? '' };
}

describe('a value that a person changed in HubSpot', () => {
  test.each([
    ['another value', 'https://example.com/mine', 'https://example.com/mine'],
    ['nothing', '', null],
  ])('S21: replaced by %s, is reported and left alone', async (_, theirs, reported) => {
    const { campaign, portal, id, ours } = await aLinkedContact();
    hold(portal, id, { link: theirs });
    const runId = await sync(core, campaign);
    expect(linkOf(portal, id)).toBe(theirs);
    expect(await exceptionsOf(core, runId)).toEqual([
      { crm_id: id, reason: 'edited-in-hubspot', detail: 'link' },
    ]);
    expect(await editsOf(core, campaign)).toEqual([
      { object_id: id, property: 'link', ours, theirs: reported, restored: false },
    ]);
    expect(await changesOf(core, runId)).toEqual([]);
    expect(await runRow(core, runId)).toMatchObject({ seen: 1, linked: 0, unchanged: 0 });
  });

  test('S21: is restored where the campaign says so, and reported all the same', async () => {
    const { campaign, portal, id, ours } = await aLinkedContact();
    hold(portal, id, { link: 'mine' });
    await restoreEdits(core, campaign, true);
    const runId = await sync(core, campaign);
    expect(linkOf(portal, id)).toBe(ours);
    expect(await editsOf(core, campaign)).toMatchObject([{ theirs: 'mine', restored: true }]);
    expect(await changesOf(core, runId)).toMatchObject([
      { properties: { link: { before: 'mine', after: ours } } },
    ]);
    expect(await exceptionsOf(core, runId)).toMatchObject([{ reason: 'edited-in-hubspot' }]);
    const next = await sync(core, campaign);
    expect(await exceptionsOf(core, next)).toEqual([]);
    expect(await editsOf(core, campaign)).toMatchObject([{ restored: true }]);
  });

  test('S21: that the person takes back is no edit any more', async () => {
    const { campaign, portal, id, ours } = await aLinkedContact();
    hold(portal, id, { link: 'mine' });
    await sync(core, campaign);
    hold(portal, id, { link: ours });
    const runId = await sync(core, campaign);
    expect(await editsOf(core, campaign)).toEqual([]);
    expect(await exceptionsOf(core, runId)).toEqual([]);
  });

  test('S21: leaves the other properties of the contact to us', async () => {
    const { campaign, portal, id } = await aLinkedContact({
      out: { link: 'referral_link', program: 'campaign_name' },
    });
    hold(portal, id, { link: 'mine' });
    await core.rows(sql`update campaigns set name = 'Renamed' where id = ${campaign.campaignId}`);
    await sync(core, campaign);
    expect(portal.contacts.get(id)).toMatchObject({ link: 'mine', program: 'Renamed' });
    expect(await editsOf(core, campaign)).toMatchObject([{ property: 'link' }]);
  });

  test('S23: is not wanted over by a counter that changes, until it is restored', async () => {
    const { campaign, portal, id } = await aLinkedContact({
      out: { link: 'referral_link', friends: 'number_referred' },
    });
    hold(portal, id, { friends: '12' });
    await sync(core, campaign);
    const { workspaceId, campaignId } = campaign;
    const reflect = async () => {
      const [row] = await core.rows<{ id: string }>(
        sql`select r.id from referrers r join person_crm_ids k using (person_id)
          where r.campaign_id = ${campaignId} and k.crm_id = ${id}`,
      );
      await core.here.app.inWorkspace(workspaceId, (tx) =>
        reflectReferrers(tx, { workspaceId, campaignId, referrerIds: [row?.id ?? ''], publicUrl }),
      );
    };
    await reflect();
    expect((await wanted(campaign)).map(({ property }) => property)).toEqual(['link']);
    await restoreEdits(core, campaign, true);
    await reflect();
    expect((await wanted(campaign)).map(({ property }) => property).sort()).toEqual(['friends', 'link']);
  });
});

describe("what is nobody's edit", () => {
  test('S21: a value that was there before we ever wrote is overwritten', async () => {
    const portal = aPortal();
    const id = portal.put({ email: 'before@example.com', link: 'https://example.com/old' });
    const campaign = await aSyncCampaign(core, portal);
    const runId = await sync(core, campaign);
    expect(linkOf(portal, id)).toMatch(publicUrl);
    expect(await editsOf(core, campaign)).toEqual([]);
    expect(await exceptionsOf(core, runId)).toEqual([]);
  });

  test('S21: a property that the campaign maps anew is written over whatever it holds', async () => {
    const { campaign, portal, id, ours } = await aLinkedContact();
    hold(portal, id, { other: 'old' });
    await core.rows(sql`update field_mappings set property = 'other'
      where campaign_id = ${campaign.campaignId} and section = 'sync-out'`);
    await sync(core, campaign);
    expect(portal.contacts.get(id)?.['other']).toBe(ours);
    expect(await editsOf(core, campaign)).toEqual([]);
  });

  test('S23: an older value of ours, which a lost write left there, is overtaken', async () => {
    const { campaign, portal, id, ours } = await aLinkedContact();
    const { workspaceId, connectionId } = campaign;
    for (const value of ['older', 'old']) {
      await core.here.app.inWorkspace(workspaceId, (tx) =>
        wantValues(tx, { workspaceId, connectionId }, [
          { objectType: 'contact', objectId: id, property: 'link', value },
        ]),
      );
      await drain(portal);
    }
    hold(portal, id, { link: 'older' });
    await sync(core, campaign);
    expect(linkOf(portal, id)).toBe(ours);
    expect(await editsOf(core, campaign)).toEqual([]);
  });

  test('facts §2: a number that HubSpot gives back in its own spelling', async () => {
    const { campaign, portal, id } = await aLinkedContact({
      out: { link: 'referral_link', friends: 'number_referred' },
    });
    hold(portal, id, { friends: '0.0' });
    portal.calls.length = 0;
    await sync(core, campaign);
    expect(portal.calls).toEqual(['count', 'page']);
    expect(await editsOf(core, campaign)).toEqual([]);
  });

  test('S86: what a run that was stopped may or may not have written is not held against the contact', async () => {
    const portal = aPortal();
    const id = portal.put({ email: 'doubt@example.com', link: 'theirs' });
    const campaign = await aSyncCampaign(core, portal);
    const { workspaceId, campaignId, connectionId } = campaign;
    await core.rows(sql`
      with run as (insert into sync_runs (id, workspace_id, campaign_id, connection_id, epoch, state, started_at, finished_at)
        values (gen_random_uuid(), ${workspaceId}, ${campaignId}, ${connectionId}, 1, 'stopped', now(), now()) returning id)
      insert into sync_changes (run_id, crm_id, workspace_id, outcome, properties, created_at)
      select id, ${id}, ${workspaceId}, 'update', '{"link": {"before": "theirs", "after": "x", "unconfirmed": true}}', now()
      from run`);
    await sync(core, campaign);
    expect(linkOf(portal, id)).toMatch(publicUrl);
    expect(await editsOf(core, campaign)).toEqual([]);
  });
});

test('S41: a first backfill never asks what was sent before, whatever the contacts hold', async () => {
  const portal = aPortal();
  for (let n = 0; n < 5; n += 1) portal.put({ email: `first${n}@example.com`, link: `theirs ${n}` });
  const campaign = await aSyncCampaign(core, portal);
  await core.asOwner('alter table crm_writes rename to crm_writes_away');
  try {
    expect(await runRow(core, await sync(core, campaign))).toMatchObject({ linked: 5, state: 'completed' });
  } finally {
    await core.asOwner('alter table crm_writes_away rename to crm_writes');
  }
});

test('E4: after an undo nothing is reflected for a referrer, until a sync writes again', async () => {
  const { campaign, portal, id } = await aLinkedContact();
  const { workspaceId, campaignId } = campaign;
  const [referrer] = await core.rows<{ id: string }>(sql`
    update referrers r set withheld_at = now(), crm_link_written = null from person_crm_ids k
    where k.person_id = r.person_id and k.crm_id = ${id} and r.campaign_id = ${campaignId} returning r.id`);
  await core.rows(sql`update sync_changes set undo = 'undone', properties = jsonb_set(properties, '{link,undone}', 'true')
    where crm_id = ${id} and workspace_id = ${workspaceId}`);
  hold(portal, id, { link: '' });
  const reflect = () =>
    core.here.app.inWorkspace(workspaceId, (tx) =>
      reflectReferrers(tx, { workspaceId, campaignId, referrerIds: [referrer?.id ?? ''], publicUrl }),
    );
  await reflect();
  expect(await wanted(campaign)).toEqual([]);
  await sync(core, campaign);
  expect(linkOf(portal, id)).toMatch(publicUrl);
  expect(await editsOf(core, campaign)).toEqual([]);
  expect(
    await core.rows(
      sql`select withheld_at, crm_link_written from referrers where id = ${referrer?.id ?? null}`,
    ),
  ).toEqual([{ withheld_at: null, crm_link_written: linkOf(portal, id) }]);
  await reflect();
  expect(await wanted(campaign)).toHaveLength(1);
});
