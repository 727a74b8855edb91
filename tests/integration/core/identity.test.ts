import { sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { followContacts, noticeContacts } from '../../../activities/identity.ts';
import { contactIdOf, upsertPerson } from '../../../db/queries/people.ts';
import { loadListedReferral } from '../../../db/queries/referral-list.ts';
import { referralWorkflow } from '../../../workflows/contract.ts';
import { aCampaign, aConnection, aReferral, property, qualifying } from './a-campaign.ts';
import { aCrm, type Crm } from './a-crm.ts';
import {
  aFriend,
  connectionRow,
  follow,
  idsOf,
  type KnownFriend,
  referralRow,
  storyOf,
} from './a-known-contact.ts';
import { lifecycle } from './a-qualified-referral.ts';
import { type Core, dependencies, startCore } from './core-under-test.ts';

let core: Core;
let crm: Crm;
beforeAll(async () => {
  core = await startCore();
});
beforeEach(() => {
  crm = aCrm();
});
afterAll(() => core?.stop());

const personOf = async ({ personId }: KnownFriend) =>
  (
    await core.rows<{ email: string; email_key: string }>(
      sql`select email, email_key from people where id = ${personId}`,
    )
  )[0];

const anAddress = () => `${newId()}@example.com`;

const upsert = ({ workspaceId }: KnownFriend, email: string) =>
  core.here.app.inWorkspace(workspaceId, (tx) => upsertPerson(tx, workspaceId, { email, emailKey: email }));

const presenceOf = async ({ workspaceId, referralId }: KnownFriend) =>
  (await core.here.app.inWorkspace(workspaceId, (tx) => loadListedReferral(tx, referralId)))?.inHubSpot;

const liveId = ({ workspaceId, personId, connectionId }: KnownFriend) =>
  core.here.app.inWorkspace(workspaceId, (tx) => contactIdOf(tx, personId, connectionId));

describe('an e-mail address that changes', () => {
  test('reliability A2 #15: the person follows, the referral stays, and its later qualification counts', async () => {
    const friend = await aFriend(core, crm, await aCampaign(core));
    const email = `  ${anAddress().toUpperCase()} `;
    crm.set(friend.contactId, 'email', email);
    await follow(core, crm, friend, friend.contactId);
    const emailKey = email.trim().toLowerCase();
    expect(await personOf(friend)).toEqual({ email: email.trim(), email_key: emailKey });
    expect(await referralRow(core, friend)).toMatchObject({ status: 'registered', email_key: emailKey });
    expect((await upsert(friend, emailKey)).id).toBe(friend.personId);
    crm.set(friend.contactId, property, qualifying);
    expect((await lifecycle(core, crm).decide(friend)).status).toBe('qualified');
  });

  test('an address that another person has stays theirs; it is noted once, and followed when it is free', async () => {
    const campaign = await aCampaign(core);
    const [friend, other] = [await aFriend(core, crm, campaign), await aFriend(core, crm, campaign)];
    crm.set(friend.contactId, 'email', other.email);
    await follow(core, crm, friend, friend.contactId);
    await follow(core, crm, friend, friend.contactId);
    expect(await personOf(friend)).toMatchObject({ email: friend.email });
    expect((await storyOf(core, friend)).filter((kind) => kind === 'address-held-by-another')).toHaveLength(
      1,
    );
    crm.set(other.contactId, 'email', anAddress());
    await follow(core, crm, friend, other.contactId);
    await follow(core, crm, friend, friend.contactId);
    expect(await personOf(friend)).toMatchObject({ email: other.email });
    expect((await storyOf(core, friend)).at(-1)).toBe('address-changed');
  });

  test('no address, or text that is none, takes nobody’s away', async () => {
    const friend = await aFriend(core, crm, await aCampaign(core));
    for (const text of ['', 'not an address']) {
      crm.set(friend.contactId, 'email', text);
      await follow(core, crm, friend, friend.contactId);
      expect(await personOf(friend)).toMatchObject({ email: friend.email });
    }
  });

  test('facts §3: what a search shows may be old, so it hints and changes nothing by itself', async () => {
    const friend = await aFriend(core, crm, await aCampaign(core));
    const record = await crm
      .open({ connectionId: friend.connectionId, epoch: 1, lane: 'bulk' })
      .contacts.read(friend.contactId, { properties: [] });
    const row = await connectionRow(core, friend);
    const stale = { ...record, properties: { email: anAddress() } };
    await noticeContacts(dependencies(core, crm.open), row, [stale]);
    await noticeContacts(dependencies(core, crm.open), row, [stale]);
    expect(await personOf(friend)).toMatchObject({ email: friend.email });
    const hints = await core.rows(
      sql`select crm_id, version from contact_hints where connection_id = ${friend.connectionId}`,
    );
    expect(hints).toEqual([{ crm_id: friend.contactId, version: 2 }]);
  });

  test('nobody who is being erased is given an address, or is merged', async () => {
    const connection = await aConnection(core);
    const friend = await aFriend(core, crm, await aCampaign(core, { connection }));
    const other = await aFriend(core, crm, await aCampaign(core, { connection }));
    await core.here.system.execute(sql`update people set erasing_at = now() where id = ${friend.personId}`);
    crm.merge(other.contactId, friend.contactId);
    await follow(core, crm, friend, friend.contactId);
    expect(await personOf(friend)).toMatchObject({ email: friend.email });
    expect(await referralRow(core, other)).toMatchObject({ person_id: other.personId });
  });

  test('a friend whose person was merged is known in the campaign under the survivor’s address', async () => {
    const connection = await aConnection(core);
    const one = await aFriend(core, crm, await aCampaign(core, { connection }));
    const other = await aFriend(core, crm, await aCampaign(core, { connection }));
    crm.merge(one.contactId, other.contactId);
    await follow(core, crm, one, one.contactId);
    expect(await referralRow(core, other)).toMatchObject({ person_id: one.personId, email_key: one.email });
  });

  test('who signs up under the address of somebody who was merged is the survivor', async () => {
    const connection = await aConnection(core);
    const one = await aFriend(core, crm, await aCampaign(core, { connection }));
    const other = await aFriend(core, crm, await aCampaign(core, { connection }));
    crm.merge(one.contactId, other.contactId);
    await follow(core, crm, one, one.contactId);
    expect((await upsert(one, other.email)).id).toBe(one.personId);
    expect((await upsert(one, other.email)).id).toBe(one.personId);
  });
});

describe('a contact that is archived or deleted', () => {
  test('reliability A2 #13: it is marked, its friend’s lifecycle is told once, and it is back when HubSpot has it again', async () => {
    const friend = await aFriend(core, crm, await aCampaign(core));
    crm.remove(friend.contactId);
    await follow(core, crm, friend, friend.contactId);
    await follow(core, crm, friend, friend.contactId);
    expect(await idsOf(core, friend)).toMatchObject([{ gone: true }]);
    expect(await liveId(friend)).toBeNull();
    expect(await presenceOf(friend)).toBe('gone');
    expect((await lifecycle(core, crm).decide(friend)).status).toBe('registered');
    crm.restore(friend.contactId);
    await follow(core, crm, friend, friend.contactId);
    expect(await liveId(friend)).toBe(friend.contactId);
    expect(await presenceOf(friend)).toBe('present');
    expect((await storyOf(core, friend)).slice(-2)).toEqual(['contact-gone', 'contact-restored']);
    const nudges = await core.rows(
      sql`select 1 from outbox where kind = 'nudge' and workflow_id = ${referralWorkflow(friend).workflowId}`,
    );
    expect(nudges).toHaveLength(1);
  });

  test('a decision that finds nothing leaves the same state as a notice, and one that finds it again too', async () => {
    const friend = await aFriend(core, crm, await aCampaign(core));
    crm.remove(friend.contactId);
    await lifecycle(core, crm).decide(friend);
    expect(await presenceOf(friend)).toBe('gone');
    const [verdict] = await core.rows(
      sql`select result from verdicts where referral_id = ${friend.referralId} order by decision_seq desc`,
    );
    expect(verdict).toEqual({ result: 'gone' });
    crm.restore(friend.contactId);
    crm.set(friend.contactId, property, qualifying);
    expect((await lifecycle(core, crm).decide(friend)).status).toBe('qualified');
    expect(await presenceOf(friend)).toBe('present');
  });

  test('of a friend who is not in HubSpot yet nobody knows', async () => {
    const referral = await aReferral(core, await aCampaign(core));
    expect(await presenceOf({ ...referral, contactId: '' })).toBe('unknown');
  });

  test('contacts that mean nobody to us leave no trace', async () => {
    const connection = await aConnection(core);
    const stranger = crm.put(anAddress());
    const gone = crm.put(anAddress());
    crm.remove(gone.id);
    await follow(core, crm, connection, stranger.id, gone.id, '424242');
    await followContacts(dependencies(core, crm.open), await connectionRow(core, connection), []);
    expect(await idsOf(core, connection)).toEqual([]);
  });
});
