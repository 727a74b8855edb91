import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { claimKey } from '../../../db/queries/idempotency.ts';
import { type ApiUnderTest, type Operator, startApi } from './api-under-test.ts';

let api: ApiUnderTest;
let operator: Operator;
beforeAll(async () => {
  api = await startApi();
  operator = await api.operator();
});
afterAll(() => api.stop());

const create = (key: string, name = 'Once', by: Operator = operator) =>
  by.call('POST', '/campaigns', { name }, { 'idempotency-key': key });
const count = async (name: string) =>
  (await operator.call('GET', '/campaigns?limit=100')).body.items.filter((item) => item['name'] === name)
    .length;

describe('Idempotency-Key', () => {
  test('the same request again gets the first answer and has no second effect', async () => {
    const [first, again] = [await create('k-1', 'Replayed'), await create('k-1', 'Replayed')];
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.headers['etag']).toBe(first.headers['etag']);
    expect(await count('Replayed')).toBe(1);
  });

  test('another body under the same key is refused with 422', async () => {
    await create('k-2', 'First body');
    const { status, body } = await create('k-2', 'Second body');
    expect(status).toBe(422);
    expect(body.detail).toContain('another request');
    expect(await count('Second body')).toBe(0);
  });

  test('while the first request runs, a second one is refused with 409', async () => {
    const { workspaceId } = operator;
    await api.database.app.inWorkspace(workspaceId, async (tx) => {
      expect(await claimKey(tx, { workspaceId, route: 'POST /api/v1/campaigns', key: 'k-3' })).toBe(true);
      expect((await create('k-3', 'In flight')).status).toBe(409);
    });
    expect((await create('k-3', 'In flight')).status).toBe(201);
  });

  test('many at once have one effect, and each is the answer or a 409', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => create('k-4', 'Parallel')));
    for (const { status } of answers) expect([201, 409]).toContain(status);
    expect(answers.filter(({ status }) => status === 201).length).toBeGreaterThan(0);
    expect(await count('Parallel')).toBe(1);
  });

  test('the key of another workspace is another key', async () => {
    const other = await api.operator('Other');
    const [mine, theirs] = [await create('k-5', 'Shared key'), await create('k-5', 'Shared key', other)];
    expect(theirs.status).toBe(201);
    expect(theirs.body.id).not.toBe(mine.body.id);
  });

  test('a refused request stores nothing, so the key can be used again', async () => {
    const taken = await operator.call('POST', '/campaigns', { name: 'Taken', slug: 'taken' });
    expect(taken.status).toBe(201);
    const withSlug = (slug: string) =>
      operator.call('POST', '/campaigns', { name: 'Retry', slug }, { 'idempotency-key': 'k-6' });
    expect((await withSlug('taken')).status).toBe(422);
    expect((await withSlug('free')).status).toBe(201);
  });

  test('effect and record are one transaction: when the record cannot be stored there is no effect', async () => {
    await api.database.system.execute(sql`
      insert into idempotency_keys (workspace_id, route, key, request_hash, created_at)
      values (${operator.workspaceId}, 'POST /api/v1/campaigns', 'k-7', 'half', now())`);
    expect((await create('k-7', 'Half done')).status).toBe(500);
    expect(await count('Half done')).toBe(0);
  });

  test('after 24 hours a key is as good as new', async () => {
    const first = await create('k-8', 'Day one');
    await api.database.system.execute(
      sql`update idempotency_keys set created_at = now() - interval '25 hours' where key = 'k-8'`,
    );
    const later = await create('k-8', 'Day two');
    expect(later.status).toBe(201);
    expect(later.body.id).not.toBe(first.body.id);
  });

  test('a key that is no key is refused', async () => {
    expect((await create('with space')).status).toBe(400);
    expect((await create('x'.repeat(256))).status).toBe(400);
  });
});
