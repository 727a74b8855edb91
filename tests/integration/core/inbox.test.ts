import { sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { beginEntry, completeEntry, rememberDealId } from '../../../db/queries/crm-entries.ts';
import { rememberContactId } from '../../../db/queries/people.ts';
import { claimInbox, insertInbox, type NewInboxRow } from '../../../db/queries/system/inbox.ts';
import { addMs } from '../../../domain/time.ts';
import { relayInbox } from '../../../worker/loops/inbox-relay.ts';
import { connectionWorkflow, referralWorkflow } from '../../../workflows/contract.ts';
import { aCampaign, aReferral, type TestReferral } from './a-campaign.ts';
import { appId, type Core, log, startCore } from './core-under-test.ts';

let core: Core;
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core?.stop());
beforeEach(async () => {
  await core.here.system.execute(sql`delete from webhook_inbox`);
  await core.here.system.execute(sql`delete from outbox`);
});

let lastCrmId = 1_000;
const aCrmId = () => {
  lastCrmId += 1;
  return String(lastCrmId);
};

/** A referral whose contact (and deal, where one is named) is known. */
async function inHubSpot(
  outcome: 'created' | 'found',
  { contactId = aCrmId(), dealId }: { contactId?: string; dealId?: string } = {},
) {
  const referral = await aReferral(core, await aCampaign(core));
  const { workspaceId, connectionId, referralId, personId } = referral;
  const owner = { workspaceId, connectionId };
  const enteredAt = await core.here.app.inWorkspace(workspaceId, async (tx) => {
    const entry = await beginEntry(tx, { ...owner, owner: { referralId }, objectType: 'contact' });
    const readModifiedAt = new Date().toISOString();
    await completeEntry(tx, entry, { crmId: contactId, outcome, readModifiedAt });
    await rememberContactId(tx, { ...owner, personId, crmId: contactId });
    if (dealId) await rememberDealId(tx, { ...owner, referralId, crmId: dealId });
    return readModifiedAt;
  });
  return { ...referral, contactId, enteredAt };
}

const aNotice = ({ portalId }: TestReferral, objectId: string, changes: Partial<NewInboxRow> = {}) => ({
  deliveryKey: newId(),
  portalId,
  kind: 'changed',
  objectType: 'contact',
  objectIds: [objectId],
  propertyName: 'hs_lead_status',
  changeSource: 'CRM_UI',
  sourceId: null,
  occurredAt: new Date().toISOString(),
  ...changes,
});

const relay = () => relayInbox({ db: core.here.system, relayId: 'here', appId, log });
const nudged = async () =>
  (await core.rows<{ workflow_id: string }>(sql`select workflow_id from outbox order by 1`)).map(
    (row) => row.workflow_id,
  );
const workflowOf = (referral: TestReferral) => referralWorkflow(referral).workflowId;
const ends = () =>
  core.rows(sql`
    select case when sent_at is not null then 'sent' when dropped_at is not null then 'dropped'
      when dead_at is not null then 'dead' else 'open' end as state, nudges, failures
    from webhook_inbox order by id`);

describe('whom a notice concerns', () => {
  test('every unsettled referral that holds any id of it; what concerns nobody is dropped', async () => {
    const [one, other, settled] = [
      await inHubSpot('found', { dealId: '77001' }),
      await inHubSpot('found'),
      await inHubSpot('found'),
    ];
    await core.here.system.execute(
      sql`update referrals set settled_at = now() where id = ${settled.referralId}`,
    );
    await insertInbox(core.here.system, [
      aNotice(one, '77001', { objectType: 'deal' }),
      aNotice(other, '1', { kind: 'merged', objectIds: ['1', '2', other.contactId] }),
      aNotice(settled, settled.contactId),
      aNotice(one, other.contactId),
    ]);
    await relay();
    const { workflowId } = connectionWorkflow(other);
    expect(await nudged()).toEqual([workflowOf(one), workflowOf(other), workflowId].sort());
    expect(await ends()).toEqual([
      { state: 'sent', nudges: 1, failures: 0 },
      // A merge is followed for everybody whom it names, beside the decision.
      { state: 'sent', nudges: 2, failures: 0 },
      { state: 'dropped', nudges: 0, failures: 0 },
      { state: 'dropped', nudges: 0, failures: 0 },
    ]);
  });

  test('design §2: a notice says how many it nudged, and a delivery that comes twice is one row', async () => {
    const one = await inHubSpot('found');
    const second = await aReferral(core, await aCampaign(core, { connection: one }));
    await core.here.system.execute(
      sql`update referrals set person_id = ${one.personId} where id = ${second.referralId}`,
    );
    const notice = aNotice(one, one.contactId);
    await insertInbox(core.here.system, [notice]);
    await insertInbox(core.here.system, [notice]);
    await relay();
    expect(await nudged()).toEqual([workflowOf(one), workflowOf(second)].sort());
    expect(await ends()).toEqual([{ state: 'sent', nudges: 2, failures: 0 }]);
  });

  test('an object type is part of an id: a deal whose number is a contact of ours is no echo', async () => {
    const id = aCrmId();
    const ours = await inHubSpot('created', { contactId: id });
    const { referralId, workspaceId, connectionId } = await aReferral(
      core,
      await aCampaign(core, { connection: ours }),
    );
    await core.here.app.inWorkspace(workspaceId, (tx) =>
      rememberDealId(tx, { workspaceId, connectionId, referralId, crmId: id }),
    );
    await insertInbox(core.here.system, [
      aNotice(ours, id, { objectType: 'deal', changeSource: 'INTEGRATION', sourceId: appId }),
    ]);
    await relay();
    expect(await ends()).toMatchObject([{ state: 'sent' }]);
  });
});

describe('echoes', () => {
  const echo = { changeSource: 'INTEGRATION', sourceId: appId };
  const cases: readonly [string, 'sent' | 'dropped', Partial<NewInboxRow>, number][] = [
    ['the echo of our own create is dropped', 'dropped', { kind: 'created', ...echo }, 0],
    ['and so is one whose application HubSpot does not name', 'dropped', { ...echo, sourceId: null }, 500],
    ['a change by a person in the same second is kept', 'sent', { changeSource: 'CRM_UI' }, 0],
    ['a change by another application is kept', 'sent', { ...echo, sourceId: '1' }, 0],
    ['a change by our application long after is kept', 'sent', echo, 10_000],
    ['a merge is no echo', 'sent', { kind: 'merged', ...echo }, 0],
  ];
  test.each(cases)('design §2: %s', async (_, state, changes, afterMs) => {
    const ours = await inHubSpot('created');
    const occurredAt = addMs(ours.enteredAt, afterMs);
    await insertInbox(core.here.system, [aNotice(ours, ours.contactId, { occurredAt, ...changes })]);
    await relay();
    expect(await ends()).toMatchObject([{ state }]);
  });

  test('design §2: of a contact that we found, nothing is an echo', async () => {
    const found = await inHubSpot('found');
    await insertInbox(core.here.system, [
      aNotice(found, found.contactId, { ...echo, occurredAt: found.enteredAt }),
    ]);
    await relay();
    expect(await ends()).toMatchObject([{ state: 'sent' }]);
  });
});

describe('failures', () => {
  /** PostgreSQL refuses a nudge about this object with such a code. */
  const refuse = (objectId: string, code: string) =>
    core.asOwner(`
      create or replace function refuse() returns trigger language plpgsql as $$
      begin
        if new.nudge ->> 'objectId' = '${objectId}' then raise exception 'refused' using errcode = '${code}'; end if;
        return new;
      end $$;
      create or replace trigger refuse before insert on outbox for each row execute function refuse();`);
  const timePasses = () => core.here.system.execute(sql`update webhook_inbox set claimed_until = null`);

  test('design §2: a notice that cannot be handled is dead after twenty failures, alone or among others', async () => {
    const [poison, healthy] = [await inHubSpot('found'), await inHubSpot('found')];
    await refuse(poison.contactId, '22023');
    await insertInbox(core.here.system, [
      aNotice(poison, poison.contactId),
      aNotice(healthy, healthy.contactId),
    ]);
    for (let n = 0; n < 20; n += 1) {
      await relay();
      await timePasses();
    }
    expect(await ends()).toEqual([
      { state: 'dead', nudges: null, failures: 20 },
      { state: 'sent', nudges: 1, failures: 0 },
    ]);
  });

  test('design §2: PostgreSQL being away counts for no notice', async () => {
    const [one, other] = [await inHubSpot('found'), await inHubSpot('found')];
    await refuse(one.contactId, '57P01');
    await insertInbox(core.here.system, [aNotice(one, one.contactId), aNotice(other, other.contactId)]);
    await expect(relay()).rejects.toThrow('Failed query');
    expect(await ends()).toMatchObject([
      { state: 'open', failures: 0 },
      { state: 'open', failures: 0 },
    ]);
    await refuse('nobody', '57P01');
    await timePasses();
    await relay();
    expect(await ends()).toMatchObject([{ state: 'sent' }, { state: 'sent' }]);
  });

  test('the claims of a dead relay lapse', async () => {
    const one = await inHubSpot('found');
    await insertInbox(core.here.system, [aNotice(one, one.contactId)]);
    expect(await claimInbox(core.there.system, 'dead', 10)).toHaveLength(1);
    await relay();
    expect(await ends()).toMatchObject([{ state: 'open' }]);
    await core.here.system.execute(
      sql`update webhook_inbox set claimed_until = claimed_until - interval '15 seconds'`,
    );
    await relay();
    expect(await ends()).toMatchObject([{ state: 'sent' }]);
  });
});
