import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type CrmChange, translateWebhook } from '../../../hubspot/translate.ts';
import { verifyWebhookSignature } from '../../../hubspot/webhook-signature.ts';
import { app, type SandboxUnderTest, sandboxUnderTest } from './gateway-on-sandbox.ts';

interface Delivery {
  readonly headers: IncomingHttpHeaders;
  readonly rawBody: Buffer;
}

const deliveries: Delivery[] = [];
/** The first delivery of all is refused, so that HubSpot sends it again. */
const receiver = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    deliveries.push({ headers: request.headers, rawBody: Buffer.concat(chunks) });
    response.writeHead(deliveries.length === 1 ? 503 : 204).end();
  });
});
let sandbox: SandboxUnderTest;
let targetUrl: string;

beforeAll(async () => {
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  targetUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/webhooks/hubspot`;
  sandbox = await sandboxUnderTest();
  await sandbox.control('PUT', '/sandbox/webhooks', { targetUrl, retryDelaysMs: [10], batchWindowMs: 0 });
});
afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
  receiver.closeAllConnections();
  receiver.close();
});

const header = (headers: IncomingHttpHeaders, name: string) => {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
};
const verdict = ({ headers, rawBody }: Delivery, clientSecret = app.clientSecret) =>
  verifyWebhookSignature(
    {
      method: 'POST',
      targetUrl,
      rawBody,
      signature: header(headers, 'x-hubspot-signature-v3'),
      timestamp: header(headers, 'x-hubspot-request-timestamp'),
    },
    { clientSecret },
  );
const changesOf = ({ rawBody }: Delivery) => translateWebhook(JSON.parse(rawBody.toString('utf8')));
const allChanges = () =>
  deliveries.flatMap(changesOf).filter((change): change is CrmChange => change.kind !== 'unreadable');

test('facts §6: what HubSpot delivers is genuine, readable, and keeps its key when it comes again', async () => {
  const { hubspot, portalId, at, control } = await sandbox.connect('v3');
  const [ada, bob] = [
    await hubspot.contacts.create({ email: 'ada@example.test' }),
    await hubspot.contacts.create({ email: 'bob@example.test' }),
  ];
  const deal = await hubspot.deals.create({
    properties: { dealname: 'A', pipeline: 'default', dealstage: 'appointmentscheduled' },
    contactId: ada.id,
  });
  const live = await control<{ id: string }>('POST', `${at}/contacts/merge`, {
    primaryId: ada.id,
    otherId: bob.id,
  });
  await control('POST', `${at}/contacts/${live.id}/archive`, {});

  const seen = (expected: Partial<CrmChange>, ids: readonly string[]) =>
    expect(
      allChanges().some(
        (change) => ids.every((id) => change.objectIds.includes(id)) && matches(change, expected),
      ),
    ).toBe(true);
  await vi.waitFor(
    () => {
      seen({ kind: 'created', objectType: 'contact' }, [ada.id]);
      seen({ kind: 'created', objectType: 'deal' }, [deal.id]);
      seen({ kind: 'associated' }, [ada.id, deal.id]);
      seen({ kind: 'merged', newId: live.id }, [ada.id, bob.id, live.id]);
      seen({ kind: 'deleted', objectType: 'contact' }, [live.id]);
    },
    { timeout: 10_000 },
  );

  expect(deliveries.map((delivery) => verdict(delivery))).toEqual(
    deliveries.map(() => ({ kind: 'genuine' })),
  );
  expect(deliveries.map((delivery) => verdict(delivery, 'another secret').kind)).not.toContain('genuine');
  expect(deliveries.flatMap(changesOf).filter(({ kind }) => kind === 'unreadable')).toEqual([]);
  expect(new Set(allChanges().map((change) => `${change.portalId} ${change.appId}`))).toEqual(
    new Set([`${portalId} ${app.appId}`]),
  );

  await vi.waitFor(() => {
    const [refused = [], ...later] = deliveries.map((each) =>
      changesOf(each).map(({ deliveryKey }) => deliveryKey),
    );
    expect(refused).not.toHaveLength(0);
    expect(later.flat()).toEqual(expect.arrayContaining(refused));
  });
});

const matches = (change: CrmChange, expected: Partial<CrmChange>): boolean =>
  Object.entries(expected).every(([name, value]) => change[name as keyof CrmChange] === value);
