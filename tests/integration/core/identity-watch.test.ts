import { sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sweepStretch } from '../../../activities/contact-sweep.ts';
import { followHinted } from '../../../activities/hinted-contacts.ts';
import { insertInbox, type NewInboxRow } from '../../../db/queries/system/inbox.ts';
import { addMs, DAY_MS } from '../../../domain/time.ts';
import { relayInbox } from '../../../worker/loops/inbox-relay.ts';
import { connectionWorkflow } from '../../../workflows/contract.ts';
import { aCampaign, aConnection, type TestConnection } from './a-campaign.ts';
import { aCrm, type Crm } from './a-crm.ts';
import { aFriend, connectionRow, idsOf, type KnownFriend } from './a-known-contact.ts';
import { now } from './a-qualified-referral.ts';
import { appId, type Core, dependencies, log, startCore } from './core-under-test.ts';

let core: Core;
let crm: Crm;
beforeAll(async () => {
  core = await startCore();
});
beforeEach(async () => {
  crm = aCrm();
  await core.here.system.execute(sql`delete from webhook_inbox`);
  await core.here.system.execute(sql`delete from outbox`);
  await core.here.system.execute(sql`delete from contact_hints`);
});
afterAll(() => core?.stop());

async function notice({ portalId, contactId }: KnownFriend, changes: Partial<NewInboxRow>): Promise<void> {
  await insertInbox(core.here.system, [
    {
      deliveryKey: newId(),
      portalId,
      kind: 'changed',
      objectType: 'contact',
      objectIds: [contactId],
      propertyName: null,
      changeSource: 'CRM_UI',
      sourceId: null,
      occurredAt: now(),
      ...changes,
    },
  ]);
  await relayInbox({ db: core.here.system, relayId: 'here', appId, log });
}

const hints = () =>
  core.rows<{ crm_id: string; version: number }>(sql`select crm_id, version from contact_hints`);

const nudgesOf = async (connection: TestConnection) =>
  (
    await core.rows(
      sql`select 1 from outbox where kind = 'nudge' and workflow_id = ${connectionWorkflow(connection).workflowId}`,
    )
  ).length;

const followed = async (connection: TestConnection) =>
  followHinted(dependencies(core, crm.open), await connectionRow(core, connection));

const swept = async (connection: TestConnection, asOf: string) =>
  sweepStretch(dependencies(core, crm.open), await connectionRow(core, connection), asOf);

describe('notices that tell who somebody is', () => {
  test.each(['merged', 'deleted', 'restored', 'privacy-deleted'])(
    'E12: %s hints the contact and nudges its connection',
    async (kind) => {
      const friend = await aFriend(core, crm, await aCampaign(core));
      await notice(friend, { kind });
      await notice(friend, { kind });
      expect(await hints()).toEqual([{ crm_id: friend.contactId, version: 2 }]);
      expect(await nudgesOf(friend)).toBe(1);
    },
  );

  test('another address hints, but not our own create’s echo, any other property, or a stranger', async () => {
    const friend = await aFriend(core, crm, await aCampaign(core));
    await notice(friend, { propertyName: 'lifecyclestage' });
    await notice(friend, { propertyName: 'email', changeSource: 'INTEGRATION', sourceId: appId });
    await notice(friend, { propertyName: 'email', changeSource: 'API' });
    await notice(friend, { kind: 'deleted', objectIds: ['999999'] });
    await notice(friend, { kind: 'deleted', objectType: 'deal' });
    expect(await hints()).toEqual([]);
    await notice(friend, { propertyName: 'email' });
    await notice(friend, { propertyName: 'email', changeSource: 'INTEGRATION', sourceId: '1' });
    expect(await hints()).toEqual([{ crm_id: friend.contactId, version: 2 }]);
  });

  test('a hint leaves once it is followed, and one that comes during the read stays', async () => {
    const friend = await aFriend(core, crm, await aCampaign(core));
    await notice(friend, { kind: 'deleted' });
    crm.onCall = async (call) => {
      if (call !== 'contact.readMany') return;
      crm.onCall = () => undefined;
      crm.remove(friend.contactId);
      await notice(friend, { kind: 'deleted' });
    };
    // The first read saw it alive; the hint that came meanwhile makes a second one.
    expect(await followed(friend)).toEqual({ read: 2, more: false });
    expect(await idsOf(core, friend)).toMatchObject([{ gone: true }]);
    expect(await hints()).toEqual([]);
  });

  test('facts §6: a merge of which only the deletion of the old id is told is followed to the new one', async () => {
    const friend = await aFriend(core, crm, await aCampaign(core));
    const { id } = crm.merge(crm.put(`${newId()}@example.com`).id, friend.contactId);
    await notice(friend, { kind: 'deleted' });
    await followed(friend);
    expect((await idsOf(core, friend)).map(({ crm_id, alias_of }) => [crm_id, alias_of])).toContainEqual([
      id,
      null,
    ]);
  });
});

describe('the daily look at every known contact', () => {
  const known = async (connection: TestConnection, count: number) => {
    const personId = newId();
    const { workspaceId, connectionId } = connection;
    await core.here.system.execute(sql`
      insert into people (id, workspace_id, created_at) values (${personId}, ${workspaceId}, now())`);
    await core.here.system.execute(sql`
      insert into person_crm_ids (connection_id, object_type, crm_id, workspace_id, person_id, created_at)
      select ${connectionId}, 'contact', (700000 + n)::text, ${workspaceId}, ${personId}, now()
      from generate_series(1, ${count}::int) n`);
  };

  test('reliability A2 #13: an archived contact, a merge and a new address are found without any notice', async () => {
    const campaign = await aCampaign(core);
    const [gone, merged, renamed] = [
      await aFriend(core, crm, campaign),
      await aFriend(core, crm, campaign),
      await aFriend(core, crm, campaign),
    ];
    crm.remove(gone.contactId);
    const { id } = crm.merge(merged.contactId, crm.put(`${newId()}@example.com`).id);
    crm.set(renamed.contactId, 'email', 'renamed@example.com');
    const asOf = now();
    // The id that the merge brought comes after the three, and is looked at as well.
    expect(await swept(campaign, asOf)).toEqual({ seen: 4, nextAt: addMs(asOf, DAY_MS) });
    const rows = await idsOf(core, campaign);
    expect(rows.find(({ crm_id }) => crm_id === gone.contactId)).toMatchObject({ gone: true });
    expect(rows.find(({ crm_id }) => crm_id === merged.contactId)).toMatchObject({ alias_of: id });
    const [person] = await core.rows(sql`select email from people where id = ${renamed.personId}`);
    expect(person).toEqual({ email: 'renamed@example.com' });
    expect(await swept(campaign, addMs(asOf, DAY_MS - 1))).toEqual({ seen: 0, nextAt: addMs(asOf, DAY_MS) });
    // The archived one may be restored; the alias is not asked for again, its live id is.
    expect(await swept(campaign, addMs(asOf, DAY_MS))).toMatchObject({ seen: 3 });
  });

  test('it takes no more than a twentieth of the smallest budget, and goes on where it stopped', async () => {
    const connection = await aConnection(core);
    await known(connection, 250);
    crm.onCall = () => undefined;
    let asOf = now();
    const begun = asOf;
    let seen = 0;
    let calls = 0;
    for (let stretch = 0; seen < 250; stretch += 1) {
      crm.calls.length = 0;
      const result = await swept(connection, asOf);
      calls += crm.calls.length;
      seen += result.seen;
      // Nobody of them is in HubSpot: the gateway reads each by itself, which counts.
      expect(Date.parse(result.nextAt) - Date.parse(asOf)).toBeGreaterThanOrEqual(
        seen < 250 ? result.seen * 2_000 : 0,
      );
      asOf = result.nextAt;
      expect(stretch).toBeLessThan(5);
    }
    expect(calls).toBe(3);
    expect(await idsOf(core, connection)).toSatisfy((rows: { gone: boolean }[]) =>
      rows.every(({ gone }) => gone),
    );
    expect(Date.parse(asOf)).toBeGreaterThanOrEqual(Date.parse(begun) + 250 * 2_000);
  });

  test('what is gone for more than 90 days cannot come back, and is not asked for any more', async () => {
    const connection = await aConnection(core);
    await known(connection, 3);
    await core.here.system.execute(sql`
      update person_crm_ids set gone_at = case crm_id when '700001' then now() - interval '91 days' else now() end
      where connection_id = ${connection.connectionId} and crm_id in ('700001', '700002')`);
    expect(await swept(connection, now())).toMatchObject({ seen: 2 });
  });

  test('what came to somebody at the very moment of their merge is gathered', async () => {
    const connection = await aConnection(core);
    const [one, other] = [
      await aFriend(core, crm, await aCampaign(core, { connection })),
      await aFriend(core, crm, await aCampaign(core, { connection })),
    ];
    crm.merge(one.contactId, other.contactId);
    await followed(connection);
    await notice(one, { kind: 'merged' });
    await followed(connection);
    // An enrolment that had read the other one before: a membership in a third campaign.
    const third = await aCampaign(core, { connection });
    await core.here.system.execute(
      sql`update referrers set person_id = ${other.personId} where id = ${third.referrerId}`,
    );
    await swept(connection, now());
    const [referrer] = await core.rows(sql`select person_id from referrers where id = ${third.referrerId}`);
    expect(referrer).toEqual({ person_id: one.personId });
  });

  test('two workers at the same stretch leave one cursor', async () => {
    const connection = await aConnection(core);
    await known(connection, 10);
    const asOf = now();
    const [one, other] = await Promise.all([swept(connection, asOf), swept(connection, asOf)]);
    expect([one?.seen, other?.seen]).toEqual([10, 10]);
    const rows = await core.rows(
      sql`select after_crm_id from contact_sweeps where connection_id = ${connection.connectionId}`,
    );
    expect(rows).toEqual([{ after_crm_id: null }]);
  });
});
