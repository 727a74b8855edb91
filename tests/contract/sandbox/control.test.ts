import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { app, aSandbox, aWebhookTarget, eventsOf, never, portalId, send } from './fixture.ts';

describe('seeding', () => {
  test('design §4: the same number and seed give the same people, in many scripts, some without an address', async () => {
    const sandbox = await aSandbox();
    const seed = { contacts: 1000, seed: 42 };
    for (const id of [1, 2]) await sandbox.control('POST', '/portals', { portalId: id });
    const first = await sandbox.control<Record<string, number & string>>('POST', '/portals/1/seed', seed);
    const second = await sandbox.control('POST', '/portals/2/seed', seed);
    expect(second.body).toEqual(first.body);
    const contacts = async (portal: number) =>
      (
        await sandbox.control<{ results: { properties: Record<string, string> }[] }>(
          'GET',
          `/portals/${portal}/contacts?limit=1000`,
        )
      ).body.results;
    const people = (await contacts(1)).map(({ properties }) => properties);
    expect((await contacts(2)).map(({ properties }) => properties)).toEqual(people);
    const without = people.filter(({ email }) => email === undefined).length;
    expect(without).toBe(first.body['withoutEmail']);
    expect(without).toBeGreaterThan(5);
    expect(without).toBeLessThan(45);
    expect(Number(first.body['mixedCaseEmails'])).toBeGreaterThan(10);
    expect(people.every(({ email }) => email === undefined || email === email.toLowerCase())).toBe(true);
    const names = people.map(({ firstname }) => firstname).join('');
    for (const script of [
      /\p{Script=Latin}/u,
      /\p{Script=Cyrillic}/u,
      /\p{Script=Han}/u,
      /\p{Script=Arabic}/u,
      /\p{Script=Devanagari}/u,
    ]) {
      expect(names).toMatch(script);
    }
    await sandbox.close();
  });

  test('design §4: it makes a static and an active list, and a second seeding adds others', async () => {
    const sandbox = await aSandbox();
    const seed = { contacts: 300, seed: 1 };
    const { body } = await sandbox.control<{
      staticListId: string;
      activeListId: string;
      aSecondaryEmail: string;
    }>('POST', `/portals/${portalId}/seed`, seed);
    const members = async (id: string) =>
      (await sandbox.client.crm.lists.membershipsApi.getPage(id, undefined, undefined, 250)).results.length;
    expect(await members(body.staticListId)).toBe(100);
    expect(await members(body.activeListId)).toBeGreaterThan(20);
    const conflict = await sandbox.api('POST', '/crm/v3/objects/contacts', {
      properties: { email: body.aSecondaryEmail },
    });
    expect(conflict.status).toBe(409);
    expect((await sandbox.control('POST', `/portals/${portalId}/seed`, seed)).status).toBe(201);
    const { body: creates } = await sandbox.control<{ results: unknown[] }>('GET', '/creates');
    expect(creates.results).toEqual([]);
    await sandbox.close();
  });
});

describe('journals', () => {
  test('design §10.4: every logical create by an app is counted once, merged ones included', async () => {
    const sandbox = await aSandbox();
    const create = async (email: string) =>
      (await sandbox.client.crm.contacts.basicApi.create({ properties: { email }, associations: [] })).id;
    const [a, b] = [await create('a@j.example'), await create('b@j.example')];
    await sandbox.control('POST', `/portals/${portalId}/contacts/merge`, { primaryId: a, otherId: b });
    await sandbox.contact({ email: 'imported@j.example' });
    await sandbox.api('POST', '/crm/v3/objects/contacts', { properties: { email: 'a@j.example' } });
    const { body } = await sandbox.control<{ results: { n: number }[] }>(
      'GET',
      `/creates?portalId=${portalId}`,
    );
    expect(body.results).toMatchObject([
      { n: 1, objectType: 'contacts', id: a, key: 'a@j.example' },
      { n: 2, objectType: 'contacts', id: b, key: 'b@j.example' },
    ]);
    await sandbox.close();
  });

  test('design §10.9: accepted writes of a property are listed, repeated ones too, a person’s not', async () => {
    const sandbox = await aSandbox();
    const id = await sandbox.contact({ firstname: 'x' });
    const write = (city: string) => sandbox.client.crm.contacts.basicApi.update(id, { properties: { city } });
    await write('Rome');
    await write('Rome');
    await sandbox.api('PATCH', `/crm/v3/objects/contacts/${id}`, {
      properties: { city: 'Oslo', no_such: '1' },
    });
    await sandbox.control('PATCH', `/portals/${portalId}/contacts/${id}`, { properties: { city: 'Bonn' } });
    const { body } = await sandbox.control<{ results: { objectId: string; value: string }[] }>(
      'GET',
      `/writes?portalId=${portalId}&property=city`,
    );
    expect(body.results.map(({ objectId, value }) => [objectId, value])).toEqual([
      [id, 'Rome'],
      [id, 'Rome'],
    ]);
    await sandbox.close();
  });
});

describe('portals', () => {
  test('a deleted portal’s number is never given out again, asked for or not', async () => {
    const sandbox = await aSandbox();
    const open = (body: object) => sandbox.control<{ portalId: number }>('POST', '/portals', body);
    const first = (await open({})).body.portalId;
    expect((await sandbox.control('DELETE', `/portals/${first}`)).status).toBe(204);
    const second = await open({});
    expect([second.status, second.body.portalId]).toEqual([201, first + 1]);
    expect((await open({ portalId: first })).status).toBe(409);
    expect((await sandbox.control('GET', `/portals/${second.body.portalId}/contacts`)).status).toBe(200);
    await sandbox.close();
  });

  test('without the portal that was there from the start, the pages show another one', async () => {
    const sandbox = await aSandbox();
    const { body } = await sandbox.control<{ portalId: number }>('POST', '/portals', {});
    await sandbox.control('DELETE', `/portals/${portalId}`);
    const page = await send<string>(`${sandbox.url}/`, 'GET');
    expect(page.status).toBe(200);
    expect(page.body).toContain(`Portal ${body.portalId}`);
    await sandbox.close();
  });
});

describe('control', () => {
  test('people are read simply, by address too, and a wrong order is refused with the field that is wrong', async () => {
    const sandbox = await aSandbox();
    const id = await sandbox.contact({ email: 'one@c.example', hs_additional_emails: 'two@c.example' });
    for (const email of ['ONE@c.example', 'two@c.example']) {
      const { body } = await sandbox.control<{ results: { id: string }[] }>(
        'GET',
        `/portals/${portalId}/contacts?email=${email}`,
      );
      expect(body.results.map((contact) => contact.id)).toEqual([id]);
    }
    const wrong = await sandbox.control('PATCH', `/portals/${portalId}/contacts/${id}`, { propertys: {} });
    expect(wrong).toMatchObject({ status: 400, body: { message: expect.stringContaining('propertys') } });
    expect((await sandbox.control('GET', '/portals/1/contacts')).status).toBe(404);
    await sandbox.close();
  });

  test('a page of another site cannot order anything through a visitor’s browser', async () => {
    const sandbox = await aSandbox();
    const answer = await fetch(`${sandbox.url}/sandbox/reset`, {
      method: 'POST',
      headers: { 'sec-fetch-site': 'cross-site' },
    });
    expect(answer.status).toBe(403);
    await sandbox.close();
  });

  test('a reset leaves the first portal, empty and with no one let in', async () => {
    const sandbox = await aSandbox();
    await sandbox.contact({ firstname: 'x' });
    await sandbox.control('POST', '/portals', { portalId: 9 });
    expect((await sandbox.control('POST', '/reset')).status).toBe(204);
    expect((await sandbox.control('GET', '/portals')).body).toMatchObject({ results: [{ portalId }] });
    expect((await sandbox.control('GET', `/portals/${portalId}/contacts`)).body).toEqual({
      results: [],
      after: null,
    });
    expect((await sandbox.api('GET', '/crm/v3/objects/contacts')).status).toBe(401);
    await sandbox.close();
  });
});

test('design §4: a file keeps records, history, tokens, the log and undelivered webhooks over a restart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
  const database = join(folder, 'sandbox.sqlite');
  const target = await aWebhookTarget();
  target.answer = () => never;
  const options = { database, app: { ...app, webhookUrl: target.url } };
  const before = await aSandbox(options);
  const { basicApi } = before.client.crm.contacts;
  const { id } = await basicApi.create({ properties: { email: 'kept@r.example' }, associations: [] });
  await basicApi.update(id, { properties: { lifecyclestage: 'customer' } });
  await target.until((received) => received.length === 1);
  await before.close();

  target.answer = () => 204;
  const after = await aSandbox(options);
  await target.until((received) => received.length === 2);
  expect(eventsOf(target).map(({ objectId, attemptNumber }) => [objectId, attemptNumber])).toEqual([
    [Number(id), 0],
    [Number(id), 0],
  ]);
  const path = `${after.url}/crm/v3/objects/contacts/${id}?propertiesWithHistory=lifecyclestage`;
  const read = await send<{ propertiesWithHistory: Record<string, { value: string }[]> }>(path, 'GET', {
    token: before.token,
  });
  expect(read.body.propertiesWithHistory['lifecyclestage']?.map(({ value }) => value)).toEqual([
    'customer',
    'lead',
  ]);
  const { body } = await after.control<{ results: { path: string; n: number }[] }>('GET', '/log');
  expect(body.results.map(({ n }) => n)).toEqual([1, 2, 3]);
  await after.close();
  await target.close();
  await rm(folder, { recursive: true });
});
