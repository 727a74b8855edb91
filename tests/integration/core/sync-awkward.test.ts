import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aConnection } from './a-campaign.ts';
import { aPortal } from './a-portal.ts';
import { aSyncCampaign, changesOf, exceptionsOf, runRow, sync } from './a-sync.ts';
import { type Core, publicUrl, startCore } from './core-under-test.ts';

let core: Core;
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core?.stop());

describe('contacts that cannot be enrolled are listed, and the rest goes on', () => {
  test.each([
    ['no address', {}, 'no-email', null],
    ['an address that cannot be', { email: 'no address' }, 'invalid-email', null],
    ['an address of 300 characters', { email: `${'x'.repeat(300)}@example.com` }, 'invalid-email', null],
    ['a name of 65,536 characters', { firstname: 'x'.repeat(65_536) }, 'value-too-long', 'firstname'],
    ['a telephone number of 101', { phone: '0'.repeat(101) }, 'value-too-long', 'phone'],
    ['a language of 36', { hs_language: 'x'.repeat(36) }, 'value-too-long', 'hs_language'],
  ])('S21: %s', async (_, values, reason, detail) => {
    const portal = aPortal();
    const email = 'no address' in values ? null : 'awkward@example.com';
    const awkward = portal.put({
      ...('firstname' in values || 'phone' in values || 'hs_language' in values ? { email } : {}),
      ...values,
    });
    const fine = portal.put({ email: 'fine@example.com' });
    const campaign = await aSyncCampaign(core, portal, {
      into: { phone: 'phone', hs_language: 'language' },
    });
    const runId = await sync(core, campaign);
    expect(await exceptionsOf(core, runId)).toEqual([{ crm_id: awkward, reason, detail }]);
    expect(portal.contacts.get(awkward)?.['link']).toBeUndefined();
    expect(portal.contacts.get(fine)?.['link']).toMatch(publicUrl);
    expect(await runRow(core, runId)).toMatchObject({ seen: 2, enrolled: 1, linked: 1, unchanged: 0 });
  });

  test('S21: values of exactly the bound are kept', async () => {
    const portal = aPortal();
    const values = { firstname: 'x'.repeat(1_000), lastname: 'y'.repeat(1_000), phone: '0'.repeat(100) };
    portal.put({ email: 'bound@example.com', ...values });
    const campaign = await aSyncCampaign(core, portal, { into: { phone: 'phone' } });
    await sync(core, campaign);
    expect(
      await core.rows(sql`select first_name, last_name, phone from people
        where workspace_id = ${campaign.workspaceId} and email = 'bound@example.com'`),
    ).toEqual([{ first_name: values.firstname, last_name: values.lastname, phone: values.phone }]);
  });

  test('facts §4: text that PostgreSQL cannot keep, and 65,536 characters where the link goes, cost no page', async () => {
    const portal = aPortal();
    const long = 'x'.repeat(65_536);
    const id = portal.put({
      email: 'text@example.com',
      firstname: 'A\u0000da \ud800',
      link: `${long.slice(2)}\u0000\udc00`,
    });
    const campaign = await aSyncCampaign(core, portal);
    const runId = await sync(core, campaign);
    expect(portal.contacts.get(id)?.['link']).toMatch(publicUrl);
    expect(
      await core.rows(
        sql`select first_name from people where workspace_id = ${campaign.workspaceId} and email = 'text@example.com'`,
      ),
    ).toEqual([{ first_name: 'Ada \ufffd' }]);
    expect(await changesOf(core, runId)).toHaveLength(1);
  });

  test('S41: two contacts with one address, on one page and on different ones, are one referrer', async () => {
    const portal = aPortal();
    portal.pageSize = 2;
    const [first, same, other, later] = [
      'a@example.com',
      ' A@Example.com',
      'b@example.com',
      'a@example.com',
    ].map((email) => portal.put({ email }));
    const campaign = await aSyncCampaign(core, portal);
    const runId = await sync(core, campaign);
    expect(await exceptionsOf(core, runId)).toEqual([
      { crm_id: same, reason: 'duplicate-email', detail: null },
      { crm_id: later, reason: 'duplicate-email', detail: null },
    ]);
    const linked = [first, other].map((id) => portal.contacts.get(id ?? '')?.['link']);
    expect(new Set(linked).size).toBe(2);
    expect(await runRow(core, runId)).toMatchObject({ enrolled: 2, linked: 2, seen: 4 });
    expect(await exceptionsOf(core, await sync(core, campaign))).toHaveLength(2);
  });

  test('S41: a contact that was deleted and made anew under its address keeps its link', async () => {
    const portal = aPortal();
    const old = portal.put({ email: 'again@example.com' });
    const campaign = await aSyncCampaign(core, portal);
    await sync(core, campaign);
    const link = portal.contacts.get(old)?.['link'];
    portal.contacts.delete(old);
    await core.rows(
      sql`update person_crm_ids set gone_at = now() where crm_id = ${old} and connection_id = ${campaign.connectionId}`,
    );
    const id = portal.put({ email: 'again@example.com' });
    expect(await exceptionsOf(core, await sync(core, campaign))).toEqual([]);
    expect(portal.contacts.get(id)?.['link']).toBe(link);
  });

  test.each(['known by the contact', 'known by the address'])(
    'P20: a person who is being forgotten, %s, is neither enrolled nor filled in',
    async (how) => {
      const portal = aPortal();
      const id = portal.put({ email: 'forget@example.com' });
      const connection = await aConnection(core);
      const before = await aSyncCampaign(core, portal, { connection, out: { old_link: 'referral_link' } });
      await sync(core, before);
      const ofPerson = sql`workspace_id = ${before.workspaceId} and email = 'forget@example.com'`;
      await core.rows(sql`update people set erasing_at = now() where ${ofPerson}`);
      if (how === 'known by the address')
        await core.rows(sql`delete from person_crm_ids where connection_id = ${connection.connectionId}`);
      Object.assign(portal.contacts.get(id) ?? {}, { firstname: 'Ada' });
      const campaign = await aSyncCampaign(core, portal, { connection });
      const runId = await sync(core, campaign);
      expect(await exceptionsOf(core, runId)).toEqual([{ crm_id: id, reason: 'being-erased', detail: null }]);
      expect(portal.contacts.get(id)?.['link']).toBeUndefined();
      expect(await core.rows(sql`select first_name from people where ${ofPerson}`)).toEqual([
        { first_name: null },
      ]);
    },
  );

  test('S29: a member of the list that HubSpot does not find is listed as gone', async () => {
    const portal = aPortal();
    const [member, stranger] = [
      portal.put({ email: 'm@example.com' }),
      portal.put({ email: 's@example.com' }),
    ];
    portal.members.push(member, '9999999');
    const campaign = await aSyncCampaign(core, portal, { listId: '7' });
    const runId = await sync(core, campaign);
    expect(await exceptionsOf(core, runId)).toEqual([
      { crm_id: '9999999', reason: 'record-gone', detail: null },
    ]);
    expect(portal.contacts.get(member)?.['link']).toMatch(publicUrl);
    expect(portal.contacts.get(stranger)?.['link']).toBeUndefined();
    expect(await runRow(core, runId)).toMatchObject({ seen: 2, total: 2 });
  });

  test('S21: a contact that is deleted between the read and the write is listed as gone', async () => {
    const portal = aPortal();
    const [gone, stays] = [portal.put({ email: 'g@example.com' }), portal.put({ email: 'k@example.com' })];
    portal.onCall = (call) => {
      if (call === 'page') portal.contacts.delete(gone);
    };
    const runId = await sync(core, await aSyncCampaign(core, portal));
    expect(await exceptionsOf(core, runId)).toMatchObject([{ crm_id: gone, reason: 'record-gone' }]);
    expect(portal.contacts.get(stays)?.['link']).toMatch(publicUrl);
  });
});

describe('blanks of people we know', () => {
  test('S32: are filled by a later run, and what we know is kept', async () => {
    const portal = aPortal();
    const id = portal.put({ email: 'blank@example.com', firstname: 'Ada' });
    const campaign = await aSyncCampaign(core, portal, { into: { phone: 'phone' } });
    await sync(core, campaign);
    Object.assign(portal.contacts.get(id) ?? {}, { firstname: 'Augusta', phone: '123' });
    await sync(core, campaign);
    expect(
      await core.rows(sql`select first_name, phone from people
        where workspace_id = ${campaign.workspaceId} and email = 'blank@example.com'`),
    ).toEqual([{ first_name: 'Ada', phone: '123' }]);
  });
});

describe('a property that HubSpot takes from nobody any more', () => {
  test.each(['PROPERTY_DOESNT_EXIST', 'READ_ONLY_VALUE'])(
    'facts §4: %s leaves out that property alone, for the rest of the slice',
    async (code) => {
      const portal = aPortal();
      portal.pageSize = 2;
      const ids = [1, 2, 3, 4].map((n) => portal.put({ email: `p${n}@example.com` }));
      portal.refused.set('friends', code);
      const out = { link: 'referral_link', friends: 'number_referred' } as const;
      const campaign = await aSyncCampaign(core, portal, { out });
      const runId = await sync(core, campaign);
      expect(portal.calls.filter((call) => call.startsWith('updateMany'))).toEqual([
        'updateMany 2',
        'updateMany 2',
        'updateMany 2',
      ]);
      expect(await exceptionsOf(core, runId)).toEqual(
        ids.map((crm_id) => ({ crm_id, reason: 'property-gone', detail: 'friends' })),
      );
      for (const id of ids) expect(portal.contacts.get(id)?.['link']).toMatch(publicUrl);
      expect(await runRow(core, runId)).toMatchObject({ enrolled: 4, linked: 4, state: 'completed' });
      expect(
        (await changesOf(core, runId)).map(({ properties }) => Object.keys(properties as object)),
      ).toEqual(ids.map(() => ['link']));
    },
  );

  test("S34: where it is the link's, the contact is enrolled and the link is the exception; mended, it is written", async () => {
    const portal = aPortal();
    const id = portal.put({ email: 'nolink@example.com' });
    portal.refused.set('link', 'PROPERTY_DOESNT_EXIST');
    const campaign = await aSyncCampaign(core, portal);
    const runId = await sync(core, campaign);
    expect(await exceptionsOf(core, runId)).toEqual([
      { crm_id: id, reason: 'property-gone', detail: 'link' },
    ]);
    expect(await runRow(core, runId)).toMatchObject({ enrolled: 1, linked: 0, unchanged: 0 });
    expect(await changesOf(core, runId)).toEqual([]);
    const written = () =>
      core.rows(sql`select crm_link_written is not null as written from referrers r join people p on p.id = r.person_id
        where r.campaign_id = ${campaign.campaignId} and p.email = 'nolink@example.com'`);
    expect(await written()).toEqual([{ written: false }]);
    portal.refused.clear();
    expect(await exceptionsOf(core, await sync(core, campaign))).toEqual([]);
    expect(portal.contacts.get(id)?.['link']).toMatch(publicUrl);
    expect(await written()).toEqual([{ written: true }]);
  });

  test("facts §4: a value that HubSpot refuses of one contact is that contact's exception", async () => {
    const portal = aPortal();
    const id = portal.put({ email: 'refused@example.com' });
    portal.refused.set('link', 'INVALID_OPTION');
    const runId = await sync(core, await aSyncCampaign(core, portal));
    expect(await exceptionsOf(core, runId)).toEqual([
      { crm_id: id, reason: 'refused-by-hubspot', detail: 'invalid link INVALID_OPTION' },
    ]);
  });
});
