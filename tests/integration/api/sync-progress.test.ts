/** Server-sent events over real HTTP: the client only listens, rows change beside it. */
import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { syncChannel } from '../../../db/queries/sync-runs.ts';
import { fromPublicId } from '../../../domain/id.ts';
import { type ApiUnderTest, type Operator, startApi } from './api-under-test.ts';
import { aDatabaseOutage } from './database-outage.ts';
import { connect, firstPortal, type HubSpotAccounts, startAccounts } from './hubspot-account.ts';

interface Event {
  readonly id: string;
  readonly kind: string;
  readonly run: { readonly seen: number; readonly state: string; readonly wanted: string };
}

interface Listener {
  readonly status: number;
  readonly type: string | undefined;
  readonly comments: () => number;
  readonly events: readonly Event[];
  /** The first event, now or later, that fits. */
  until(fits: (event: Event) => boolean): Promise<Event>;
  /** Resolves when the server has ended it. */
  readonly ended: Promise<unknown>;
  leave(): void;
}

let api: ApiUnderTest;
let accounts: HubSpotAccounts;
let operator: Operator;
let campaignId: string;
let port: number;
let portalId = firstPortal;
beforeAll(async () => {
  accounts = await startAccounts();
  api = await startApi({ hubspotUrl: accounts.url });
  await api.app.listen({ host: '127.0.0.1', port: 0 });
  port = (api.app.server.address() as AddressInfo).port;
});
beforeEach(async () => {
  operator = await api.operator();
  portalId += 1;
  campaignId = await aReadyCampaign(operator, portalId);
});
afterAll(async () => {
  await api.stop();
  await accounts.stop();
});

async function aReadyCampaign(owner: Operator, portal: number): Promise<string> {
  await accounts.addPortal(portal);
  await connect({ api, accounts, operator: owner }, portal);
  const made = await owner.call<{ items: { mapping: object }[] }>('POST', '/hubspot/properties', {
    fields: ['referral_link'],
  });
  const { id } = (await owner.call('POST', '/campaigns', { name: 'Live' })).body;
  await owner.call('PUT', `/campaigns/${id}/hubspot`, {
    sync: { scope: { kind: 'all' }, mappingsOut: made.body.items.map(({ mapping }) => mapping) },
  });
  return id;
}

const start = () => operator.call('POST', `/campaigns/${campaignId}/sync`);
const uuid = () => fromPublicId('campaign', campaignId) ?? '';
/** What a worker does with each page, in one transaction: the row, and word of it. */
const change = (values: string, kind = 'sync') =>
  api.database.system.transaction(async (tx) => {
    await tx.execute(
      sql`update sync_runs set ${sql.raw(values)} where campaign_id = ${uuid()} and kind = ${kind}`,
    );
    await tx.execute(sql`select pg_notify(${syncChannel}, ${uuid()})`);
  });
const finish = () => change(`state = 'completed', finished_at = now()`);

async function listen(
  headers: Record<string, string> = {},
  { as = operator, campaign = campaignId, method = 'GET' } = {},
): Promise<Listener> {
  const asking = request({
    host: '127.0.0.1',
    port,
    method,
    path: `/api/v1/campaigns/${campaign}/sync/events`,
    headers: { authorization: `Bearer ${as.apiKey}`, ...headers },
    agent: false,
  });
  asking.on('error', () => undefined);
  asking.end();
  const [response] = await once(asking, 'response');
  const events: Event[] = [];
  const waiting = new Set<() => void>();
  let comments = 0;
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    const parts = (text + chunk).split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) {
      if (part.startsWith(':')) comments += 1;
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(part)?.[1] ?? '';
      if (field('data') !== '')
        events.push({ id: field('id'), kind: field('event'), run: JSON.parse(field('data')) });
    }
    for (const look of waiting) look();
  });
  const ended = new Promise((resolve) => {
    response.on('close', resolve);
  });
  return {
    status: response.statusCode,
    type: response.headers['content-type'],
    comments: () => comments,
    events,
    until: (fits) =>
      new Promise((resolve) => {
        const look = () => {
          const found = events.find(fits);
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    ended,
    leave: () => asking.destroy(),
  };
}

/** So many clients that are gone while PostgreSQL has not answered yet. */
async function askAndLeave(count: number): Promise<void> {
  const { database, app } = api;
  const connections = () =>
    new Promise<number>((resolve) => app.server.getConnections((_, open) => resolve(open)));
  const before = await connections();
  const waiting = async () => {
    const rows = await database.system.execute(
      sql`select 1 from pg_locks l join pg_stat_activity a using (pid) where a.datname = current_database() and not l.granted`,
    );
    return rows.length;
  };
  await database.system.transaction(async (tx) => {
    await tx.execute(sql`lock table sync_runs in access exclusive mode`);
    const asking = Array.from({ length: count }, () => {
      const path = `/api/v1/campaigns/${campaignId}/sync/events`;
      const headers = { authorization: `Bearer ${operator.apiKey}` };
      return request({ host: '127.0.0.1', port, path, headers, agent: false }).on('error', () => undefined);
    });
    for (const each of asking) each.end();
    await expect.poll(waiting).toBe(count);
    for (const each of asking) each.destroy();
    await expect.poll(connections).toBeLessThanOrEqual(before);
  });
  await expect.poll(waiting).toBe(0);
}

test('S40: the state comes at once, each change after it without asking, and the end ends the stream', async () => {
  await start();
  const live = await listen();
  expect([live.status, live.type]).toEqual([200, 'text/event-stream; charset=utf-8']);
  expect((await live.until(() => true)).run).toMatchObject({ state: 'waiting', seen: 0 });
  await change(`state = 'running', seen = 100, total = 300`);
  await live.until(({ run }) => run.seen === 100);
  await change('seen = 200');
  await live.until(({ run }) => run.seen === 200);
  await finish();
  await live.ended;
  expect(live.events.at(-1)).toMatchObject({ kind: 'run', run: { state: 'completed', seen: 200 } });
  const { body } = await operator.call('GET', `/campaigns/${campaignId}/sync`);
  expect(live.events.at(-1)?.run).toEqual(body);
});

test('S40: an order of an operator shows at once', async () => {
  await start();
  const live = await listen();
  await operator.call('POST', `/campaigns/${campaignId}/sync/pause`);
  expect((await live.until(({ run }) => run.wanted === 'paused')).kind).toBe('run');
  live.leave();
});

test('a burst of changes is at most two events a second, and its last state arrives', async () => {
  await start();
  const live = await listen();
  await live.until(() => true);
  const startedAt = performance.now();
  for (let seen = 1; seen <= 100; seen += 1) await change(`state = 'running', seen = ${seen}`);
  await live.until(({ run }) => run.seen === 100);
  const seconds = (performance.now() - startedAt) / 1_000;
  expect(live.events.length).toBeLessThanOrEqual(1 + 2 * Math.ceil(seconds) + 1);
  live.leave();
});

test('S39: the run that follows changes has events of its own, and keeps the stream open until it is turned off', async () => {
  await start();
  await api.database.system.execute(sql`
    insert into sync_runs (id, workspace_id, campaign_id, connection_id, epoch, kind, state, started_at)
    select gen_random_uuid(), workspace_id, campaign_id, connection_id, epoch, 'ongoing', 'running', now()
    from sync_runs where campaign_id = ${uuid()}`);
  const live = await listen();
  await live.until(({ kind }) => kind === 'ongoing');
  await finish();
  await live.until(({ kind, run }) => kind === 'run' && run.state === 'completed');
  await change('seen = 7', 'ongoing');
  await live.until(({ kind, run }) => kind === 'ongoing' && run.seen === 7);
  await change(`state = 'stopped', finished_at = now()`, 'ongoing');
  await live.ended;
  expect(live.events.at(-1)).toMatchObject({ kind: 'ongoing', run: { state: 'stopped' } });
});

describe('connecting again with Last-Event-ID', () => {
  test('brings what has changed since, and nothing twice', async () => {
    await start();
    const first = await listen();
    const { id } = await first.until(() => true);
    first.leave();
    const again = await listen({ 'last-event-id': id });
    await change('seen = 5');
    await again.until(({ run }) => run.seen === 5);
    expect(again.events).toHaveLength(1);
    again.leave();
  });

  test('is answered 204 when everything is over and known, so that a browser stops', async () => {
    await start();
    await finish();
    const first = await listen();
    await first.ended;
    const [last] = first.events;
    expect((await listen({ 'last-event-id': last?.id ?? '' })).status).toBe(204);
    const garbled = await listen({ 'last-event-id': 'x\u00e9.1' });
    await garbled.ended;
    expect(garbled.events).toEqual(first.events);
  });
});

describe('whose stream it is', () => {
  test('two workspaces never see each other', async () => {
    const stranger = await api.operator();
    portalId += 1;
    const theirs = await aReadyCampaign(stranger, portalId);
    await start();
    await stranger.call('POST', `/campaigns/${theirs}/sync`);
    expect((await listen({}, { as: stranger })).status).toBe(404);
    const [mine, others] = [await listen(), await listen({}, { as: stranger, campaign: theirs })];
    await others.until(() => true);
    await change('seen = 9');
    await mine.until(({ run }) => run.seen === 9);
    expect(others.events.map(({ run }) => run.seen)).toEqual([0]);
    mine.leave();
    others.leave();
  });

  test('without a run, a campaign or a key there is no stream', async () => {
    expect((await listen()).status).toBe(404);
    expect((await listen({}, { campaign: 'cmp_nonsense' })).status).toBe(404);
    expect((await listen({ authorization: 'Bearer vf_x' })).status).toBe(401);
    await start();
    expect((await listen({}, { method: 'HEAD' })).status).toBe(404);
  });

  test('at most twenty of a workspace at a time; who leaves makes room', async () => {
    await start();
    const open = await Promise.all(Array.from({ length: 20 }, () => listen()));
    expect(open.map(({ status }) => status)).toEqual(open.map(() => 200));
    expect((await listen()).status).toBe(429);
    open[0]?.leave();
    await expect
      .poll(async () => {
        const next = await listen();
        next.leave();
        return next.status;
      })
      .toBe(200);
    for (const each of open) each.leave();
  });

  test('who leaves before they are answered takes no place', async () => {
    await start();
    // As many as the API asks PostgreSQL for at a time.
    for (const gone of [10, 10]) await askAndLeave(gone);
    const next = await listen();
    expect(next.status).toBe(200);
    next.leave();
  });

  test('all of them share one LISTEN', async () => {
    await start();
    const open = await Promise.all([listen(), listen(), listen()]);
    const listeners = await api.database.system.execute(
      sql`select 1 from pg_stat_activity where datname = current_database() and query ilike 'listen%'`,
    );
    expect(listeners).toHaveLength(1);
    for (const each of open) each.leave();
  });
});

test('PostgreSQL away and back: what was missed comes by itself, and later changes as before', async () => {
  await start();
  const live = await listen();
  await live.until(() => true);
  const outage = await aDatabaseOutage(api.database);
  await outage.whileAway(sql`update sync_runs set seen = 41 where campaign_id = ${sql.raw(`'${uuid()}'`)}`);
  await outage.end();
  const backAt = performance.now();
  await live.until(({ run }) => run.seen === 41);
  // Because listening began again, not because a quarter of a minute was over.
  expect(performance.now() - backAt).toBeLessThan(10_000);
  await change('seen = 42');
  await live.until(({ run }) => run.seen === 42);
  live.leave();
});

test('P14: the stream is documented as one', async () => {
  const { body } = await api.send<{
    paths: Record<string, { get: { responses: Record<string, object>; parameters: object[] } }>;
  }>({ method: 'GET', url: '/openapi.json' });
  const documented = body.paths['/api/v1/campaigns/{id}/sync/events']?.get;
  expect(documented?.responses['200']).toMatchObject({ content: { 'text/event-stream': {} } });
  expect(documented?.parameters).toContainEqual(
    expect.objectContaining({ in: 'header', name: 'last-event-id' }),
  );
});

test('closing ends the streams at once instead of waiting for them', async () => {
  await start();
  const live = await listen();
  await live.until(() => true);
  const closing = performance.now();
  await api.app.close();
  await live.ended;
  expect(performance.now() - closing).toBeLessThan(3_000);
});
