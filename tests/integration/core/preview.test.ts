import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wantRun } from '../../../db/queries/sync-run-views.ts';
import { aPortal, type Portal } from './a-portal.ts';
import { aSlice, type ChangeRow, everythingOf, findings, openRun, runOf } from './a-run.ts';
import { aSyncCampaign, exceptionsOf, runRow, type SyncCampaign } from './a-sync.ts';
import { type Core, publicUrl, startCore } from './core-under-test.ts';

let core: Core;
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core?.stop());

const preview = { kind: 'preview' } as const;
const sync = { kind: 'sync' } as const;
const madeLink = `${publicUrl}/r/…`;
const writes = (portal: Portal) => portal.calls.filter((call) => call.startsWith('update'));

test('E4: a preview says of each contact what a sync would do, with the values before and after', async () => {
  const portal = aPortal();
  const created = portal.put({ email: 'New@Example.com', firstname: 'Nia', link: 'theirs' });
  const nameless = portal.put({ firstname: 'Nobody' });
  const campaign = await aSyncCampaign(core, portal);
  const found = await findings(core, await runOf(core, campaign, preview));
  expect(found[created]).toMatchObject({
    outcome: 'create',
    reason: null,
    properties: { link: { before: 'theirs', after: madeLink } },
    fields: {
      email: { before: null, after: 'New@Example.com' },
      first_name: { before: null, after: 'Nia' },
    },
  });
  expect(found[nameless]).toMatchObject({ outcome: 'skipped', reason: 'no-email', properties: {} });
});

test('E4: a preview asks HubSpot only to read, and leaves people, referrers, links and writes as they are', async () => {
  const portal = aPortal();
  portal.put({ email: 'known@example.com' });
  const campaign = await aSyncCampaign(core, portal);
  await runOf(core, campaign, sync);
  for (let n = 0; n < 120; n += 1) portal.put({ email: `c${n}@example.com`, firstname: 'C' });
  const before = await everythingOf(core, campaign);
  portal.calls.length = 0;
  const runId = await runOf(core, campaign, preview);
  expect(await everythingOf(core, campaign)).toEqual(before);
  expect(new Set(portal.calls)).toEqual(new Set(['count', 'properties', 'page']));
  expect(await runRow(core, runId)).toMatchObject({
    state: 'completed',
    seen: 121,
    total: 121,
    enrolled: 0,
    linked: 0,
  });
});

/** A portal with every kind of contact that the sync tells apart, in pages of five so that they meet across pages. */
function aMessyPortal(): Portal {
  const portal = aPortal();
  portal.pageSize = 5;
  portal.put({ email: 'ana@example.com', firstname: 'Ana' });
  portal.put({ email: 'ana@example.com', firstname: 'Second on the same page' });
  portal.put({ email: 'not an address' });
  portal.put({ email: 'bo@example.com', firstname: 'x'.repeat(2_000) });
  portal.put({ email: 'cy@example.com', link: 'somebody else wrote here' });
  for (let n = 0; n < 7; n += 1) portal.put({ email: `filler${n}@example.com` });
  portal.put({ email: ' ANA@example.com ', firstname: 'Third, pages later' });
  portal.put({ email: '' });
  portal.put({ email: 'dee@example.com' });
  return portal;
}

interface Story {
  readonly creates: number;
  readonly updates: number;
  readonly skipped: Readonly<Record<string, string>>;
}

const told = (rows: Readonly<Record<string, ChangeRow>>): Story => ({
  creates: Object.values(rows).filter(({ outcome }) => outcome === 'create').length,
  updates: Object.values(rows).filter(
    ({ outcome, properties }) => outcome === 'update' && Object.keys(properties).length > 0,
  ).length,
  skipped: Object.fromEntries(
    Object.values(rows).flatMap(({ crm_id, reason }) => (reason ? [[crm_id, reason]] : [])),
  ),
});

async function done(runId: string): Promise<Story> {
  const changes = Object.values(await findings(core, runId));
  const exceptions = await exceptionsOf(core, runId);
  return {
    creates: Number((await runRow(core, runId))['enrolled']),
    updates: changes.filter(({ outcome }) => outcome === 'update').length,
    skipped: Object.fromEntries(exceptions.map(({ crm_id, reason }) => [crm_id, reason])),
  };
}

async function previewThenSync(campaign: SyncCampaign): Promise<readonly [Story, Story]> {
  const foretold = told(await findings(core, await runOf(core, campaign, preview)));
  return [foretold, await done(await runOf(core, campaign, sync))];
}

describe('E4: what a preview says is what the sync then does', () => {
  test('for contacts that are new, doubled on one page or pages apart, without or with a bad address, too long', async () => {
    const campaign = await aSyncCampaign(core, aMessyPortal());
    const [foretold, happened] = await previewThenSync(campaign);
    expect(foretold).toEqual(happened);
    expect(happened.creates).toBe(10);
    expect(Object.values(happened.skipped).sort()).toEqual([
      'duplicate-email',
      'duplicate-email',
      'invalid-email',
      'no-email',
      'value-too-long',
    ]);
  });

  test('for contacts that are referrers already, edited by people, with blanks of ours to fill, being erased', async () => {
    const portal = aPortal();
    const ids = ['edited', 'cleared', 'same', 'erased'].map((name) =>
      portal.put({ email: `${name}@example.com` }),
    );
    const campaign = await aSyncCampaign(core, portal, {
      out: { link: 'referral_link', referred: 'number_referred' },
    });
    await runOf(core, campaign, sync);
    const [edited, cleared, same, erased] = ids as [string, string, string, string];
    Object.assign(portal.contacts.get(edited) ?? {}, { link: 'a person was here' });
    Object.assign(portal.contacts.get(cleared) ?? {}, { link: '', referred: '7' });
    Object.assign(portal.contacts.get(same) ?? {}, { firstname: 'Sam' });
    await core.rows(sql`update people set erasing_at = now() where workspace_id = ${campaign.workspaceId}
      and email_key = 'erased@example.com'`);
    const previewed = await findings(core, await runOf(core, campaign, preview));
    expect(previewed[edited]).toMatchObject({
      outcome: 'skipped',
      reason: 'edited-in-hubspot',
      properties: {},
    });
    expect(previewed[same]).toMatchObject({
      outcome: 'update',
      properties: {},
      fields: { first_name: { before: null, after: 'Sam' } },
    });
    expect(previewed[erased]).toMatchObject({ outcome: 'skipped', reason: 'being-erased' });
    expect(told(previewed)).toEqual(await done(await runOf(core, campaign, sync)));
  });

  test('for a property that HubSpot does not take any more, which a sync learns only by writing', async () => {
    const portal = aPortal();
    portal.put({ email: 'one@example.com' });
    portal.put({ email: 'two@example.com' });
    portal.refused.set('referred', 'PROPERTY_DOESNT_EXIST');
    const campaign = await aSyncCampaign(core, portal, {
      out: { link: 'referral_link', referred: 'number_referred' },
    });
    const [foretold, happened] = await previewThenSync(campaign);
    expect(foretold).toEqual(happened);
    expect(Object.values(happened.skipped)).toEqual(['property-gone', 'property-gone']);
  });

  test('for a list, and members of it that are gone', async () => {
    const portal = aPortal();
    const member = portal.put({ email: 'member@example.com' });
    portal.put({ email: 'stranger@example.com' });
    portal.members.push(member, '9999');
    const campaign = await aSyncCampaign(core, portal, { listId: '7' });
    const [foretold, happened] = await previewThenSync(campaign);
    expect(foretold).toEqual(happened);
    expect(happened).toMatchObject({ creates: 1, skipped: { '9999': 'record-gone' } });
  });
});

test('E4: after a sync everything is unchanged', async () => {
  const portal = aPortal();
  const id = portal.put({ email: 'calm@example.com' });
  const campaign = await aSyncCampaign(core, portal);
  await runOf(core, campaign, sync);
  const found = await findings(core, await runOf(core, campaign, preview));
  expect(found[id]).toMatchObject({ outcome: 'unchanged', reason: null, properties: {}, fields: {} });
});

test('E4: a preview that dies in the middle of a page goes on there, and tells the same story', async () => {
  const [portal, other] = [aMessyPortal(), aMessyPortal()];
  const campaign = await aSyncCampaign(core, portal);
  await openRun(core, campaign, preview);
  let pages = 0;
  const dying = aSlice(core, campaign, {
    heartbeat: () => {
      pages += 1;
      if (pages === 2) throw new Error('the process died');
    },
  });
  await expect(dying).rejects.toThrow('the process died');
  portal.calls.length = 0;
  const runId = await runOf(core, campaign, preview);
  expect(portal.calls).not.toContain('count');
  const whole = await findings(core, await runOf(core, await aSyncCampaign(core, other), preview));
  expect(told(await findings(core, runId))).toEqual(told(whole));
  expect(await runRow(core, runId)).toMatchObject({ seen: 15, state: 'completed' });
});

test('E4: a preview is paused, goes on where it stood, and stopped leaves what it found', async () => {
  const portal = aMessyPortal();
  const campaign = await aSyncCampaign(core, portal);
  const order = (wanted: 'paused' | 'running' | 'stopped') =>
    core.here.app.inWorkspace(campaign.workspaceId, (tx) => wantRun(tx, campaign.campaignId, wanted));
  const runId = await openRun(core, campaign, preview);
  const halting = (wanted: 'paused' | 'stopped') => {
    portal.onCall = async (call) => {
      if (call === 'page') await order(wanted);
    };
  };
  halting('paused');
  expect(await aSlice(core, campaign)).toMatchObject({ kind: 'paused' });
  const { seen } = await runRow(core, runId);
  expect(seen).toBe(5);
  halting('stopped');
  await order('running');
  expect(await aSlice(core, campaign)).toMatchObject({ kind: 'finished', state: 'stopped' });
  expect(Object.keys(await findings(core, runId))).toHaveLength(10);
});

test('E4: the findings of a preview, which hold personal data, leave with the next preview or sync of the campaign', async () => {
  const portal = aPortal();
  portal.put({ email: 'once@example.com' });
  const campaign = await aSyncCampaign(core, portal);
  const elsewhere = await aSyncCampaign(core, portal, { connection: campaign });
  const kept = await runOf(core, elsewhere, preview);
  const first = await runOf(core, campaign, preview);
  // More of them than one statement deletes.
  await core.rows(sql`
    insert into sync_changes (run_id, crm_id, workspace_id, outcome, properties, created_at)
    select ${first}, n::text, ${campaign.workspaceId}, 'create', '{}', now() from generate_series(2000, 8000) n`);
  const second = await runOf(core, campaign, preview);
  expect(await findings(core, first)).toEqual({});
  expect(Object.keys(await findings(core, second))).toHaveLength(1);
  const synced = await runOf(core, campaign, sync);
  expect(await findings(core, second)).toEqual({});
  expect(Object.keys(await findings(core, synced))).toHaveLength(1);
  expect(Object.keys(await findings(core, kept))).toHaveLength(1);
  expect(writes(portal)).toHaveLength(1);
});
