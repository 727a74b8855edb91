import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enrolPage } from '../../../activities/enrolled-page.ts';
import { loadPageContext } from '../../../activities/page-context.ts';
import { haltedBy, loadRunContext } from '../../../activities/slice.ts';
import { finishPage, OvertakenSlice } from '../../../activities/sync-page.ts';
import { recordChanges } from '../../../db/queries/sync-changes.ts';
import { HubSpotError } from '../../../hubspot/failures.ts';
import { aPortal, type Portal } from './a-portal.ts';
import {
  aSyncCampaign,
  changesOf,
  exceptionsOf,
  runRow,
  runSlice,
  type SyncCampaign,
  startRun,
  sync,
} from './a-sync.ts';
import { type Core, dependencies, publicUrl, startCore } from './core-under-test.ts';

let core: Core;
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core?.stop());

const aDeath = () => new Error('the process died');
const intents = (runId: string) => core.rows(sql`select page from sync_intents where run_id = ${runId}`);
const links = (portal: Portal) => [...portal.contacts.values()].map((contact) => contact['link']);

/** A portal of so many contacts, each with a value where the link goes. */
function aFilledPortal(contacts: number): Portal {
  const portal = aPortal();
  for (let n = 1; n <= contacts; n += 1)
    portal.put({ email: `contact${n}@example.com`, link: `theirs ${n}` });
  return portal;
}

test('S21 E4: what a run writes is recorded with the value before; the next run finds nothing to do', async () => {
  const portal = aPortal();
  const one = portal.put({ email: 'one@example.com', link: 'theirs' });
  const two = portal.put({ email: 'two@example.com' });
  const campaign = await aSyncCampaign(core, portal);
  const first = await sync(core, campaign);
  const link = portal.contacts.get(one)?.['link'];
  expect(link).toMatch(new RegExp(`^${publicUrl}/r/[a-z0-9]{10}$`));
  expect(await changesOf(core, first)).toEqual([
    { crm_id: one, outcome: 'create', properties: { link: { before: 'theirs', after: link } } },
    {
      crm_id: two,
      outcome: 'create',
      properties: { link: { before: null, after: portal.contacts.get(two)?.['link'] } },
    },
  ]);
  expect(await runRow(core, first)).toMatchObject({ seen: 2, enrolled: 2, linked: 2, unchanged: 0 });
  portal.calls.length = 0;
  const second = await sync(core, campaign);
  expect(portal.calls).toEqual(['count', 'page']);
  expect(await changesOf(core, second)).toEqual([]);
  expect(await runRow(core, second)).toMatchObject({ seen: 2, enrolled: 0, linked: 0, unchanged: 2 });
});

test('S23: a contact that was a referrer before is an update, with every property that changed', async () => {
  const portal = aPortal();
  const id = portal.put({ email: 'known@example.com' });
  const campaign = await aSyncCampaign(core, portal);
  await sync(core, campaign);
  await core.rows(
    sql`update field_mappings set property = 'new_link' where campaign_id = ${campaign.campaignId} and section = 'sync-out'`,
  );
  const runId = await sync(core, campaign);
  expect(await changesOf(core, runId)).toMatchObject([
    { crm_id: id, outcome: 'update', properties: { new_link: { before: null } } },
  ]);
});

describe('a process that dies', () => {
  /** The answer to the first update is lost, after HubSpot has written it. */
  async function dyingAfterTheWrite(campaign: SyncCampaign): Promise<string> {
    const runId = await startRun(core, campaign);
    campaign.portal.onCall = (call) => {
      if (call.startsWith('updateMany')) throw aDeath();
    };
    await expect(runSlice(core, campaign, runId)).rejects.toThrow('the process died');
    campaign.portal.onCall = () => undefined;
    return runId;
  }

  test('E4: between the write and its recording leaves the value before to an undo', async () => {
    const portal = aFilledPortal(3);
    const campaign = await aSyncCampaign(core, portal);
    const runId = await dyingAfterTheWrite(campaign);
    const written = links(portal);
    expect(written.every((link) => link?.startsWith(publicUrl))).toBe(true);
    expect(await changesOf(core, runId)).toEqual([]);
    portal.calls.length = 0;
    expect(await runSlice(core, campaign, runId)).toMatchObject({ kind: 'finished', seen: 3 });
    expect(portal.calls).not.toContain('updateMany 3');
    expect(links(portal)).toEqual(written);
    expect((await changesOf(core, runId)).map(({ properties }) => properties)).toEqual(
      written.map((after, n) => ({ link: { before: `theirs ${n + 1}`, after } })),
    );
    expect(await intents(runId)).toEqual([]);
  });

  test('S41: before the write writes it once it is back, and counts everybody once', async () => {
    const portal = aFilledPortal(3);
    const campaign = await aSyncCampaign(core, portal);
    const runId = await startRun(core, campaign);
    // The process dies with the call on its way: HubSpot never gets it.
    const { open } = portal;
    const dead: Portal = {
      ...portal,
      open: (input) => {
        const hubspot = open(input);
        const contacts = Object.create(hubspot.contacts, {
          updateMany: { value: () => Promise.reject(aDeath()) },
        }) as typeof hubspot.contacts;
        return { ...hubspot, contacts };
      },
    };
    await expect(runSlice(core, { ...campaign, portal: dead }, runId)).rejects.toThrow('the process died');
    expect(links(portal)).toEqual(['theirs 1', 'theirs 2', 'theirs 3']);
    await runSlice(core, campaign, runId);
    expect((await changesOf(core, runId)).map(({ properties }) => properties)).toMatchObject([
      { link: { before: 'theirs 1' } },
      { link: { before: 'theirs 2' } },
      { link: { before: 'theirs 3' } },
    ]);
    expect(await runRow(core, runId)).toMatchObject({ seen: 3, enrolled: 3, linked: 3, unchanged: 0 });
  });

  test('E4: and whose run an operator then stops leaves what may be written to an undo, as unconfirmed', async () => {
    const portal = aFilledPortal(2);
    const campaign = await aSyncCampaign(core, portal);
    const runId = await dyingAfterTheWrite(campaign);
    await core.rows(sql`update sync_runs set wanted = 'stopped' where id = ${runId}`);
    portal.calls.length = 0;
    const { workspaceId } = campaign;
    const deps = dependencies(core, portal.open);
    const { run } = await deps.db.inWorkspace(workspaceId, (tx) => loadRunContext(tx, runId));
    expect(await haltedBy(deps, run)).toMatchObject({ kind: 'finished', state: 'stopped' });
    expect(portal.calls).toEqual([]);
    expect((await changesOf(core, runId)).map(({ properties }) => properties)).toMatchObject([
      { link: { before: 'theirs 1', unconfirmed: true } },
      { link: { before: 'theirs 2', unconfirmed: true } },
    ]);
    expect(await intents(runId)).toEqual([]);
  });
});

describe('pages in flight', () => {
  test('S41 S86: a stop gives up the page that was enrolled ahead; the next run covers it', async () => {
    const portal = aFilledPortal(6);
    portal.pageSize = 2;
    const campaign = await aSyncCampaign(core, portal);
    const runId = await startRun(core, campaign);
    portal.onCall = async (call) => {
      if (call.startsWith('updateMany'))
        await core.rows(sql`update sync_runs set wanted = 'stopped' where id = ${runId}`);
    };
    expect(await runSlice(core, campaign, runId)).toMatchObject({
      kind: 'finished',
      state: 'stopped',
      seen: 2,
    });
    portal.onCall = () => undefined;
    expect(links(portal).filter((link) => link?.startsWith(publicUrl))).toHaveLength(2);
    expect(await changesOf(core, runId)).toHaveLength(2);
    expect(await intents(runId)).toEqual([]);
    const next = await sync(core, campaign);
    expect(await exceptionsOf(core, next)).toEqual([]);
    expect(new Set(links(portal)).size).toBe(6);
    expect(links(portal).every((link) => link?.startsWith(publicUrl))).toBe(true);
    const [stopped, done] = [await runRow(core, runId), await runRow(core, next)];
    expect(Number(stopped['enrolled']) + Number(done['enrolled'])).toBe(6);
  });

  test('S41: of two workers that hold the same slice one records a page, and the other changes nothing', async () => {
    const portal = aFilledPortal(4);
    portal.pageSize = 2;
    const campaign = await aSyncCampaign(core, portal);
    const { workspaceId } = campaign;
    const runId = await startRun(core, campaign);
    const worker = async () => {
      const deps = dependencies(core, portal.open);
      const context = await deps.db.inWorkspace(workspaceId, (tx) => loadRunContext(tx, runId));
      const hubspot = portal.open({ connectionId: '', epoch: 1, lane: 'bulk' });
      const page = await loadPageContext(deps, context, hubspot);
      const { results, after } = await hubspot.contacts.page({ after: null, properties: ['email', 'link'] });
      const enrolled = await enrolPage(deps, page, { records: results, from: null, after });
      return () => finishPage(deps, page, enrolled);
    };
    const [finish, finishLate] = [await worker(), await worker()];
    expect(await finish()).toMatchObject({ seen: 2 });
    await expect(finishLate()).rejects.toThrow(OvertakenSlice);
    expect(await runRow(core, runId)).toMatchObject({ seen: 2, enrolled: 2, linked: 2 });
    await runSlice(core, campaign, runId);
    expect(await runRow(core, runId)).toMatchObject({ seen: 4, enrolled: 4, linked: 4, state: 'completed' });
  });

  test('invariant 5: what HubSpot answers to a connection that was closed meanwhile changes no row', async () => {
    const portal = aFilledPortal(2);
    const campaign = await aSyncCampaign(core, portal);
    const runId = await startRun(core, campaign);
    portal.onCall = async (call) => {
      if (call.startsWith('updateMany'))
        await core.rows(sql`update connections set epoch = epoch + 1 where id = ${campaign.connectionId}`);
    };
    await expect(runSlice(core, campaign, runId)).rejects.toThrow(HubSpotError);
    expect(await changesOf(core, runId)).toEqual([]);
    expect(await runRow(core, runId)).toMatchObject({ seen: 0, linked: 0, cursor: null });
  });
});

test('recording is repeatable: the first value before stays, the newest after counts', async () => {
  const campaign = await aSyncCampaign(core, aPortal());
  const { workspaceId } = campaign;
  const id = await startRun(core, campaign);
  const record = (
    properties: Record<string, { before: string | null; after: string | null }>,
    outcome: 'create' | 'update',
  ) =>
    core.here.app.inWorkspace(workspaceId, (tx) =>
      recordChanges(tx, { id, workspaceId }, [{ crmId: '5', outcome, properties }]),
    );
  await record({ link: { before: 'theirs', after: 'ours' } }, 'create');
  await record({ link: { before: 'ours', after: 'newer' }, count: { before: null, after: '1' } }, 'update');
  expect(await changesOf(core, id)).toEqual([
    {
      crm_id: '5',
      outcome: 'create',
      properties: { link: { before: 'theirs', after: 'newer' }, count: { before: null, after: '1' } },
    },
  ]);
});
