/** `reliability.md` A2: tokens that die on the way, and limits that are shared. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hubspotGateway } from '../../../hubspot/open-hubspot.ts';
import { connectionId, evenPacer } from '../../fakes/hubspot-ports.ts';
import { app, type Control, type SandboxUnderTest, sandboxUnderTest } from '../gateway/gateway-on-sandbox.ts';
import { instant, readWindow } from './incremental-reader.ts';

let sandbox: SandboxUnderTest;
beforeAll(async () => {
  sandbox = await sandboxUnderTest();
});
afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

interface Logged {
  readonly n: number;
  readonly path: string;
  readonly status: number | null;
  readonly at: string;
}
const log = async (control: Control): Promise<readonly Logged[]> =>
  (await control<{ results: Logged[] }>('GET', '/sandbox/log?limit=10000')).results;
const tokenCalls = async (control: Control): Promise<number> =>
  (await log(control)).filter(({ path }) => path.includes('/oauth/') && path.endsWith('/token')).length;

test('A2 #10: a token that dies on page 3 of a listing, and another in its nested call, cost one refresh each and nothing else', async () => {
  const { hubspot, ports, at, control } = await sandbox.connect('v3');
  const contacts = Array.from({ length: 450 }, (_, index) => ({ properties: { firstname: `N${index}` } }));
  const { ids } = await control<{ ids: string[] }>('POST', `${at}/contacts`, { contacts });
  const deal = { dealname: 'A', pipeline: 'default', dealstage: 'appointmentscheduled' };
  const deals = await control<{ ids: string[] }>('POST', `${at}/deals`, {
    deals: ids.map((id) => ({ properties: deal, contactIds: [id] })),
  });
  const expire = () => control('POST', `${at}/expire-tokens`, {});
  const seen: string[] = [];
  const linked: string[] = [];
  let after: string | null = null;
  for (let number = 1; number <= 10; number += 1) {
    if (number === 3) await expire();
    const { results, after: next } = await hubspot.contacts.page({ after, properties: [] });
    if (number === 3) await expire();
    const links = await Promise.all(results.map(({ id }) => hubspot.associations.dealsOfContact(id)));
    seen.push(...results.map(({ id }) => id));
    linked.push(...links.flat());
    after = next;
    if (after === null) break;
  }
  expect(seen).toEqual(ids);
  expect(linked).toEqual(deals.ids);
  expect(ports.exchanges).toHaveLength(2);
});

test('A2 #10: a token that dies in the middle of a window of changes loses no page of it', async () => {
  const { hubspot, ports, at, control } = await sandbox.connect('v3');
  const start = Date.parse('2026-11-10T12:00:00.000Z');
  const contacts = Array.from({ length: 700 }, (_, index) => ({
    properties: { firstname: `N${index}` },
    at: instant(start + index),
  }));
  const { ids } = await control<{ ids: string[] }>('POST', `${at}/contacts`, { contacts });
  const { records } = await readWindow(
    hubspot,
    { from: instant(start), to: instant(start + 1_000) },
    async (page) => {
      if (page === 3) await control('POST', `${at}/expire-tokens`, {});
    },
  );
  expect(records.map(({ id }) => id)).toEqual(ids);
  expect(ports.exchanges).toHaveLength(1);
});

test('A2 #11: fifty calls in parallel with an expired token make one refresh, and all are answered', async () => {
  const { hubspot, ports, at, control } = await sandbox.connect('v3');
  await control('POST', `${at}/expire-tokens`, {});
  const before = await tokenCalls(control);
  const answers = await Promise.all(Array.from({ length: 50 }, () => hubspot.pipelines.list()));
  expect(answers.every(([first]) => first?.id === 'default')).toBe(true);
  expect(await tokenCalls(control)).toBe(before + 1);
  expect(ports.exchanges).toHaveLength(1);
});

test('A2 #11: a portal that is gone is asked for a token once by fifty callers, and never again', async () => {
  const { hubspot, ports, at, control } = await sandbox.connect('v3');
  await control('DELETE', at);
  const before = await tokenCalls(control);
  const settled = await Promise.allSettled(Array.from({ length: 50 }, () => hubspot.account.details()));
  const kinds = settled.map((each) => (each.status === 'rejected' ? each.reason.detail.kind : 'answered'));
  expect(new Set(kinds)).toEqual(new Set(['reconnect-needed']));
  expect(await tokenCalls(control)).toBe(before + 1);
  expect(ports.connection.status).toBe('reconnect-needed');
  const sent = (await log(control)).length;
  await expect(hubspot.account.details()).rejects.toMatchObject({ detail: { kind: 'connection-closed' } });
  expect(await log(control)).toHaveLength(sent);
});

test('A2 #19: three gateways that share one pacer stay below five searches a second, as HubSpot counts them', async () => {
  const { ports, portalId, control } = await sandbox.connect('v3');
  const pacer = evenPacer({ general: 93, search: 244 });
  const config = { ...app, apiUrl: sandbox.sandbox.url, authUrl: sandbox.sandbox.url, version: 'v3' };
  const workers = Array.from({ length: 3 }, () =>
    hubspotGateway(config, { ...ports, pacer }).open({ connectionId, epoch: 1, lane: 'bulk' }),
  );
  const search = { from: instant(Date.now() - 1_000), to: instant(Date.now()) };
  await Promise.all(
    workers.flatMap((hubspot) => Array.from({ length: 5 }, () => readWindow(hubspot, search))),
  );
  const { results } = await control<{ results: Logged[] }>('GET', `/sandbox/log?portalId=${portalId}`);
  const searches = results.filter(({ path }) => path.endsWith('/search'));
  expect(searches.map(({ status }) => status)).toEqual(Array.from({ length: 15 }, () => 200));
  const arrivals = searches.map(({ at }) => Date.parse(at));
  const busiest = Math.max(
    ...arrivals.map((from) => arrivals.filter((ms) => ms >= from && ms < from + 1_000).length),
  );
  expect(busiest).toBeLessThanOrEqual(5);
});

test('A2 #20: the daily limit is no loop: one refused call, both budgets stopped until midnight there', async () => {
  const { hubspot, ports, control } = await sandbox.connect('v3', { timeZone: 'Asia/Tokyo' });
  await hubspot.account.details();
  await control('PUT', '/sandbox/faults', {
    faults: [
      {
        path: '/crm/v3/pipelines/',
        status: 429,
        json: {
          status: 'error',
          message: 'You have reached your daily limit.',
          errorType: 'RATE_LIMIT',
          policyName: 'DAILY',
        },
      },
    ],
  });
  const midnight = (Math.floor((Date.now() + 9 * 3_600_000) / 86_400_000) + 1) * 86_400_000 - 9 * 3_600_000;
  const before = (await log(control)).length;
  const failure = await hubspot.pipelines.list().catch((error: unknown) => error);
  expect(await log(control)).toHaveLength(before + 1);
  await control('DELETE', '/sandbox/faults');
  expect(failure).toMatchObject({ detail: { kind: 'retry-after', code: 'DAILY' } });
  const { retryAfterMs } = (failure as { detail: { retryAfterMs: number } }).detail;
  expect(Math.abs(Date.now() + retryAfterMs - midnight)).toBeLessThan(5_000);
  expect(ports.drains.map(({ budget, untilMs }) => [budget, untilMs])).toEqual([
    ['general', retryAfterMs],
    ['search', retryAfterMs],
  ]);
});
