import { isDeepStrictEqual } from 'node:util';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fromPublicId } from '../../../domain/id.ts';
import { type ApiUnderTest, type Operator, startApi } from './api-under-test.ts';
import { connect, firstPortal, type HubSpotAccounts, startAccounts } from './hubspot-account.ts';

let api: ApiUnderTest;
let accounts: HubSpotAccounts;
let operator: Operator;
let campaignId: string;
let listId: string;
beforeAll(async () => {
  accounts = await startAccounts();
  await accounts.addProperty(firstPortal, { name: 'referral_link' });
  await accounts.addProperty(firstPortal, { name: 'notes_area', fieldType: 'textarea' });
  await accounts.addProperty(firstPortal, { name: 'plan', label: 'Plan' });
  await accounts.addProperty(firstPortal, { name: 'first_order', type: 'number', fieldType: 'number' });
  api = await startApi({ hubspotUrl: accounts.url });
  operator = await api.operator();
  await connect({ api, accounts, operator });
  listId = await addList('Advocates');
});
beforeEach(async () => {
  campaignId = (await operator.call('POST', '/campaigns', { name: 'Setup' })).body.id;
});
afterAll(async () => {
  await api.stop();
  await accounts.stop();
});

/** A static list of contacts, as a person would make one. */
async function addList(name: string): Promise<string> {
  const made = await asked('POST', '/crm/v3/lists', { name, objectTypeId: '0-1', processingType: 'MANUAL' });
  return ((await made.json()) as { list: { listId: string } }).list.listId;
}
async function asked(method: string, path: string, body?: object): Promise<Response> {
  const token = await accounts.token(firstPortal);
  return fetch(`${accounts.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
}

const dynamic = (property: string, field: string, objectType = 'contact') => ({
  objectType,
  property,
  source: { kind: 'dynamic', field },
});
const invitedMappings = [dynamic('firstname', 'first_name'), dynamic('email', 'email')];
const contactMode = {
  personInvited: { action: 'create-contact', mappings: invitedMappings },
  qualification: {
    kind: 'contact-property',
    property: 'lifecyclestage',
    initialValue: 'lead',
    qualifyingValues: ['customer', 'evangelist'],
  },
};
const dealMode = {
  personInvited: { action: 'create-contact-and-deal', mappings: invitedMappings },
  qualification: {
    kind: 'deal-stage',
    pipelineId: 'default',
    initialStageId: 'qualifiedtobuy',
    qualifyingStageIds: ['closedwon'],
  },
};
const percentage = { kind: 'percentage', rateBasisPoints: 1_000, beneficiary: 'referrer' };
const save = (setup: object, headers?: Record<string, string>) =>
  operator.call('PUT', `/campaigns/${campaignId}/hubspot`, setup, headers);
const read = async () => (await operator.call('GET', `/campaigns/${campaignId}/hubspot`)).body;

/** What came of saving it: the answer, and whether anything is another now. */
async function outcomeOf(setup: object) {
  const before = await read();
  const { status, body } = await save(setup);
  return { status, errors: body.errors, changed: !isDeepStrictEqual(await read(), before) };
}
const refusalOf = (field: string, words: RegExp) => ({
  status: 422,
  errors: expect.arrayContaining([{ field, message: expect.stringMatching(words) }]),
  changed: false,
});

describe('what the account offers', () => {
  test('S61: properties and pipelines come from the connected account', async () => {
    const contacts = await operator.call('GET', '/hubspot/properties/contacts');
    expect(contacts.body.items.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['lifecyclestage', 'plan']),
    );
    const pipelines = await operator.call('GET', '/hubspot/pipelines');
    expect(pipelines.body.items[0]).toMatchObject({
      id: 'default',
      stages: expect.arrayContaining([expect.objectContaining({ id: 'closedwon', outcome: 'won' })]),
    });
    expect((await operator.call('GET', '/hubspot/lists')).status).toBe(200);
  });

  test('S35, S66: a property made a moment ago appears with refresh', async () => {
    await operator.call('GET', '/hubspot/properties/contacts');
    await accounts.addProperty(firstPortal, { name: 'made_just_now' });
    const names = async (query: string) =>
      (await operator.call('GET', `/hubspot/properties/contacts${query}`)).body.items.map(({ name }) => name);
    expect(await names('')).not.toContain('made_just_now');
    expect(await names('?refresh=true')).toContain('made_just_now');
    expect(await names('')).toContain('made_just_now');
  });

  test('a property made after the cache was read can be mapped without a refresh', async () => {
    await operator.call('GET', '/hubspot/properties/contacts');
    await accounts.addProperty(firstPortal, { name: 'made_for_mapping' });
    const { status } = await save({
      ...contactMode,
      personInvited: {
        action: 'create-contact',
        mappings: [...invitedMappings, dynamic('made_for_mapping', 'source')],
      },
    });
    expect(status).toBe(200);
  });
});

describe('saving a configuration', () => {
  test('S66: reopening shows what was saved, and what GET answers can be sent back unchanged', async () => {
    const setup = {
      ...dealMode,
      personReferring: {
        action: 'create-contact',
        mappings: [dynamic('firstname', 'referrer_first_name'), dynamic('email', 'referrer_email')],
      },
      sync: {
        scope: { kind: 'list', listId },
        ongoing: true,
        restoreEdits: true,
        mappingsIn: [dynamic('phone', 'phone')],
        mappingsOut: [dynamic('referral_link', 'referral_link')],
      },
      saleValue: { object: 'deal', property: 'amount' },
      rewards: [
        percentage,
        {
          kind: 'fixed',
          amountMinor: 500,
          currency: 'USD',
          beneficiary: 'referred',
          holdDays: 14,
          approval: 'manual',
        },
      ],
    };
    const saved = await save(setup);
    expect(saved.status).toBe(200);
    const shown = await read();
    expect(shown).toEqual(saved.body);
    expect(shown).toMatchObject({
      personInvited: { action: 'create-contact-and-deal', existingContacts: 'never-overwrite' },
      qualification: {
        ...dealMode.qualification,
        stageLabels: expect.objectContaining({ closedwon: 'Closed Won' }),
      },
      sync: { scope: { kind: 'list', listId }, ongoing: true, restoreEdits: true },
      saleValue: { object: 'deal', property: 'amount' },
      rewards: [
        { ...percentage, holdDays: null, approval: 'automatic' },
        { amountMinor: 500, holdDays: 14, approval: 'manual' },
      ],
    });
    expect((await save(shown)).body).toEqual(shown);
    await save({ sync: { scope: { kind: 'all' } } });
  });

  test('a part that is left out stays as it was', async () => {
    await save(contactMode);
    await save({ rewards: [{ kind: 'fixed', amountMinor: 100, currency: 'EUR', beneficiary: 'referrer' }] });
    const shown = await read();
    expect(shown).toMatchObject({
      personInvited: { action: 'create-contact' },
      qualification: { property: 'lifecyclestage', propertyType: 'dropdown' },
      rewards: [{ amountMinor: 100 }],
    });
  });

  test('a new version of the rule is made only when it changed, since referrals are pinned to versions', async () => {
    const versions = async () => {
      const [row] = await api.database.system.execute<{ n: number }>(
        sql`select count(*)::int as n from qualification_rules where campaign_id = ${fromPublicId('campaign', campaignId)}`,
      );
      return row?.n;
    };
    await save(contactMode);
    const before = await versions();
    await save(contactMode);
    await save(await read());
    expect(await versions()).toBe(before);
    await save({
      ...contactMode,
      qualification: { ...contactMode.qualification, qualifyingValues: ['customer'] },
    });
    expect(await versions()).toBe((before ?? 0) + 1);
  });

  test('S56, S58: deal mode makes our unique deal property in HubSpot', async () => {
    expect((await save(dealMode)).status).toBe(200);
    expect(await accounts.dealProperty(firstPortal, 'vouchflow_referral_id')).toMatchObject({
      type: 'string',
      hasUniqueValue: true,
    });
  });

  test('an edit for an older version is refused with 412', async () => {
    const { headers } = await operator.call('GET', `/campaigns/${campaignId}/hubspot`);
    const etag = { 'if-match': String(headers['etag']) };
    expect((await save(contactMode, etag)).status).toBe(200);
    expect((await save({ saleValue: null }, etag)).status).toBe(412);
  });

  test('mass assignment: unknown fields anywhere in the document are refused', async () => {
    const setups: readonly object[] = [
      { workspaceId: 'x' },
      { personInvited: { action: 'none', status: 'published' } },
      { rewards: [{ ...percentage, id: 'x' }] },
      { sync: { scope: { kind: 'all', listId: '7' } } },
    ];
    const statuses = [];
    for (const setup of setups) statuses.push((await save(setup)).status);
    expect(statuses).toEqual(setups.map(() => 400));
  });
});

describe('what is refused, with its field and nothing saved', () => {
  test('S62: First Name and Email must be mapped for the person invited', async () => {
    expect(
      await outcomeOf({
        ...contactMode,
        personInvited: { action: 'create-contact', mappings: [dynamic('email', 'email')] },
      }),
    ).toEqual(refusalOf('personInvited.mappings', /First Name/));
    expect(
      await outcomeOf({
        ...contactMode,
        personInvited: { action: 'create-contact', mappings: [dynamic('firstname', 'first_name')] },
      }),
    ).toEqual(refusalOf('personInvited.mappings', /Email/));
  });

  test('S73: Referrer First Name and Referrer Email must be mapped for the person referring', async () => {
    expect(await outcomeOf({ personReferring: { action: 'create-contact', mappings: [] } })).toEqual(
      refusalOf('personReferring.mappings', /Referrer First Name/),
    );
  });

  test('S34: counters without Referral Link are refused', async () => {
    expect(
      await outcomeOf({
        sync: { scope: { kind: 'all' }, mappingsOut: [dynamic('plan', 'number_referred')] },
      }),
    ).toEqual(refusalOf('sync.mappingsOut', /Referral Link/));
  });

  test('a property that HubSpot has not, cannot write, or that cannot hold a link', async () => {
    const mapped = (...more: object[]) => ({
      ...contactMode,
      personInvited: { action: 'create-contact', mappings: [...invitedMappings, ...more] },
    });
    expect(await outcomeOf(mapped(dynamic('no_such_property', 'source')))).toEqual(
      refusalOf('personInvited.mappings.2.property', /no contact property/),
    );
    expect(await outcomeOf(mapped(dynamic('createdate', 'source')))).toEqual(
      refusalOf('personInvited.mappings.2.property', /cannot be written/),
    );
    expect(await outcomeOf(mapped(dynamic('first_order', 'link')))).toEqual(
      refusalOf('personInvited.mappings.2.property', /link/),
    );
    expect(
      await outcomeOf(
        mapped({
          objectType: 'contact',
          property: 'lifecyclestage',
          source: { kind: 'fixed', value: 'nonsense' },
        }),
      ),
    ).toEqual(refusalOf('personInvited.mappings.2.source.value', /not an option/));
    expect(await outcomeOf(mapped(dynamic('dealname', 'campaign_name', 'deal')))).toEqual(
      refusalOf('personInvited.mappings.2.objectType', /No deal/),
    );
  });

  test('S54: only single-line text and dropdown select can be watched', async () => {
    const watch = (property: string) => ({
      ...contactMode,
      qualification: { kind: 'contact-property', property, qualifyingValues: ['x'] },
    });
    expect(await outcomeOf(watch('notes_area'))).toEqual(
      refusalOf('qualification.property', /single-line text/),
    );
    expect(await outcomeOf(watch('first_order'))).toEqual(
      refusalOf('qualification.property', /single-line text/),
    );
    expect(await outcomeOf(watch('no_such_property'))).toEqual(
      refusalOf('qualification.property', /no contact property/),
    );
    expect((await save(watch('plan'))).status).toBe(200);
  });

  test('S52, S55: qualifying values of a dropdown are its options, by internal value', async () => {
    expect(
      await outcomeOf({
        ...contactMode,
        qualification: { ...contactMode.qualification, qualifyingValues: ['Customer'] },
      }),
    ).toEqual(refusalOf('qualification.qualifyingValues', /not an option/));
    expect(
      await outcomeOf({
        ...contactMode,
        qualification: { ...contactMode.qualification, qualifyingValues: [] },
      }),
    ).toEqual(refusalOf('qualification.qualifyingValues', /at least one/));
  });

  test('S68: a value at creation that qualifies is refused; text counts in any case', async () => {
    expect(
      await outcomeOf({
        ...contactMode,
        qualification: { ...contactMode.qualification, initialValue: 'customer' },
      }),
    ).toEqual(refusalOf('qualification.initialValue', /everybody would qualify/));
    expect(
      await outcomeOf({
        ...contactMode,
        qualification: {
          kind: 'contact-property',
          property: 'plan',
          initialValue: ' GOLD',
          qualifyingValues: ['gold'],
        },
      }),
    ).toEqual(refusalOf('qualification.initialValue', /everybody would qualify/));
  });

  test('S60: stages belong to the chosen pipeline', async () => {
    const rule = (fields: object) => ({
      ...dealMode,
      qualification: { ...dealMode.qualification, ...fields },
    });
    expect(await outcomeOf(rule({ qualifyingStageIds: ['closedwon', 'elsewhere'] }))).toEqual(
      refusalOf('qualification.qualifyingStageIds.1', /not a stage of/),
    );
    expect(await outcomeOf(rule({ initialStageId: 'elsewhere' }))).toEqual(
      refusalOf('qualification.initialStageId', /not a stage of/),
    );
    expect(await outcomeOf(rule({ pipelineId: '99' }))).toEqual(
      refusalOf('qualification.pipelineId', /no deal pipeline/),
    );
  });

  test('S49: the method and what is created belong together', async () => {
    expect(await outcomeOf({ ...dealMode, personInvited: contactMode.personInvited })).toEqual(
      refusalOf('personInvited.action', /create-contact-and-deal/),
    );
    expect(await outcomeOf({ ...contactMode, personInvited: dealMode.personInvited })).toEqual(
      refusalOf('personInvited.action', /deal stage/),
    );
    expect(await outcomeOf({ qualification: contactMode.qualification })).toEqual(
      refusalOf('personInvited.action', /create-contact/),
    );
  });

  test('S81, S82: the sale value comes from the object that the method watches', async () => {
    expect(await outcomeOf({ ...contactMode, saleValue: { object: 'deal', property: 'amount' } })).toEqual(
      refusalOf('saleValue.object', /deal stage/),
    );
    expect(
      await outcomeOf({ ...dealMode, saleValue: { object: 'contact', property: 'first_order' } }),
    ).toEqual(refusalOf('saleValue.object', /contact property/));
    expect(await outcomeOf({ saleValue: { object: 'contact', property: 'first_order' } })).toEqual(
      refusalOf('saleValue.object', /HubSpot decides/),
    );
    expect(
      (
        await save({
          ...contactMode,
          saleValue: { object: 'contact', property: 'first_order' },
          rewards: [percentage],
        })
      ).status,
    ).toBe(200);
  });

  test('S83: changing the method names the saved sale value that no longer fits', async () => {
    await save({ ...dealMode, saleValue: { object: 'deal', property: 'amount' }, rewards: [percentage] });
    expect(await outcomeOf(contactMode)).toEqual(refusalOf('saleValue.object', /deal stage/));
    expect(
      (await save({ ...contactMode, saleValue: { object: 'contact', property: 'first_order' } })).status,
    ).toBe(200);
  });

  test('a percentage without a sale value, and a sale value that holds no amount', async () => {
    expect(await outcomeOf({ ...contactMode, rewards: [percentage] })).toEqual(
      refusalOf('rewards.0.kind', /sale value/),
    );
    expect(
      await outcomeOf({ ...contactMode, saleValue: { object: 'contact', property: 'lifecyclestage' } }),
    ).toEqual(refusalOf('saleValue.property', /no amount/));
  });

  test('S29: a list that is gone from HubSpot cannot be chosen', async () => {
    const gone = await addList('Gone');
    await asked('DELETE', `/crm/v3/lists/${gone}`);
    expect(await outcomeOf({ sync: { scope: { kind: 'list', listId: gone } } })).toEqual(
      refusalOf('sync.scope.listId', /no list of contacts/),
    );
  });

  test('S32, S33, facts §4: a property of a type that cannot take or fill the field', async () => {
    const sync = (part: object) => ({ sync: { scope: { kind: 'all' }, ...part } });
    const out = (...more: object[]) =>
      sync({ mappingsOut: [dynamic('referral_link', 'referral_link'), ...more] });
    expect(await outcomeOf(out(dynamic('first_order', 'reward_earned')))).toEqual(
      refusalOf('sync.mappingsOut.1.property', /several currencies/),
    );
    expect(await outcomeOf(out(dynamic('lifecyclestage', 'join_date')))).toEqual(
      refusalOf('sync.mappingsOut.1.property', /cannot hold a date/),
    );
    expect(await outcomeOf(sync({ mappingsIn: [dynamic('createdate', 'first_name')] }))).toEqual(
      refusalOf('sync.mappingsIn.0.property', /cannot fill "first_name"/),
    );
    const fixed = { objectType: 'contact', property: 'first_order', source: { kind: 'fixed', value: 'ten' } };
    expect(await outcomeOf(out(fixed))).toEqual(
      refusalOf('sync.mappingsOut.1.property', /does not take "ten"/),
    );
  });

  test('HubSpot being away is said as such, and nothing is saved', async () => {
    const before = await read();
    await accounts.fail({ path: '/properties/deals', status: 503, body: 'html' });
    const { status, text } = await save(dealMode);
    await accounts.heal();
    expect([502, 503]).toContain(status);
    expect(text).not.toContain('<html');
    expect(await read()).toEqual(before);
  });
});

describe('the contact sync', () => {
  const ready = {
    sync: { scope: { kind: 'all' }, mappingsOut: [dynamic('referral_link', 'referral_link')] },
  };
  const to = (order: string) => operator.call('POST', `/campaigns/${campaignId}/sync/${order}`);
  /** The property is free for the next test. */
  const end = async () => {
    await save({ sync: { scope: { kind: 'all' } } });
    await api.database.system.execute(
      sql`update sync_runs set finished_at = now(), state = 'stopped' where finished_at is null`,
    );
  };

  test('S40, S41: Start Sync opens one run; starting again gives the same one', async () => {
    expect((await save(ready)).status).toBe(200);
    const [first, again] = [
      await operator.call('POST', `/campaigns/${campaignId}/sync`),
      await operator.call('POST', `/campaigns/${campaignId}/sync`),
    ];
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body.id).toBe(first.body.id);
    const starts = await api.database.system.execute(
      sql`select 1 from outbox where kind = 'start' and workflow_id = ${`contact-sync:${campaignId}`}`,
    );
    expect(starts).toHaveLength(1);
    await end();
  });

  test('pause, resume and stop are rows with a nudge; without an open run they are refused', async () => {
    expect((await to('pause')).status).toBe(409);
    await save(ready);
    await operator.call('POST', `/campaigns/${campaignId}/sync`);
    for (const [order, wanted] of [
      ['pause', 'paused'],
      ['resume', 'running'],
      ['stop', 'stopped'],
    ] as const) {
      const { status, body } = await to(order);
      expect([status, body['wanted']]).toEqual([200, wanted]);
    }
    const nudges = await api.database.system.execute(
      sql`select 1 from outbox where kind = 'nudge' and workflow_id = ${`contact-sync:${campaignId}`}`,
    );
    expect(nudges).toHaveLength(1);
    await end();
  });

  test('skipped contacts are counted by reason and listed page by page', async () => {
    await save(ready);
    await operator.call('POST', `/campaigns/${campaignId}/sync`);
    await api.database.system.execute(sql`
      insert into sync_exceptions (run_id, crm_id, workspace_id, reason, created_at)
      select r.id, n::text, r.workspace_id, case when n < 3 then 'no-email' else 'duplicate-email' end, now()
      from sync_runs r, generate_series(1, 5) n where r.finished_at is null`);
    const { body } = await operator.call('GET', `/campaigns/${campaignId}/sync`);
    expect(body['skipped']).toEqual({ 'no-email': 2, 'duplicate-email': 3 });
    const page = await operator.call('GET', `/campaigns/${campaignId}/sync/exceptions?limit=3`);
    const rest = await operator.call(
      'GET',
      `/campaigns/${campaignId}/sync/exceptions?limit=3&after=${page.body.next}`,
    );
    expect([...page.body.items, ...rest.body.items].map(({ contactId }) => contactId)).toEqual([
      '1',
      '2',
      '3',
      '4',
      '5',
    ]);
    expect(rest.body.next).toBeNull();
    await end();
  });
});
