import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@hubspot/api-client';
import { SubscriptionCreateRequestEventTypeEnum as EventType } from '@hubspot/api-client/lib/codegen/webhooks/models/SubscriptionCreateRequest.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  app,
  aSandbox,
  aWebhookTarget,
  eventsOf,
  portalId,
  send,
  type TestSandbox,
  type WebhookTarget,
} from './fixture.ts';

const developerKey = `dev-${app.appId}`;
const appId = Number(app.appId);

let sandbox: TestSandbox;
let target: WebhookTarget;
let developer: Client;
beforeEach(async () => {
  sandbox = await aSandbox();
  target = await aWebhookTarget();
  developer = new Client({ developerApiKey: developerKey, basePath: sandbox.url });
  await sandbox.control('PUT', '/webhooks', { batchWindowMs: 0, subscriptions: [] });
});
afterEach(async () => {
  await sandbox.close();
  await target.close();
});

describe('HubSpot’s API for webhooks', () => {
  test('facts §6, §11: the typed client sets the address; without one there is nothing to read', async () => {
    const { settingsApi } = developer.webhooks;
    await expect(settingsApi.getAll(appId)).rejects.toMatchObject({ code: 404 });
    const throttling = { maxConcurrentRequests: 8 };
    await settingsApi.configure(appId, { targetUrl: target.url, throttling });
    expect(await settingsApi.getAll(appId)).toMatchObject({ targetUrl: target.url, throttling });
    await settingsApi.clear(appId);
    await expect(settingsApi.getAll(appId)).rejects.toMatchObject({ code: 404 });
  });

  test('facts §6: a subscription starts paused, is activated by a patch, and then tells', async () => {
    const { settingsApi, subscriptionsApi } = developer.webhooks;
    await settingsApi.configure(appId, {
      targetUrl: target.url,
      throttling: { maxConcurrentRequests: 10 },
    });
    const created = await subscriptionsApi.create(appId, {
      eventType: EventType.ContactPropertyChange,
      propertyName: 'city',
    });
    expect(created).toMatchObject({ active: false, propertyName: 'city' });
    const id = await sandbox.contact({ firstname: 'x' });
    const write = (city: string) => sandbox.client.crm.contacts.basicApi.update(id, { properties: { city } });
    await write('Rome');
    await subscriptionsApi.update(Number(created.id), appId, { active: true });
    await write('Oslo');
    await target.until((received) => received.length > 0);
    expect(
      eventsOf(target).map(({ propertyValue, subscriptionId }) => [propertyValue, subscriptionId]),
    ).toEqual([['Oslo', Number(created.id)]]);
    await subscriptionsApi.archive(Number(created.id), appId);
    expect((await subscriptionsApi.getAll(appId)).results).toEqual([]);
  });

  test('facts §6: many are paused and activated at once', async () => {
    const { subscriptionsApi } = developer.webhooks;
    const ids: number[] = [];
    for (const eventType of [EventType.ContactCreation, EventType.DealCreation])
      ids.push(Number((await subscriptionsApi.create(appId, { eventType })).id));
    const inputs = ids.map((id) => ({ id, active: true }));
    const { results } = await subscriptionsApi.updateBatch(appId, { inputs });
    expect(results.map(({ active }) => active)).toEqual([true, true]);
  });

  test('facts §6: the generic form names its object type; both forms may be subscribed', async () => {
    const subscriptions = [
      { eventType: 'contact.creation' },
      { eventType: 'object.creation', objectTypeId: '0-1' },
      { eventType: 'object.creation', objectTypeId: '0-3' },
    ];
    await sandbox.control('PUT', '/webhooks', { targetUrl: target.url, subscriptions });
    await sandbox.api('POST', '/crm/v3/objects/contacts', { properties: { firstname: 'x' } });
    await target.until((received) => received.flatMap(({ events }) => [...events]).length >= 2);
    expect(
      eventsOf(target).map(({ subscriptionType, objectTypeId }) => [subscriptionType, objectTypeId]),
    ).toEqual([
      ['contact.creation', undefined],
      ['object.creation', '0-1'],
    ]);
  });

  test('facts §6: the generic form of a change says whether it is sensitive, that of a link its type from either end', async () => {
    const subscriptions = [
      { eventType: 'object.propertyChange', objectTypeId: '0-1', propertyName: 'city' },
      { eventType: 'object.associationChange', objectTypeId: '0-1' },
      { eventType: 'object.associationChange', objectTypeId: '0-3' },
    ];
    await sandbox.control('PUT', '/webhooks', { targetUrl: target.url, subscriptions });
    const contactId = await sandbox.contact({ firstname: 'x' });
    await sandbox.client.crm.contacts.basicApi.update(contactId, { properties: { city: 'Rome' } });
    const deal = { dealname: 'x', dealstage: 'appointmentscheduled', pipeline: 'default' };
    const { id } = await sandbox.client.crm.deals.basicApi.create({ properties: deal, associations: [] });
    await sandbox.client.crm.associations.v4.basicApi.createDefault('deals', id, 'contacts', contactId);
    await target.until((received) => received.flatMap(({ events }) => [...events]).length >= 3);
    const link = { associationCategory: 'HUBSPOT_DEFINED', associationRemoved: false };
    const [dealEnd, contactEnd] = [Number(id), Number(contactId)];
    expect(eventsOf(target)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ propertyName: 'city', propertyValue: 'Rome', isSensitive: false }),
        expect.objectContaining({
          ...link,
          fromObjectTypeId: '0-1',
          toObjectTypeId: '0-3',
          associationTypeId: 4,
          fromObjectId: contactEnd,
          toObjectId: dealEnd,
        }),
        expect.objectContaining({
          ...link,
          fromObjectTypeId: '0-3',
          toObjectTypeId: '0-1',
          associationTypeId: 3,
          fromObjectId: dealEnd,
          toObjectId: contactEnd,
        }),
      ]),
    );
  });

  test.each([
    ['a kind of event that there is not', { eventType: 'contact.birthday' }],
    ['a change without a property', { eventType: 'contact.propertyChange' }],
    [
      'a property that cannot be watched',
      { eventType: 'deal.propertyChange', propertyName: 'hs_lastmodifieddate' },
    ],
    ['a generic event without its object type', { eventType: 'object.creation' }],
  ])('facts §6: %s is refused', async (_what, body) => {
    const path = `/webhooks/v3/${appId}/subscriptions?hapikey=${developerKey}`;
    expect((await sandbox.api('POST', path, body)).status).toBe(400);
  });

  test('facts §6: an app has at most 1,000 subscriptions, each of them once', async () => {
    const path = `/app-webhooks/2026-09/${appId}/subscriptions?hapikey=${developerKey}`;
    const subscriptions = Array.from({ length: 999 }, (_, index) => ({
      eventType: 'contact.propertyChange',
      propertyName: `p${index}`,
    }));
    await sandbox.control('PUT', '/webhooks', { subscriptions });
    const creation = { eventType: 'contact.creation' };
    expect((await sandbox.api('POST', path, creation)).status).toBe(201);
    expect((await sandbox.api('POST', path, { eventType: 'deal.creation' })).status).toBe(400);
    const first = await sandbox.api<{ results: { id: string }[] }>('GET', path);
    const id = first.body.results[0]?.id;
    const one = `/webhooks/2026-03/${appId}/subscriptions/${id}?hapikey=${developerKey}`;
    expect((await sandbox.api('DELETE', one)).status).toBe(204);
    expect((await sandbox.api('POST', path, creation)).status).toBe(409);
  });

  test('facts §8: an unknown subscription has a category of its own, a wrong key opens nothing and is not logged', async () => {
    const path = `/webhooks/v3/${appId}/subscriptions`;
    expect(await sandbox.api('GET', `${path}/5?hapikey=${developerKey}`)).toMatchObject({
      status: 404,
      body: { category: 'SUBSCRIPTION_ID_NOT_FOUND' },
    });
    expect((await sandbox.api('GET', `${path}?hapikey=wrong`)).status).toBe(401);
    const { body } = await sandbox.control('GET', '/log');
    expect(JSON.stringify(body)).not.toMatch(/dev-5151|wrong/);
  });
});

test('facts §6: the webhook log tells every try and its answer', async () => {
  target.answer = (call) => [500, 404, 204][call] ?? 204;
  await sandbox.control('PUT', '/webhooks', {
    targetUrl: target.url,
    retryDelaysMs: [5],
    subscriptions: [{ eventType: 'contact.creation' }],
  });
  await sandbox.api('POST', '/crm/v3/objects/contacts', { properties: { firstname: 'x' } });
  const tries = async () => {
    const { body } = await sandbox.control<{ recent: { tries: { status: number }[] }[] }>('GET', '/webhooks');
    return body.recent[0]?.tries.map(({ status }) => status);
  };
  await expect.poll(tries).toEqual([500, 404, 204]);
  const page = await send<string>(`${sandbox.url}/webhooks`, 'GET');
  expect(page.body).toMatch(/500<[\s\S]*404<[\s\S]*204</);
});

test('design §4: what was set stays over a restart, unless the start says otherwise; failures do not stay', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
  const options = { database: join(folder, 'sandbox.sqlite'), limits: true };
  const before = await aSandbox(options);
  await before.control('PUT', '/webhooks', { targetUrl: target.url, duplicate: true });
  await before.control('PUT', '/limits', { maximum: 190 });
  await before.control('PUT', '/search', { lagMs: 4000, shuffleSeed: 3 });
  await before.control('PUT', '/faults', { faults: [{ preset: 'hang' }] });
  const second = await before.control<{ appId: string }>('POST', '/apps', { webhookUrl: target.url });
  await before.close();

  const after = await aSandbox(options);
  expect((await after.control('GET', '/webhooks')).body).toMatchObject({
    targetUrl: target.url,
    duplicate: true,
  });
  expect((await after.control('GET', '/limits')).body).toMatchObject({ maximum: 190 });
  expect((await after.control('GET', '/search')).body).toEqual({ lagMs: 4000, shuffleSeed: 3 });
  expect((await after.control('GET', '/faults')).body).toMatchObject({ faults: [] });
  const apps = await after.control<{ results: { appId: string }[] }>('GET', '/apps');
  expect(apps.body.results.map((each) => each.appId)).toEqual([app.appId, second.body.appId]);
  await after.close();

  const elsewhere = 'http://127.0.0.1:9/elsewhere';
  const moved = await aSandbox({ ...options, app: { ...app, webhookUrl: elsewhere } });
  expect((await moved.control('GET', '/webhooks')).body).toMatchObject({ targetUrl: elsewhere });
  expect((await moved.control('GET', `/portals/${portalId}/contacts`)).status).toBe(200);
  await moved.close();
  await rm(folder, { recursive: true });
});

describe('the cache of webhook settings', () => {
  test('facts §6, §12: a change over HubSpot’s API is told at once and holds once the cache has run out', async () => {
    const { settingsApi, subscriptionsApi } = developer.webhooks;
    await using other = await aSecondTarget();
    const cities = (place: WebhookTarget) => eventsOf(place).map(({ propertyValue }) => propertyValue);
    const settingsCacheMs = 1500;
    await sandbox.control('PUT', '/webhooks', {
      targetUrl: target.url,
      settingsCacheMs,
      subscriptions: [{ eventType: 'contact.propertyChange', propertyName: 'city' }],
    });
    const id = await sandbox.contact({ firstname: 'x' });
    const write = (city: string) => sandbox.client.crm.contacts.basicApi.update(id, { properties: { city } });
    const [subscription] = (await subscriptionsApi.getAll(appId)).results;

    const changedAt = Date.now();
    await settingsApi.configure(appId, { targetUrl: other.url, throttling: { maxConcurrentRequests: 8 } });
    expect((await settingsApi.getAll(appId)).targetUrl).toBe(other.url);
    await write('Rome');
    await target.until(() => cities(target).length === 1);
    await expect.poll(() => Date.now() - changedAt, { timeout: 10_000 }).toBeGreaterThan(settingsCacheMs);
    await write('Oslo');
    await other.until(() => cities(other).length === 1);
    expect([cities(target), cities(other)]).toEqual([['Rome'], ['Oslo']]);

    await subscriptionsApi.update(Number(subscription?.id), appId, { active: false });
    await write('Bonn');
    await other.until(() => cities(other).length === 2);
    await sandbox.control('PUT', '/webhooks', { settingsCacheMs: 0 });
    await write('Kyiv');
    const { body } = await sandbox.control<{ pending: number }>('GET', '/webhooks');
    expect([body.pending, cities(other)]).toEqual([0, ['Oslo', 'Bonn']]);
  });
});

async function aSecondTarget(): Promise<WebhookTarget & AsyncDisposable> {
  const second = await aWebhookTarget();
  return Object.assign(second, { [Symbol.asyncDispose]: () => second.close() });
}
