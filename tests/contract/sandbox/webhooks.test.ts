import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { signatureV1, signatureV2, signatureV3 } from '../../../hubspot/sandbox/webhooks/signature.ts';
import {
  app,
  aSandbox,
  aWebhookTarget,
  eventsOf,
  never,
  portalId,
  send,
  type TestSandbox,
  type WebhookTarget,
} from './fixture.ts';

let sandbox: TestSandbox;
let target: WebhookTarget;
beforeEach(async () => {
  sandbox = await aSandbox({ webhookProperties: ['lifecyclestage', 'dealstage', 'my_field'] });
  target = await aWebhookTarget();
  const settings = {
    targetUrl: target.url,
    enabled: true,
    duplicate: false,
    shuffleSeed: null,
    batchWindowMs: 20,
  };
  await sandbox.control('PUT', '/webhooks', { ...settings, retryDelaysMs: [10] });
});
afterEach(async () => {
  await sandbox.close();
  await target.close();
});

let n = 0;
const anEmail = () => `person${(n += 1)}@hooks.example`;
const create = async (properties: Record<string, string>) =>
  (await sandbox.client.crm.contacts.basicApi.create({ properties, associations: [] })).id;
const edit = (id: string, properties: Record<string, string>, at?: string) =>
  sandbox.control(
    'PATCH',
    `/portals/${portalId}/contacts/${id}`,
    at === undefined ? { properties } : { properties, at },
  );
const types = () => eventsOf(target).map(({ subscriptionType }) => subscriptionType);
const arrived = (count: number) =>
  target.until((received) => received.flatMap(({ events }) => [...events]).length >= count);

describe('signatures', () => {
  const secret = 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy';
  const request = { method: 'POST', url: 'https://www.example.com/webhook_uri' };

  test('facts §6: the published vectors of all three versions hold', () => {
    expect(
      signatureV3(secret, { ...request, body: "{'example_field':'example_value'}" }, 1_693_657_560_000),
    ).toBe('K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=');
    const body =
      '[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM","changeFlag":"NEW","appId":54321}]';
    expect(signatureV1(secret, body)).toBe(
      '232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de',
    );
    expect(signatureV2(secret, { ...request, body: '{"example_field":"example_value"}' })).toBe(
      '9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900',
    );
  });

  test('facts §6: only the listed escapes are decoded before signing', () => {
    const signed = (url: string) => signatureV3(secret, { method: 'POST', url, body: '' }, 1);
    expect(signed('https://a.example/x?to=b%3a%2F%2Fc%40d%21')).toBe(
      signed('https://a.example/x?to=b://c@d!'),
    );
    expect(signed('https://a.example/x?to=b%20c')).not.toBe(signed('https://a.example/x?to=b c'));
  });

  test('facts §6: a delivery carries both signatures over the bytes that were sent', async () => {
    await create({ email: anEmail() });
    await arrived(1);
    const [delivery] = target.received;
    const { headers = {}, raw = '' } = delivery ?? {};
    const timestamp = Number(headers['x-hubspot-request-timestamp']);
    expect(Math.abs(Date.now() - timestamp)).toBeLessThan(10_000);
    expect(headers['x-hubspot-signature-version']).toBe('v1');
    expect(headers['x-hubspot-signature']).toBe(signatureV1(app.clientSecret, raw));
    expect(headers['x-hubspot-signature-v3']).toBe(
      signatureV3(app.clientSecret, { method: 'POST', url: target.url, body: raw }, timestamp),
    );
  });
});

describe('events', () => {
  test('facts §6: an app’s own create comes back as an echo, with what is subscribed of its values', async () => {
    const id = await create({ email: anEmail(), lifecyclestage: 'lead' });
    await arrived(2);
    const common = {
      objectId: Number(id),
      portalId,
      appId: 5151,
      attemptNumber: 0,
      changeSource: 'INTEGRATION',
      sourceId: '5151',
    };
    expect(eventsOf(target)).toEqual([
      expect.objectContaining({ ...common, subscriptionType: 'contact.creation', changeFlag: 'NEW' }),
      expect.objectContaining({
        ...common,
        subscriptionType: 'contact.propertyChange',
        propertyName: 'lifecyclestage',
        propertyValue: 'lead',
      }),
    ]);
  });

  test('facts §6: a person’s change tells the person and its instant; what changes nothing or is not subscribed is not told', async () => {
    const id = await sandbox.contact({ email: anEmail(), lifecyclestage: 'lead' }, '2026-01-01T00:00:00Z');
    await edit(id, { lifecyclestage: 'lead', city: 'Rome' });
    await edit(id, { lifecyclestage: 'customer' }, '2026-06-01T00:00:00Z');
    await arrived(1);
    expect(eventsOf(target)).toEqual([
      expect.objectContaining({
        objectId: Number(id),
        propertyValue: 'customer',
        occurredAt: Date.parse('2026-06-01T00:00:00Z'),
        changeSource: 'CRM_UI',
        sourceId: 'userId:1',
      }),
    ]);
  });

  test('facts §6: deletion, restore, merge and privacy deletion are told, the last one twice and apart', async () => {
    const [a, b, c] = [
      await sandbox.contact({ email: anEmail() }),
      await sandbox.contact({ email: anEmail() }),
      await sandbox.contact({ email: anEmail() }),
    ];
    const base = `/portals/${portalId}/contacts`;
    await sandbox.control('POST', `${base}/${a}/archive`);
    await sandbox.control('POST', `${base}/${a}/restore`);
    const merged = await sandbox.control<{ id: string }>('POST', `${base}/merge`, {
      primaryId: a,
      otherId: b,
    });
    await sandbox.client.crm.contacts.basicApi.purge({ objectId: c });
    await arrived(5);
    expect(types().toSorted()).toEqual([
      'contact.deletion',
      'contact.deletion',
      'contact.merge',
      'contact.privacyDeletion',
      'contact.restore',
    ]);
    expect(
      eventsOf(target).find(({ subscriptionType }) => subscriptionType === 'contact.merge'),
    ).toMatchObject({
      primaryObjectId: Number(a),
      mergedObjectIds: [Number(b)],
      newObjectId: Number(merged.body.id),
    });
    const apart = target.received.find(
      ({ events }) => events[0]?.['subscriptionType'] === 'contact.privacyDeletion',
    );
    expect(apart?.events).toHaveLength(1);
  });

  test('facts §6: a new link is told from both ends', async () => {
    const contact = await sandbox.contact({ email: anEmail() });
    const { body } = await sandbox.control<{ ids: string[] }>('POST', `/portals/${portalId}/deals`, {
      deals: [{ properties: { dealname: 'x', dealstage: 'contractsent' } }],
    });
    const deal = body.ids[0] ?? '';
    await sandbox.client.crm.associations.v4.basicApi.createDefault('deals', deal, 'contacts', contact);
    await sandbox.client.crm.associations.v4.basicApi.createDefault('deals', deal, 'contacts', contact);
    await sandbox.client.crm.associations.v4.basicApi.archive('deals', deal, 'contacts', contact);
    await arrived(4);
    expect(
      eventsOf(target).map(({ subscriptionType, associationType, associationRemoved }) => [
        subscriptionType,
        associationType,
        associationRemoved,
      ]),
    ).toEqual([
      ['deal.associationChange', 'DEAL_TO_CONTACT', false],
      ['contact.associationChange', 'CONTACT_TO_DEAL', false],
      ['deal.associationChange', 'DEAL_TO_CONTACT', true],
      ['contact.associationChange', 'CONTACT_TO_DEAL', true],
    ]);
  });

  test('design §3: a custom name is subscribed on both types, a standard one where it exists, imports are never told', async () => {
    const { body } = await sandbox.control<{
      subscriptions: { eventType: string; propertyName: string | null }[];
    }>('GET', '/webhooks');
    const changes = body.subscriptions.flatMap(({ eventType, propertyName }) =>
      propertyName === null ? [] : `${eventType} ${propertyName}`,
    );
    expect(changes).toEqual([
      'contact.propertyChange lifecyclestage',
      'deal.propertyChange dealstage',
      'contact.propertyChange my_field',
      'deal.propertyChange my_field',
    ]);
    await sandbox.contact({ email: anEmail(), lifecyclestage: 'customer' });
    const id = await create({ email: anEmail() });
    await arrived(2);
    expect(new Set(eventsOf(target).map(({ objectId }) => objectId))).toEqual(new Set([Number(id)]));
  });

  test('design §3: nothing is told while webhooks are off, not even afterwards', async () => {
    await sandbox.control('PUT', '/webhooks', { enabled: false });
    await create({ email: anEmail() });
    await sandbox.control('PUT', '/webhooks', { enabled: true });
    const id = await create({ email: anEmail() });
    await arrived(2);
    expect(new Set(eventsOf(target).map(({ objectId }) => objectId))).toEqual(new Set([Number(id)]));
  });
});

describe('delivery', () => {
  test('facts §6: events travel in batches of at most 100', async () => {
    const inputs = Array.from({ length: 100 }, () => ({ properties: { email: anEmail() } }));
    await sandbox.api('POST', '/crm/v3/objects/contacts/batch/create', { inputs });
    await arrived(200);
    expect(target.received.map(({ events }) => events.length)).toEqual([100, 100]);
  });

  test('facts §6: a refused batch comes again with a rising attempt number and a fresh signature', async () => {
    target.answer = (call) => (call < 2 ? 500 : 200);
    await create({ email: anEmail() });
    await target.until((received) => received.length === 3);
    expect(target.received.map(({ events }) => events[0]?.['attemptNumber'])).toEqual([0, 1, 2]);
    expect(new Set(target.received.map(({ events }) => events[0]?.['eventId'])).size).toBe(1);
    for (const { headers, raw } of target.received) {
      const timestamp = Number(headers['x-hubspot-request-timestamp']);
      const expected = signatureV3(
        app.clientSecret,
        { method: 'POST', url: target.url, body: raw },
        timestamp,
      );
      expect(headers['x-hubspot-signature-v3']).toBe(expected);
    }
  });

  test('facts §6: a batch is given up after ten retries', async () => {
    const before = await sandbox.control<{ failed: number }>('GET', '/webhooks');
    target.answer = () => 404;
    await sandbox.control('PUT', '/webhooks', { retryDelaysMs: [1] });
    await create({ email: anEmail() });
    const failed = async () => (await sandbox.control<{ failed: number }>('GET', '/webhooks')).body.failed;
    await expect.poll(failed, { timeout: 5000 }).toBe(before.body.failed + 2);
    expect(target.received).toHaveLength(11);
  });

  test('facts §6: no answer within five seconds is a failure too', async () => {
    target.answer = (call) => (call === 0 ? never : 200);
    const start = Date.now();
    await create({ email: anEmail() });
    await target.until((received) => received.length === 2);
    expect(Date.now() - start).toBeGreaterThanOrEqual(4900);
  }, 15_000);

  test('facts §6: at most ten deliveries are under way at once', async () => {
    const gate = Promise.withResolvers<number>();
    target.answer = () => gate.promise;
    for (let index = 0; index < 7; index += 1) {
      const inputs = Array.from({ length: 100 }, () => ({ properties: { email: anEmail() } }));
      await sandbox.api('POST', '/crm/v3/objects/contacts/batch/create', { inputs });
    }
    const states = async () => {
      const { body } = await sandbox.control<{ recent: { state: string }[] }>('GET', '/webhooks');
      return ['sending', 'pending'].map(
        (wanted) => body.recent.filter(({ state }) => state === wanted).length,
      );
    };
    await expect.poll(states).toEqual([10, 4]);
    expect(target.received).toHaveLength(10);
    gate.resolve(200);
    await target.until((received) => received.length === 14);
  });

  test('facts §12: disorder and duplicates come on demand, the same for the same seed', async () => {
    const orderUnder = async (shuffleSeed: number) => {
      await sandbox.control('POST', '/reset');
      const installed = await sandbox.control<{ access_token: string }>(
        'POST',
        `/portals/${portalId}/install`,
      );
      await sandbox.control('PUT', '/webhooks', { targetUrl: target.url, duplicate: true, shuffleSeed });
      await sandbox.control('PUT', '/limits', { enabled: false });
      target.received.length = 0;
      const inputs = ['a', 'b', 'c', 'd'].map((name) => ({ properties: { email: `${name}@order.example` } }));
      const options = { token: installed.body.access_token, body: { inputs } };
      await send(`${sandbox.url}/crm/v3/objects/contacts/batch/create`, 'POST', options);
      await arrived(16);
      return eventsOf(target).map(({ eventId }) => Number(eventId));
    };
    const order = await orderUnder(7);
    expect([...Map.groupBy(order, (id) => id).values()].map((same) => same.length)).toEqual(
      Array.from({ length: 8 }, () => 2),
    );
    expect(order).not.toEqual(order.toSorted((a, b) => a - b));
    expect(await orderUnder(7)).toEqual(order);
    expect(await orderUnder(8)).not.toEqual(order);
  });
});
