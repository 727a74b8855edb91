/** Whom the ongoing syncs look at: because of a webhook, and because of what the incremental reader finds. */
import { sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { reconcilePass } from '../../../activities/reconcile.ts';
import { loadConnection } from '../../../db/queries/connections.ts';
import { insertInbox, type NewInboxRow } from '../../../db/queries/system/inbox.ts';
import { addMs } from '../../../domain/time.ts';
import type { CrmRecord, HubSpot } from '../../../hubspot/gateway.ts';
import { relayInbox } from '../../../worker/loops/inbox-relay.ts';
import { contactSyncWorkflow } from '../../../workflows/contract.ts';
import { only } from './a-crm.ts';
import { aPortal, type Portal } from './a-portal.ts';
import { aSyncCampaign, type SyncCampaign } from './a-sync.ts';
import { atRest, hintsOf, off, slice } from './an-ongoing-sync.ts';
import { appId, type Core, dependencies, log, startCore } from './core-under-test.ts';

let core: Core;
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core?.stop());

let portal: Portal;
let campaign: SyncCampaign;
/** A contact that is a referrer, and one that came later. */
let enrolled: string;
let later: string;
let addresses = 0;
const put = () => portal.put({ email: `hinted${++addresses}@example.com` });

async function following(scope: 'all' | 'list'): Promise<void> {
  portal = aPortal();
  enrolled = put();
  portal.members.push(enrolled);
  campaign = await aSyncCampaign(core, portal, {
    listId: scope === 'list' ? '7' : null,
    into: { mobilephone: 'phone' },
  });
  await atRest(core, campaign);
  later = put();
  await core.here.system.execute(sql`delete from webhook_inbox`);
  await core.here.system.execute(sql`delete from outbox`);
}

const workflowId = () => contactSyncWorkflow({ ...campaign, syncRunId: newId() }).workflowId;
const nudged = async () =>
  (await core.rows(sql`select 1 from outbox where kind = 'nudge' and workflow_id = ${workflowId()}`)).length;

describe('a webhook', () => {
  const tell = async (objectIds: readonly string[], notice: Partial<NewInboxRow>) => {
    await insertInbox(core.here.system, [
      {
        deliveryKey: newId(),
        portalId: campaign.portalId,
        kind: 'changed',
        objectType: 'contact',
        objectIds: [...objectIds],
        propertyName: null,
        changeSource: 'CRM_UI',
        sourceId: null,
        occurredAt: new Date().toISOString(),
        ...notice,
      },
    ]);
    await relayInbox({ db: core.here.system, relayId: 'here', appId, log });
  };
  const ours = { changeSource: 'INTEGRATION', sourceId: appId };
  const unnamed = { changeSource: 'API', sourceId: null };

  const ofAll: readonly [string, boolean, 'enrolled' | 'later', Partial<NewInboxRow>][] = [
    ['S37: a contact that was created', true, 'later', { kind: 'created' }],
    ['S37: one that our own app created', true, 'later', { kind: 'created', ...ours }],
    ['S37: one that was restored', true, 'later', { kind: 'restored' }],
    ['S37: one that got an address', true, 'later', { propertyName: 'email' }],
    ['a property that the campaign reads', true, 'later', { propertyName: 'mobilephone' }],
    ['a property that the campaign writes, by a person', true, 'enrolled', { propertyName: 'link' }],
    ['by another application', true, 'enrolled', { propertyName: 'link', ...ours, sourceId: '1' }],
    ['invariant 9: by our own', false, 'enrolled', { propertyName: 'link', ...ours }],
    ['by an application that is not named', false, 'enrolled', { propertyName: 'link', ...unnamed }],
    ['an address by an application that is not named', true, 'later', { propertyName: 'email', ...unnamed }],
    ['a property that nobody maps', false, 'enrolled', { propertyName: 'lifecyclestage' }],
    ['a deletion, which the identity follows', false, 'enrolled', { kind: 'deleted' }],
    ['a deal', false, 'enrolled', { kind: 'created', objectType: 'deal' }],
  ];
  test.each(ofAll)('all contacts: %s gives a hint: %s', async (_, expected, who, notice) => {
    await following('all');
    const id = who === 'later' ? later : enrolled;
    await tell([id], notice);
    expect(await hintsOf(core, campaign)).toEqual(expected ? [id] : []);
    expect(await nudged()).toBe(expected ? 1 : 0);
  });

  const ofList: readonly [string, boolean, 'enrolled' | 'later' | 'member', Partial<NewInboxRow>][] = [
    ['a contact that was created', false, 'later', { kind: 'created' }],
    ['an address of a contact outside the list', false, 'later', { propertyName: 'email' }],
    ['an address of a member who has no link yet', true, 'member', { propertyName: 'email' }],
    ['an edit of a referrer’s link', true, 'enrolled', { propertyName: 'link' }],
  ];
  test.each(ofList)('a list: %s gives a hint: %s', async (_, expected, who, notice) => {
    await following('list');
    if (who === 'member') {
      await core.rows(sql`
        insert into sync_members values (${campaign.campaignId}, ${later}, ${campaign.workspaceId}, now())`);
    }
    const id = who === 'enrolled' ? enrolled : later;
    await tell([id], notice);
    expect(await hintsOf(core, campaign)).toEqual(expected ? [id] : []);
  });

  test('E12: every id of a merge is a hint, and a notice says how many workflows it nudged', async () => {
    await following('all');
    await tell([enrolled, later, '77'], { kind: 'merged' });
    expect(await hintsOf(core, campaign)).toEqual(['77', enrolled, later]);
    expect(await nudged()).toBe(1);
    const [row] = await core.rows<{ nudges: number }>(sql`select nudges from webhook_inbox`);
    expect(row?.nudges).toBeGreaterThanOrEqual(1);
  });

  test('S39: while it is off nobody is hinted at', async () => {
    await following('all');
    await off(core, campaign);
    await core.here.system.execute(sql`delete from outbox`);
    await tell([later], { kind: 'created' });
    expect(await hintsOf(core, campaign)).toEqual([]);
    expect(await nudged()).toBe(0);
  });

  test('S86: a portal that is disconnected is not heard', async () => {
    await following('all');
    await core.rows(sql`update connections set status = 'disconnected' where id = ${campaign.connectionId}`);
    await tell([later], { kind: 'created' });
    expect(await hintsOf(core, campaign)).toEqual([]);
  });

  test('invariant 9: a new contact comes to rest in one round trip, the echo of our write included', async () => {
    await following('all');
    await tell([later], { kind: 'created' });
    await slice(core, campaign);
    expect(portal.calls).toEqual(['readMany', 'updateMany 1']);
    portal.calls.length = 0;
    await core.here.system.execute(sql`delete from outbox`);
    await tell([later], { propertyName: 'link', ...ours });
    await tell([later], { propertyName: 'link', ...unnamed });
    expect(await hintsOf(core, campaign)).toEqual([]);
    expect(await nudged()).toBe(0);
    await slice(core, campaign);
    expect(portal.calls).toEqual([]);
  });
});

describe('the incremental reader', () => {
  beforeEach(() => following('all'));

  const recordOf = (id: string, at: string): CrmRecord => ({
    id,
    properties: { link: null, ...portal.contacts.get(id) },
    history: {},
    createdAt: at,
    updatedAt: at,
    archived: false,
    mergedIds: [],
  });

  /** A pass that finds these contacts, each changed a moment ago. */
  async function pass(...ids: readonly string[]) {
    const { workspaceId, connectionId } = campaign;
    const asOf = addMs(new Date().toISOString(), 1_000);
    const connection = await core.here.app.inWorkspace(workspaceId, (tx) => loadConnection(tx, connectionId));
    if (!connection) throw new Error('No connection');
    const asked: (readonly string[])[] = [];
    const hubspot = only<HubSpot>({
      changed: async ({ objectType, afterId, properties }) => {
        if (objectType !== 'contact') return [];
        asked.push(properties);
        return afterId === null ? ids.map((id) => recordOf(id, addMs(asOf, -1_000))) : [];
      },
    });
    const result = await reconcilePass(
      dependencies(core, () => hubspot),
      connection,
      asOf,
    );
    return { ...result, asked };
  }

  test('S37 E2: a contact that no webhook told of gets its hint, and the pass says that it was late', async () => {
    const { late, asked } = await pass(later);
    expect(late).toBe(1);
    expect(asked[0]).toContain('link');
    expect(await hintsOf(core, campaign)).toEqual([later]);
    expect(await nudged()).toBe(1);
    await slice(core, campaign);
    expect(portal.contacts.get(later)?.['link']).toMatch(/\/r\//);
  });

  test('invariant 9: contacts that hold what we wrote give no hint, so our own backfill is not read again', async () => {
    const { late } = await pass(enrolled);
    expect(late).toBe(0);
    expect(await hintsOf(core, campaign)).toEqual([]);
    expect(await nudged()).toBe(0);
  });

  test('a referrer whose link somebody changed or cleared in HubSpot is looked at, and is not late', async () => {
    Object.assign(portal.contacts.get(enrolled) ?? {}, { link: null });
    const { late } = await pass(enrolled);
    expect(late).toBe(0);
    expect(await hintsOf(core, campaign)).toEqual([enrolled]);
  });

  test('a contact that was skipped is looked at again only when it was modified since', async () => {
    Object.assign(portal.contacts.get(later) ?? {}, { email: null });
    await pass(later);
    await slice(core, campaign);
    expect(await hintsOf(core, campaign)).toEqual([]);
    await core.rows(sql`
      update sync_exceptions set created_at = now() + interval '5 minutes' where crm_id = ${later}`);
    expect(await pass(later)).toMatchObject({ late: 0 });
    expect(await hintsOf(core, campaign)).toEqual([]);
    await core.rows(sql`
      update sync_exceptions set created_at = now() - interval '5 minutes' where crm_id = ${later}`);
    await pass(later);
    expect(await hintsOf(core, campaign)).toEqual([later]);
  });

  test('of a list, only members and referrers', async () => {
    await following('list');
    await pass(later);
    expect(await hintsOf(core, campaign)).toEqual([]);
  });
});
