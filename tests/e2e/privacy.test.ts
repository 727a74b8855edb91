import { readFileSync } from 'node:fs';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aDealCampaign } from '../support/campaigns.ts';
import { type Product, startProduct } from '../support/product.ts';
import { eventually } from '../support/time.ts';

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product?.stop());

/** Unmistakable, so that a search for it finds nothing else. */
const planted = { firstName: 'Xanthippe-Canary', email: 'canary.zq7@planted-address.example' };
const traces = ['Xanthippe-Canary', 'xanthippe-canary', 'canary.zq7', 'planted-address'];

const faults = [
  {
    method: 'POST',
    path: 'objects/contacts$',
    status: 400,
    body: 'json',
    times: 1,
    json: {
      status: 'error',
      category: 'VALIDATION_ERROR',
      message: `Property values were not valid for ${planted.email} ${planted.firstName}`,
    },
  },
  {
    method: 'POST',
    path: 'objects/contacts$',
    status: 409,
    body: 'json',
    times: 1,
    json: { status: 'error', category: 'CONFLICT', message: `Contact ${planted.email} is taken` },
  },
  { method: 'POST', path: 'objects/contacts$', status: 502, body: 'html', times: 2 },
  { method: 'POST', path: 'objects/contacts$', dropResponse: true, times: 1 },
  { method: 'POST', path: 'objects/contacts$', hang: true, times: 1 },
];

describe('personal data', () => {
  test('no planted name, address or token is in any exported history or log, with HubSpot failing in every way', async () => {
    const campaign = await aDealCampaign(product.api);
    const link = await product.referrer(campaign);
    for (const fault of faults) {
      await product.portal.control.put('/faults', { faults: [fault] });
      const email = `${faults.indexOf(fault)}.${planted.email}`;
      await product.signUp(link, { ...planted, email });
      const failed = async () => {
        const { faults: armed } = await product.portal.control.get<{ faults: { left: number }[] }>('/faults');
        const view = await product.referral(email);
        return (
          armed.every(({ left }) => left === 0) && (view.parkedReason !== null || view.enteredAt !== null)
        );
      };
      await eventually('HubSpot has failed and the referral has gone on or is parked', failed, {
        withinMs: 60_000,
      });
    }
    const [connection] = await product.sql`select access_token, refresh_token from connections`;
    expect(connection?.['access_token']).toMatch(/^v1\./);

    const histories: string[] = [];
    for await (const { workflowId, runId } of product.temporal.workflow.list()) {
      const history = await product.temporal.workflow.getHandle(workflowId, runId).fetchHistory();
      histories.push(decodedPayloads(historyToJSON(history)));
    }
    expect(histories.join('\n')).toContain('hubspot/outcome-unknown');
    const logs = ['api', 'worker'].map((part) =>
      readFileSync(product.stack.logFile(part as 'api' | 'worker'), 'utf8'),
    );
    expect(logs.join('\n')).toContain('request answered');
    for (const text of [...histories, ...logs]) {
      for (const trace of [...traces, product.apiKey])
        expect(text.includes(trace), `"${trace}" was found`).toBe(false);
      expect(text).not.toMatch(/Bearer [\w-]{10}/);
    }
  });
});

/** Payloads are base64 in an exported history: what a reader of the UI sees is what must be searched. */
const decodedPayloads = (json: string) =>
  json.replaceAll(
    /"data": *"([A-Za-z0-9+/=]+)"/g,
    (_, data: string) => `"data":${Buffer.from(data, 'base64').toString('utf8')}`,
  );
