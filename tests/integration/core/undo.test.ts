import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wantValues } from '../../../db/queries/crm-writes.ts';
import { reflectReferrers } from '../../../db/queries/reflection.ts';
import { wantRun } from '../../../db/queries/sync-run-views.ts';
import { drainCrmWrites } from '../../../worker/loops/drain.ts';
import { aPortal, type Portal } from './a-portal.ts';
import { aSlice, findings, openRun, runOf } from './a-run.ts';
import { aSyncCampaign, exceptionsOf, runRow, type SyncCampaign } from './a-sync.ts';
import { type Core, log, publicUrl, startCore } from './core-under-test.ts';

let core: Core;
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core?.stop());

const sync = { kind: 'sync' } as const;
const undo = (ofRunId: string) => ({ kind: 'undo', ofRunId }) as const;
const held = (portal: Portal, id: string) => portal.contacts.get(id) ?? {};
const edit = (portal: Portal, id: string, values: Record<string, string>) =>
  Object.assign(portal.contacts.get(id) ?? {}, values);
const bothFields = { out: { link: 'referral_link', referred: 'number_referred' } } as const;

/** A portal of so many contacts, each with a value where the link goes, and the run that wrote over it. */
async function aSyncedPortal(contacts: number) {
  const portal = aPortal();
  const ids = Array.from({ length: contacts }, (_, n) =>
    portal.put({ email: `c${n}@example.com`, link: n % 2 === 0 ? `theirs ${n}` : '' }),
  );
  const campaign = await aSyncCampaign(core, portal, bothFields);
  const before = structuredClone([...portal.contacts.values()]);
  const runId = await runOf(core, campaign, sync);
  return { portal, ids: ids as [string, string, string, string], campaign, before, runId };
}

const referrersOf = ({ campaignId }: SyncCampaign) =>
  core.rows<{ withheld: boolean; crm_link_written: string | null }>(sql`
    select r.withheld_at is not null as withheld, r.crm_link_written from referrers r
    where r.campaign_id = ${campaignId} and r.source = 'sync' order by r.id`);

const drain = ({ portal }: SyncCampaign) =>
  drainCrmWrites({ db: core.here.system, openHubSpot: portal.open, log });

describe('E4: an undo gives back what HubSpot held before the run', () => {
  test('empty where it was empty; referrers and their links stay, what was shared keeps working', async () => {
    const { portal, campaign, before, runId, ids } = await aSyncedPortal(4);
    expect(held(portal, ids[0])['link']).toMatch(`${publicUrl}/r/`);
    const links = await core.rows(
      sql`select code, retired_at from referral_links where campaign_id = ${campaign.campaignId}`,
    );
    const undoId = await runOf(core, campaign, undo(runId));
    expect([...portal.contacts.values()]).toEqual(before.map((contact) => ({ ...contact, referred: '' })));
    expect(await runRow(core, undoId)).toMatchObject({ state: 'completed', seen: 4, total: 4 });
    expect((await findings(core, runId))[ids[0]]).toMatchObject({
      undo: 'undone',
      properties: { link: { before: 'theirs 0', undone: true }, referred: { before: null, undone: true } },
    });
    expect(
      await core.rows(
        sql`select code, retired_at from referral_links where campaign_id = ${campaign.campaignId}`,
      ),
    ).toEqual(links);
    expect(await referrersOf(campaign)).toEqual(
      Array.from({ length: 4 }, () => ({ withheld: true, crm_link_written: null })),
    );
  });

  test('and the next sync writes everything again, calling nothing of it a person’s edit', async () => {
    const { portal, campaign, runId, ids } = await aSyncedPortal(4);
    const link = held(portal, ids[0])['link'];
    await runOf(core, campaign, undo(runId));
    const again = await runOf(core, campaign, sync);
    expect(held(portal, ids[0])).toMatchObject({ link, referred: '0' });
    expect(await exceptionsOf(core, again)).toEqual([]);
    expect(await runRow(core, again)).toMatchObject({ enrolled: 0, linked: 4 });
    expect((await referrersOf(campaign)).filter(({ withheld }) => withheld)).toEqual([]);
    expect((await findings(core, again))[ids[0]]).toMatchObject({
      undo: null,
      properties: { link: { before: 'theirs 0', after: link } },
    });
  });
});

describe('E4: an undo says what it left', () => {
  test('left-edited: a value that somebody changed since, while the other values of the contact go back', async () => {
    const { portal, campaign, runId, ids } = await aSyncedPortal(4);
    edit(portal, ids[1], { link: 'a person was here' });
    await runOf(core, campaign, undo(runId));
    expect(held(portal, ids[1])).toMatchObject({ link: 'a person was here', referred: '' });
    const { [ids[1]]: left, [ids[2]]: other } = await findings(core, runId);
    expect(left).toMatchObject({ undo: 'left-edited', properties: { referred: { undone: true } } });
    expect(left?.properties['link']).not.toHaveProperty('undone');
    expect(other).toMatchObject({ undo: 'undone' });
    // It is still known that we wrote there: a later sync keeps the person's value and reports it.
    const again = await runOf(core, campaign, sync);
    expect(held(portal, ids[1])).toMatchObject({ link: 'a person was here', referred: '0' });
    expect(await exceptionsOf(core, again)).toMatchObject([{ crm_id: ids[1], reason: 'edited-in-hubspot' }]);
  });

  test('left-gone: a contact that was deleted', async () => {
    const { portal, campaign, runId, ids } = await aSyncedPortal(4);
    portal.contacts.delete(ids[2]);
    await runOf(core, campaign, undo(runId));
    expect((await findings(core, runId))[ids[2]]).toMatchObject({ undo: 'left-gone' });
  });

  test('left-refused: HubSpot does not take the old value; the next undo tries it again, and it alone', async () => {
    const { portal, campaign, runId, ids } = await aSyncedPortal(4);
    edit(portal, ids[3], { link: 'a person was here', referred: 'and here' });
    portal.refused.set('link', 'INVALID_OPTION');
    await runOf(core, campaign, undo(runId));
    const refused = await findings(core, runId);
    expect(ids.map((id) => refused[id]?.undo)).toEqual([
      'left-refused',
      'left-refused',
      'left-refused',
      'left-edited',
    ]);
    // One value that is refused keeps no other one from going back.
    expect(held(portal, ids[0])).toMatchObject({ referred: '' });
    expect(refused[ids[0]]?.properties).toMatchObject({ referred: { undone: true } });
    expect(refused[ids[0]]?.properties['link']).not.toHaveProperty('undone');
    portal.refused.clear();
    const second = await runOf(core, campaign, undo(runId));
    expect(await runRow(core, second)).toMatchObject({ seen: 3, total: 3 });
    expect(held(portal, ids[0])['link']).toBe('theirs 0');
    expect(held(portal, ids[3])['link']).toBe('a person was here');
  });
});

describe('E4: an undo that dies', () => {
  test('after the write and before the record counts the page as undone, not as edited', async () => {
    const { portal, campaign, before, runId } = await aSyncedPortal(4);
    await openRun(core, campaign, undo(runId));
    portal.onCall = (call) => {
      if (call.startsWith('updateMany')) throw new Error('the process died');
    };
    await expect(aSlice(core, campaign)).rejects.toThrow('the process died');
    portal.onCall = () => undefined;
    portal.calls.length = 0;
    await runOf(core, campaign, undo(runId));
    expect(portal.calls).toEqual(['readMany']);
    expect(Object.values(await findings(core, runId)).map((row) => row.undo)).toEqual(
      Array(4).fill('undone'),
    );
    expect([...portal.contacts.values()]).toEqual(before.map((contact) => ({ ...contact, referred: '' })));
    expect(await referrersOf(campaign)).toEqual(
      Array.from({ length: 4 }, () => ({ withheld: true, crm_link_written: null })),
    );
  });

  test('between two pages goes on with the second; stopped, a later undo does the rest', async () => {
    const { portal, campaign, runId, ids } = await aSyncedPortal(150);
    const stopped = await openRun(core, campaign, undo(runId));
    portal.onCall = async () => {
      await core.here.app.inWorkspace(campaign.workspaceId, (tx) =>
        wantRun(tx, campaign.campaignId, 'stopped'),
      );
    };
    expect(await aSlice(core, campaign)).toMatchObject({ kind: 'finished', state: 'stopped' });
    expect(await runRow(core, stopped)).toMatchObject({ seen: 100, total: 150 });
    portal.onCall = () => undefined;
    portal.calls.length = 0;
    const rest = await runOf(core, campaign, undo(runId));
    expect(portal.calls).toEqual(['readMany', 'updateMany 50']);
    expect(await runRow(core, rest)).toMatchObject({ seen: 50, total: 50, state: 'completed' });
    expect(ids.filter((id) => held(portal, id)['referred'] !== '')).toEqual([]);
  });
});

describe('E4: nobody writes behind an undo', () => {
  test('S23: a counter that the drain has sent since is ours as well, and one that it would send is not sent', async () => {
    const { portal, campaign, runId, ids } = await aSyncedPortal(4);
    const { workspaceId, connectionId } = campaign;
    const want = (objectId: string, value: string) =>
      core.here.app.inWorkspace(workspaceId, (tx) =>
        wantValues(tx, { workspaceId, connectionId }, [
          { objectType: 'contact', objectId, property: 'referred', value },
        ]),
      );
    await want(ids[0], '3');
    await drain(campaign);
    expect(held(portal, ids[0])['referred']).toBe('3');
    await want(ids[1], '5');
    await runOf(core, campaign, undo(runId));
    await drain(campaign);
    expect(held(portal, ids[0])['referred']).toBe('');
    expect(held(portal, ids[1])['referred']).toBe('');
    expect((await findings(core, runId))[ids[0]]).toMatchObject({ undo: 'undone' });
    // What the drain once sent is no reason to call the empty property a person's edit.
    const again = await runOf(core, campaign, sync);
    expect(await exceptionsOf(core, again)).toEqual([]);
    expect(held(portal, ids[0])['referred']).toBe('0');
  });

  test('a value that would be sent while HubSpot is read is held back before the read', async () => {
    const { portal, campaign, runId, ids } = await aSyncedPortal(4);
    const { workspaceId, connectionId } = campaign;
    await core.here.app.inWorkspace(workspaceId, (tx) =>
      wantValues(tx, { workspaceId, connectionId }, [
        { objectType: 'contact', objectId: ids[0], property: 'referred', value: '9' },
      ]),
    );
    portal.onCall = async (call) => {
      if (call === 'readMany') await drain(campaign);
    };
    await runOf(core, campaign, undo(runId));
    expect(held(portal, ids[0])['referred']).toBe('');
    expect(portal.calls.filter((call) => call.startsWith('updateMany'))).toEqual([
      'updateMany 4',
      'updateMany 4',
    ]);
  });

  test('what is earned or referred later is not reflected until a sync runs again', async () => {
    const { portal, campaign, runId, ids } = await aSyncedPortal(4);
    await runOf(core, campaign, undo(runId));
    const { workspaceId, campaignId } = campaign;
    const referrerIds = (
      await core.rows<{ id: string }>(
        sql`select id from referrers where campaign_id = ${campaignId} and source = 'sync'`,
      )
    ).map(({ id }) => id);
    await core.here.app.inWorkspace(workspaceId, (tx) =>
      reflectReferrers(tx, { workspaceId, campaignId, referrerIds, publicUrl }),
    );
    await drain(campaign);
    expect(held(portal, ids[0])).toMatchObject({ link: 'theirs 0', referred: '' });
  });

  test('a change of a figure that was under way when the undo began is taken back with the rest', async () => {
    const { portal, campaign, runId, ids } = await aSyncedPortal(1);
    const { workspaceId, campaignId } = campaign;
    const referrerIds = (
      await core.rows<{ id: string }>(
        sql`select id from referrers where campaign_id = ${campaignId} and source = 'sync'`,
      )
    ).map(({ id }) => id);
    const waiting = async () =>
      (
        await core.rows(
          sql`select 1 from pg_locks l join pg_stat_activity a using (pid) where a.datname = current_database() and not l.granted`,
        )
      ).length;
    // The change has seen that nothing is withheld, and goes on once the edits can be read.
    let reflecting: Promise<void> = Promise.resolve();
    let undoing: Promise<string> = Promise.resolve('');
    await core.there.system.transaction(async (tx) => {
      await tx.execute(sql`lock table crm_edits in access exclusive mode`);
      reflecting = core.here.app.inWorkspace(workspaceId, (change) =>
        reflectReferrers(change, { workspaceId, campaignId, referrerIds, publicUrl }),
      );
      await expect.poll(waiting).toBe(1);
      undoing = runOf(core, campaign, undo(runId));
      await expect.poll(waiting).toBe(2);
    });
    await reflecting;
    await undoing;
    await drain(campaign);
    expect(held(portal, ids[0])).toMatchObject({ link: 'theirs 0', referred: '' });
  });
});
