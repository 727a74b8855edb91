import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { signatureV3 } from '../../../hubspot/webhook-signature.ts';
import { type ApiUnderTest, hubspotApp, publicUrl, startApi } from './api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());
beforeEach(() => api.database.system.execute(sql`delete from webhook_inbox`));

const event = (fields: object = {}) => ({
  eventId: 1,
  subscriptionId: 12,
  portalId: 62_515,
  appId: Number(hubspotApp.appId),
  occurredAt: 1_780_000_000_000,
  subscriptionType: 'contact.propertyChange',
  attemptNumber: 0,
  objectId: 123,
  propertyName: 'lifecyclestage',
  propertyValue: 'canary-value',
  changeSource: 'CRM_UI',
  ...fields,
});

interface Delivery {
  readonly body: string;
  readonly timestamp?: string;
  readonly signature?: string | null;
  readonly clientSecret?: string;
}

function deliver({
  body,
  timestamp = String(Date.now()),
  signature,
  clientSecret = hubspotApp.clientSecret,
}: Delivery) {
  const signed = signatureV3({
    clientSecret,
    method: 'POST',
    targetUrl: `${publicUrl}/webhooks/hubspot`,
    rawBody: Buffer.from(body),
    timestamp,
  });
  return api.send({
    method: 'POST',
    url: '/webhooks/hubspot',
    headers: {
      'content-type': 'application/json',
      'x-hubspot-request-timestamp': timestamp,
      ...(signature !== null && { 'x-hubspot-signature-v3': signature ?? signed }),
    },
    payload: body,
  });
}

const inbox = async () => [
  ...(await api.database.system.execute<{ object_ids: string[]; row: string }>(
    sql`select to_json(object_ids) as object_ids, to_jsonb(i)::text as row from webhook_inbox i order by id`,
  )),
];

describe('webhooks in', () => {
  test('a genuine batch is stored whole and answered 204, without any property value', async () => {
    const { status } = await deliver({
      body: JSON.stringify([event(), event({ objectId: 124 }), event({ objectId: 125 })]),
    });
    expect(status).toBe(204);
    const rows = await inbox();
    expect(rows.map(({ object_ids }) => object_ids)).toEqual([['123'], ['124'], ['125']]);
    expect(JSON.stringify(rows)).not.toContain('canary-value');
  });

  test('rule 1: missing, forged, stale and future signatures are 401 and leave no row', async () => {
    const body = JSON.stringify([event()]);
    const minutes = (n: number) => String(Date.now() + n * 60_000);
    const refused = await Promise.all([
      deliver({ body, signature: null }),
      deliver({ body, signature: 'AAAA' }),
      deliver({ body, clientSecret: 'another secret' }),
      deliver({ body, timestamp: minutes(-6) }),
      deliver({ body, timestamp: minutes(6) }),
      deliver({ body, timestamp: 'yesterday' }),
    ]);
    for (const { status, headers, body: problem } of refused) {
      expect(status).toBe(401);
      expect(headers['content-type']).toContain('application/problem+json');
      expect(problem.detail).toBeTruthy();
    }
    expect(await inbox()).toHaveLength(0);
  });

  test('rules 2 and 3: a redelivery is one row, also inside one batch; one eventId of two objects is two', async () => {
    const body = JSON.stringify([event(), event(), event({ objectId: 9 })]);
    await deliver({ body });
    await deliver({ body: JSON.stringify([event({ attemptNumber: 3 })]) });
    expect(await inbox()).toHaveLength(2);
  });

  test('two deliveries of the same batch at once are stored once', async () => {
    const body = JSON.stringify(Array.from({ length: 100 }, (_, objectId) => event({ objectId })));
    const answers = await Promise.all(Array.from({ length: 4 }, () => deliver({ body })));
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204]);
    expect(await inbox()).toHaveLength(100);
  });

  test('rule 5: a notice that cannot be read does not hold up the other 99', async () => {
    const batch = Array.from({ length: 99 }, (_, objectId) => event({ objectId }));
    const { status } = await deliver({ body: JSON.stringify([...batch, { nonsense: true }]) });
    expect(status).toBe(204);
    expect(await inbox()).toHaveLength(99);
  });

  test('rule 7: notices for another app are left out; genuine nonsense is answered 204 and stored nowhere', async () => {
    expect((await deliver({ body: JSON.stringify([event({ appId: 1 })]) })).status).toBe(204);
    expect((await deliver({ body: '<not json' })).status).toBe(204);
    expect((await deliver({ body: '[]' })).status).toBe(204);
    expect(await inbox()).toHaveLength(0);
    expect(api.logLines.join('')).toContain('webhook notices were left out');
  });

  test('the bytes are what is signed: escapes and spacing survive', async () => {
    const body = `[ ${JSON.stringify(event()).replace('CRM_UI', '\\u0043RM_UI')} ]\n`;
    expect((await deliver({ body })).status).toBe(204);
  });
});
