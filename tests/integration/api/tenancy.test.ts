import { sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fromPublicId, toPublicId } from '../../../domain/id.ts';
import { type ApiUnderTest, type Operator, startApi } from './api-under-test.ts';
import { aStoredReward } from './stored-reward.ts';

let api: ApiUnderTest;
let [a, b]: Operator[] = [];
/** One id of workspace A for each kind that a path can name. */
const ids: Record<string, string> = {};

beforeAll(async () => {
  api = await startApi({ poolSize: 2 });
  a = await api.operator('A');
  b = await api.operator('B');
  const reward = await a.call('GET', `/rewards/${await aStoredReward(api, a)}`);
  Object.assign(ids, {
    campaigns: reward.body['campaignId'],
    referrers: reward.body['referrerId'],
    referrals: reward.body['referralId'],
    rewards: reward.body.id,
    'fraud-findings': await aFinding(reward.body['referralId']),
    'sync-runs': await aFinishedRun(reward.body['campaignId']),
  });
});
afterAll(() => api.stop());

async function aFinding(referralId: unknown): Promise<string> {
  const id = newId();
  await api.database.system.execute(sql`
    insert into fraud_findings (id, workspace_id, campaign_id, referral_id, rule, severity, evidence, found_at)
    select ${id}, workspace_id, campaign_id, id, 'ring', 'flag', '{}', now()
    from referrals where id = ${fromPublicId('referral', String(referralId))}`);
  return toPublicId('fraudFinding', id);
}

async function aFinishedRun(campaignId: unknown): Promise<string> {
  const [id, connectionId] = [newId(), newId()];
  const campaign = fromPublicId('campaign', String(campaignId));
  await api.database.system.execute(sql`
    with connection as (
      insert into connections (id, workspace_id, portal_id, status, connected_at)
      select ${connectionId}, workspace_id, '99', 'disconnected', now() from campaigns where id = ${campaign}
      returning id, workspace_id
    )
    insert into sync_runs (id, workspace_id, campaign_id, connection_id, epoch, state, started_at, finished_at)
    select ${id}, workspace_id, ${campaign}, id, 1, 'completed', now(), now() from connection`);
  return toPublicId('syncRun', id);
}

interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: string;
}

/** A body that each write route would take, so that the 404 comes from the id. */
const bodies: Record<string, object> = {
  'patch /campaigns/{id}': { name: 'Stolen' },
  'put /campaigns/{id}/hubspot': { saleValue: null },
  'put /campaigns/{id}/sync/ongoing': { on: true },
  'post /campaigns/{id}/referrers': { firstName: 'Eve', email: 'eve@example.com' },
  'post /campaigns/{id}/referrals': { referralCode: 'x', firstName: 'Eve', email: 'eve@example.com' },
  'post /referrals/{id}/already-qualified': { decision: 'accept' },
  'post /rewards/{id}/settle': { amountMinor: 1, currency: 'USD' },
  'post /rewards/{id}/void': { reason: 'stolen' },
  'post /fraud-findings/{id}/release': { note: 'stolen' },
  'post /fraud-findings/{id}/reject': { note: 'stolen' },
};

async function operationsWithId(): Promise<Operation[]> {
  const { body } = await api.send<{ paths: Record<string, Record<string, unknown>> }>({
    method: 'GET',
    url: '/openapi.json',
  });
  return Object.entries(body.paths)
    .filter(([path]) => path.startsWith('/api/v1/') && path.includes('{id}'))
    .flatMap(([path, item]) =>
      Object.keys(item).map((method) => ({
        method: method as Operation['method'],
        path: path.replace('/api/v1', ''),
      })),
    );
}

describe('two workspaces', () => {
  test('API1: on every route with an id, B’s key gets 404 for A’s id, and A’s does not', async () => {
    const operations = await operationsWithId();
    expect(operations.length).toBeGreaterThanOrEqual(15);
    const answers = [];
    for (const { method, path } of operations) {
      const [, collection = ''] = path.split('/');
      const url = path.replace('{id}', ids[collection] ?? '');
      const verb = method.toUpperCase() as 'GET';
      const theirs = await b?.call(verb, url, bodies[`${method} ${path}`]);
      // A's own reads show that the id is a good one; a stream of progress would not end here.
      const own =
        method === 'get' && !path.endsWith('/sync/events') ? (await a?.call(verb, url))?.status : 200;
      answers.push({ operation: `${method} ${path}`, theirs: theirs?.status, own });
    }
    expect(answers).toEqual(answers.map(({ operation }) => ({ operation, theirs: 404, own: 200 })));
    expect((await a?.call('GET', `/campaigns/${ids['campaigns']}`))?.body['name']).toBe('Rewarding');
  });

  test('lists of B show nothing of A, also when narrowed to A’s campaign', async () => {
    for (const list of ['campaigns', 'referrers', 'referrals', 'rewards', 'fraud-findings']) {
      expect((await b?.call('GET', `/${list}`))?.body.items).toEqual([]);
      expect((await a?.call('GET', `/${list}`))?.body.items.length).toBeGreaterThan(0);
    }
    for (const list of ['referrers', 'referrals', 'rewards', 'fraud-findings', 'attribution-rejections']) {
      expect((await b?.call('GET', `/${list}?campaignId=${ids['campaigns']}`))?.status).toBe(404);
    }
  });

  test('200 interleaved requests on a pool of two never mix the workspaces', async () => {
    const names = { A: 'Rewarding', B: 'Of B' };
    await b?.call('POST', '/campaigns', { name: names.B });
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        const [who, operator] = i % 2 === 0 ? (['A', a] as const) : (['B', b] as const);
        const answer = await operator?.call('GET', '/campaigns');
        return { who, shown: answer?.body.items.map(({ name }) => name) };
      }),
    );
    for (const { who, shown } of answers) expect(shown).toEqual([names[who]]);
  });

  test('outside a workspace vf_app sees no row at all', async () => {
    const nowhere = '00000000-0000-0000-0000-000000000000';
    const counts = await api.database.app.inWorkspace(nowhere, (tx) =>
      tx.execute<{ n: number }>(sql`
        select (select count(*) from campaigns)::int + (select count(*) from people)::int
          + (select count(*) from referrals)::int + (select count(*) from api_keys)::int as n`),
    );
    expect(counts[0]?.n).toBe(0);
  });

  test('ASVS 8.4.1: row-level security is forced on every table, and each has a policy', async () => {
    const open = await api.database.system.execute<{ relname: string }>(sql`
      select c.relname from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
        and not (c.relrowsecurity and c.relforcerowsecurity and exists (select 1 from pg_policy p where p.polrelid = c.oid))`);
    expect(open.map(({ relname }) => relname)).toEqual([]);
  });
});
