import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { followSetup, followStatus } from '../../../api/commands/ongoing-sync.ts';
import type { HubSpotSetup } from '../../../api/schemas/hubspot-setup.ts';
import { closeConnection } from '../../../db/queries/connections.ts';
import { dropHints, takeHints } from '../../../db/queries/sync-hints.ts';
import { resumeRuns, wantRun } from '../../../db/queries/sync-run-views.ts';
import { openSyncRun } from '../../../db/queries/sync-runs.ts';
import { addMs } from '../../../domain/time.ts';
import { HubSpotError } from '../../../hubspot/failures.ts';
import { connect } from './a-campaign.ts';
import { aPortal, type Portal } from './a-portal.ts';
import { aSyncCampaign, exceptionsOf, startRun } from './a-sync.ts';
import { atRest, hint, hintsOf, off, on, ordered, runsOf, slice, untilRest } from './an-ongoing-sync.ts';
import { type Core, startCore } from './core-under-test.ts';

let core: Core;
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core?.stop());

type Saved = HubSpotSetup['sync'];

let addresses = 0;
const put = (portal: Portal, email: string | null = `contact${++addresses}@example.com`) =>
  portal.put({ email });
const linkOf = (portal: Portal, id: string) => portal.contacts.get(id)?.['link'] ?? null;
const campaignWith = async (contacts = 1) => {
  const portal = aPortal();
  const ids = Array.from({ length: contacts }, () => put(portal));
  return { portal, ids, campaign: await aSyncCampaign(core, portal) };
};

describe('on', () => {
  test('S37 S39: a sync catches up first, then a hinted contact gets its link, and the hint is gone', async () => {
    const { portal, ids, campaign } = await campaignWith(2);
    expect(await on(core, campaign)).toBe(true);
    expect(await untilRest(core, campaign)).toMatchObject({ kind: 'idle', nextAt: null });
    expect(ids.every((id) => linkOf(portal, id))).toBe(true);
    portal.calls.length = 0;
    const later = put(portal);
    await hint(core, campaign, later, ...ids);
    expect(await slice(core, campaign)).toMatchObject({ kind: 'idle' });
    expect(linkOf(portal, later)).toMatch(/\/r\//);
    expect(portal.calls).toEqual(['readMany', 'updateMany 1']);
    expect(await hintsOf(core, campaign)).toEqual([]);
    expect(await runsOf(core, campaign)).toMatchObject([
      { kind: 'ongoing', state: 'running', enrolled: 1 },
      { kind: 'sync', state: 'completed', enrolled: 2 },
    ]);
  });

  test('S41: on when it is on changes nothing, and two orders at once open one run', async () => {
    const { campaign } = await campaignWith();
    const orders = await Promise.all([on(core, campaign), on(core, campaign)]);
    expect(orders.sort()).toEqual([false, true]);
    expect((await runsOf(core, campaign)).map(({ kind }) => kind).sort()).toEqual(['ongoing', 'sync']);
  });

  test('S34: without a mapping of the link it is refused, and nothing is open', async () => {
    const campaign = await aSyncCampaign(core, aPortal(), { out: {} });
    await expect(on(core, campaign)).rejects.toMatchObject({ status: 422 });
    expect(await runsOf(core, campaign)).toEqual([]);
  });

  test('S39: turned on while a sync is open, another one follows it, since that one may have passed what changed', async () => {
    const { campaign } = await campaignWith();
    await startRun(core, campaign);
    await on(core, campaign);
    await untilRest(core, campaign);
    expect((await runsOf(core, campaign)).map(({ kind, state }) => [kind, state])).toEqual([
      ['sync', 'completed'],
      ['ongoing', 'running'],
      ['sync', 'completed'],
    ]);
  });

  test('E4: while an undo is open it is refused', async () => {
    const { campaign } = await campaignWith();
    const { workspaceId, campaignId, connectionId, epoch } = campaign;
    await core.here.app.inWorkspace(workspaceId, (tx) =>
      openSyncRun(tx, { workspaceId, campaignId, connectionId, epoch, kind: 'undo' }),
    );
    await expect(on(core, campaign)).rejects.toMatchObject({ status: 409 });
  });

  test('S37: a new contact has its link while a long run is under way, not only after it', async () => {
    const { portal, campaign } = await campaignWith(3);
    portal.pageSize = 1;
    await on(core, campaign);
    const later = put(portal);
    await hint(core, campaign, later);
    let stopping = false;
    // The worker is told to stop: the slice of the sync ends after one of its four pages.
    portal.onCall = (call) => {
      stopping ||= call === 'page';
    };
    expect(await slice(core, campaign, { stopping: () => stopping })).toMatchObject({ kind: 'more' });
    expect(linkOf(portal, later)).not.toBeNull();
    expect(await runsOf(core, campaign)).toMatchObject([{}, { kind: 'sync', state: 'running' }]);
  });

  test('a run that an operator paused does not keep new contacts from their links', async () => {
    const { portal, campaign } = await campaignWith();
    await atRest(core, campaign);
    await startRun(core, campaign);
    await core.here.app.inWorkspace(campaign.workspaceId, (tx) => wantRun(tx, campaign.campaignId, 'paused'));
    const later = put(portal);
    await hint(core, campaign, later);
    expect(await untilRest(core, campaign)).toMatchObject({ kind: 'idle', resting: 'run-paused' });
    expect(linkOf(portal, later)).not.toBeNull();
  });
});

describe('hints', () => {
  test('S37: a contact that was skipped for want of an address leaves the exceptions once it has one', async () => {
    const { portal, campaign } = await campaignWith();
    await atRest(core, campaign);
    const late = put(portal, null);
    await hint(core, campaign, late);
    const { syncRunId } = await slice(core, campaign);
    expect(await exceptionsOf(core, syncRunId)).toMatchObject([{ crm_id: late, reason: 'no-email' }]);
    Object.assign(portal.contacts.get(late) ?? {}, { email: `late${late}@example.com` });
    await hint(core, campaign, late);
    await slice(core, campaign);
    expect(await exceptionsOf(core, syncRunId)).toEqual([]);
    expect(linkOf(portal, late)).not.toBeNull();
  });

  test('design §2: a hint that comes while its contact is read is not done by that read', async () => {
    const { portal, ids, campaign } = await campaignWith();
    await atRest(core, campaign);
    await hint(core, campaign, ...ids);
    portal.onCall = async (call) => {
      if (call === 'readMany') await hint(core, campaign, ...ids);
    };
    await slice(core, campaign);
    portal.onCall = () => undefined;
    expect(await hintsOf(core, campaign)).toEqual(ids);
    await slice(core, campaign);
    expect(await hintsOf(core, campaign)).toEqual([]);
  });

  test('design §3: a crash between the write and the hint repeats the contact, and nothing of it happens twice', async () => {
    const { portal, campaign } = await campaignWith();
    await atRest(core, campaign);
    const later = put(portal);
    await hint(core, campaign, later);
    portal.onCall = (call) => {
      if (call.startsWith('updateMany')) throw new Error('the worker dies');
    };
    await expect(slice(core, campaign)).rejects.toThrow('the worker dies');
    portal.onCall = () => undefined;
    const link = linkOf(portal, later);
    expect(await hintsOf(core, campaign)).toEqual([later]);
    portal.calls.length = 0;
    await slice(core, campaign);
    expect(portal.calls).toEqual(['readMany']);
    expect(linkOf(portal, later)).toBe(link);
    expect(await hintsOf(core, campaign)).toEqual([]);
  });

  test('a contact that HubSpot has no more is an exception only if it never was a referrer', async () => {
    const { portal, ids, campaign } = await campaignWith();
    await atRest(core, campaign);
    portal.contacts.clear();
    await hint(core, campaign, '999', ...ids);
    const { syncRunId } = await slice(core, campaign);
    expect(await exceptionsOf(core, syncRunId)).toMatchObject([{ crm_id: '999', reason: 'record-gone' }]);
    expect(await hintsOf(core, campaign)).toEqual([]);
  });

  test('more than a batch is read in batches, each contact once', async () => {
    const { portal, campaign } = await campaignWith();
    await atRest(core, campaign);
    const many = Array.from({ length: 250 }, () => put(portal));
    await hint(core, campaign, ...many);
    await slice(core, campaign);
    expect(portal.calls.filter((call) => call === 'readMany')).toHaveLength(3);
    expect(many.every((id) => linkOf(portal, id))).toBe(true);
  });

  test('dropping hints takes the version that was read, no newer one', async () => {
    const { campaign } = await campaignWith();
    const { workspaceId, campaignId } = campaign;
    await hint(core, campaign, '1', '2');
    await core.here.app.inWorkspace(workspaceId, async (tx) => {
      const taken = await takeHints(tx, campaignId, { afterCrmId: null, limit: 10 });
      await hint(core, campaign, '2');
      await dropHints(tx, campaignId, taken);
    });
    expect(await hintsOf(core, campaign)).toEqual(['2']);
  });
});

describe('off', () => {
  test('S38 S39: ends the run and forgets the hints; what is hinted later changes nobody', async () => {
    const { portal, campaign } = await campaignWith();
    await atRest(core, campaign);
    const later = put(portal);
    await hint(core, campaign, later);
    expect(await off(core, campaign)).toBe(true);
    expect(await off(core, campaign)).toBe(false);
    expect(await hintsOf(core, campaign)).toEqual([]);
    expect(await slice(core, campaign)).toMatchObject({ kind: 'finished' });
    expect(portal.calls).toEqual([]);
    expect(linkOf(portal, later)).toBeNull();
    expect(await runsOf(core, campaign)).toMatchObject([{ kind: 'ongoing', state: 'stopped' }, {}]);
  });

  test('S39: off while a slice reads: nothing is written after the answer, and the run stays over', async () => {
    const { portal, campaign } = await campaignWith();
    await atRest(core, campaign);
    const many = Array.from({ length: 150 }, () => put(portal));
    await hint(core, campaign, ...many);
    portal.onCall = async (call) => {
      if (call === 'readMany') await off(core, campaign);
    };
    expect(await slice(core, campaign)).toMatchObject({ kind: 'finished', state: 'stopped' });
    expect(portal.calls).toEqual(['readMany']);
    expect(many.some((id) => linkOf(portal, id))).toBe(false);
    expect(await runsOf(core, campaign)).toMatchObject([{ kind: 'ongoing', state: 'stopped' }, {}]);
  });

  test('S39: off while HubSpot writes: what is on the wire is recorded, the next page is not begun', async () => {
    const { portal, campaign } = await campaignWith();
    await atRest(core, campaign);
    await hint(core, campaign, ...Array.from({ length: 150 }, () => put(portal)));
    portal.onCall = async (call) => {
      if (call.startsWith('updateMany')) await off(core, campaign);
    };
    expect(await slice(core, campaign)).toMatchObject({ kind: 'finished', state: 'stopped' });
    expect(portal.calls).toEqual(['readMany', 'updateMany 100']);
    expect(await runsOf(core, campaign)).toMatchObject([{ state: 'stopped', enrolled: 100 }, {}]);
    const [written] = await core.rows<{ count: number }>(sql`
      select count(*)::int as count from referrers where campaign_id = ${campaign.campaignId} and crm_link_written is not null`);
    expect(written?.count).toBe(101);
  });

  test('S39: on again catches up with what came while it was off', async () => {
    const { portal, campaign } = await campaignWith();
    await atRest(core, campaign);
    await off(core, campaign);
    const missed = put(portal);
    await on(core, campaign);
    await untilRest(core, campaign);
    expect(linkOf(portal, missed)).not.toBeNull();
  });
});

describe('what a campaign does to it', () => {
  test('P18: a paused campaign rests, and its hints wait until it is published again; an ended one is off', async () => {
    const { portal, campaign } = await campaignWith();
    await atRest(core, campaign);
    const becomes = async (status: 'paused' | 'published' | 'ended') => {
      await core.rows(sql`update campaigns set status = ${status} where id = ${campaign.campaignId}`);
      await ordered(core, campaign, (tx, row) => followStatus(tx, row));
    };
    await becomes('paused');
    const later = put(portal);
    await hint(core, campaign, later);
    expect(await slice(core, campaign)).toMatchObject({ kind: 'idle', resting: 'campaign-paused' });
    expect(linkOf(portal, later)).toBeNull();
    await becomes('published');
    await slice(core, campaign);
    expect(linkOf(portal, later)).not.toBeNull();
    await becomes('ended');
    expect(await slice(core, campaign)).toMatchObject({ kind: 'finished' });
    await expect(on(core, campaign)).rejects.toMatchObject({ status: 409 });
  });

  test('P18: turned on while the campaign is paused, it catches up once the campaign is published again', async () => {
    const { portal, campaign } = await campaignWith();
    await atRest(core, campaign);
    await off(core, campaign);
    const missed = put(portal);
    const becomes = (status: 'paused' | 'published') =>
      core.rows(sql`update campaigns set status = ${status} where id = ${campaign.campaignId}`);
    await becomes('paused');
    await on(core, campaign);
    expect(await slice(core, campaign)).toMatchObject({ kind: 'idle', resting: 'campaign-paused' });
    expect(linkOf(portal, missed)).toBeNull();
    await becomes('published');
    await untilRest(core, campaign);
    expect(linkOf(portal, missed)).not.toBeNull();
  });

  test('another mapping while it is on: hints go, and a sync follows under what is saved now', async () => {
    const { portal, ids, campaign } = await campaignWith();
    await atRest(core, campaign);
    await hint(core, campaign, ...ids);
    const before: Saved = {
      scope: { kind: 'all' },
      ongoing: true,
      restoreEdits: false,
      mappingsIn: [],
      mappingsOut: [],
    };
    const source = { kind: 'dynamic', field: 'referral_link' } as const;
    const after: Saved = { ...before, mappingsOut: [{ objectType: 'contact', property: 'link', source }] };
    const save = (was: Saved, is: Saved) =>
      ordered(core, campaign, (tx, row, connection) =>
        followSetup(tx, { campaign: row, connection, before: was, after: is }),
      );
    await save(after, after);
    expect(await runsOf(core, campaign)).toHaveLength(2);
    await save(before, after);
    expect(await hintsOf(core, campaign)).toEqual([]);
    await untilRest(core, campaign);
    expect(await runsOf(core, campaign)).toMatchObject([
      { kind: 'ongoing', state: 'running' },
      { kind: 'sync' },
      { kind: 'sync', state: 'completed' },
    ]);
    expect(portal.calls).toContain('page');
  });

  test('a sync that is open when the scope changes is stopped: its cursor is a place in the old scope', async () => {
    const { campaign } = await campaignWith(2);
    await startRun(core, campaign);
    const all = { ongoing: false, restoreEdits: false, mappingsIn: [], mappingsOut: [] };
    await ordered(core, campaign, (tx, row, connection) =>
      followSetup(tx, {
        campaign: row,
        connection,
        before: { ...all, scope: { kind: 'all' } },
        after: { ...all, scope: { kind: 'list', listId: '7' } },
      }),
    );
    expect(await slice(core, campaign)).toMatchObject({ kind: 'finished', state: 'stopped' });
  });
});

describe('the connection', () => {
  test('S86 S88: disconnected it parks, and reconnected it goes on with what waits', async () => {
    const { portal, campaign } = await campaignWith();
    await atRest(core, campaign);
    const { workspaceId, connectionId, portalId } = campaign;
    const later = put(portal);
    await hint(core, campaign, later);
    await core.here.app.inWorkspace(workspaceId, (tx) => closeConnection(tx, connectionId, 'by an operator'));
    expect(await slice(core, campaign)).toMatchObject({
      kind: 'parked',
      reason: 'not-connected',
      retryAfterMs: null,
    });
    expect(portal.calls).toEqual([]);
    expect(await runsOf(core, campaign)).toMatchObject([
      { kind: 'ongoing', state: 'parked', parked_reason: 'not-connected' },
      {},
    ]);
    const { epoch } = await connect(core, workspaceId, portalId);
    const resumed = await core.here.app.inWorkspace(workspaceId, (tx) => resumeRuns(tx, connectionId, epoch));
    expect(resumed.map(({ kind }) => kind)).toEqual(['ongoing']);
    expect(await slice(core, campaign)).toMatchObject({ kind: 'idle' });
    expect(linkOf(portal, later)).not.toBeNull();
    expect(await runsOf(core, campaign)).toMatchObject([{ state: 'running', parked_reason: null }, {}]);
  });

  test('a run that was turned off while HubSpot failed stays over, and is not parked', async () => {
    const { portal, ids, campaign } = await campaignWith();
    await atRest(core, campaign);
    await hint(core, campaign, ...ids);
    portal.onCall = async () => {
      await off(core, campaign);
      throw new HubSpotError({ kind: 'invalid', status: 400 });
    };
    await slice(core, campaign);
    expect(await runsOf(core, campaign)).toMatchObject([{ kind: 'ongoing', state: 'stopped' }, {}]);
  });
});

test('S16: two campaigns of one connection follow their contacts apart', async () => {
  const { portal, campaign } = await campaignWith();
  const other = await aSyncCampaign(core, portal, {
    out: { other_link: 'referral_link' },
    connection: campaign,
  });
  await atRest(core, campaign);
  await atRest(core, other);
  const later = put(portal);
  await hint(core, campaign, later);
  await slice(core, campaign);
  await slice(core, other);
  expect(linkOf(portal, later)).not.toBeNull();
  expect(portal.contacts.get(later)?.['other_link'] ?? null).toBeNull();
});

test('design §2: orders, hints, slices and looks at once: none of them fails, and it comes to rest as it was left', async () => {
  const portal = aPortal();
  const ids = Array.from({ length: 30 }, () => put(portal));
  portal.members.push(...ids);
  const campaign = await aSyncCampaign(core, portal, { listId: '7' });
  let asOf = new Date().toISOString();
  const work = async (step: (n: number) => Promise<unknown>) => {
    for (let n = 0; n < 12; n += 1) await step(n);
  };
  await atRest(core, campaign);
  await Promise.all([
    work((n) => (n % 2 === 0 ? off(core, campaign) : on(core, campaign))),
    work((n) => hint(core, campaign, ...ids.slice(n, n + 10).toReversed())),
    work(() => {
      asOf = addMs(asOf, 3_600_000);
      return slice(core, campaign, { asOf });
    }),
    work(() => slice(core, campaign)),
  ]);
  expect(await untilRest(core, campaign, { asOf: addMs(asOf, 3_600_000) })).toMatchObject({ kind: 'idle' });
  expect(await hintsOf(core, campaign)).toEqual([]);
  expect(ids.every((id) => linkOf(portal, id))).toBe(true);
  const open = (await runsOf(core, campaign)).filter(({ state }) => state === 'running');
  expect(open).toMatchObject([{ kind: 'ongoing' }]);
});
