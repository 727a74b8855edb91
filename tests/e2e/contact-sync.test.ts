import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aSyncCampaign } from '../support/campaigns.ts';
import { type Product, startProduct } from '../support/product.ts';
import { eventually } from '../support/time.ts';

interface Run {
  readonly id: string;
  readonly state: string;
  readonly seen: number;
  readonly enrolled: number;
  readonly linked: number;
  readonly skipped: Record<string, number>;
}

let product: Product;
let lists: { staticListId: string; activeListId: string };
beforeAll(async () => {
  // With HubSpot's limits on, two thousand contacts take some seconds: time to give orders in.
  product = await startProduct({ limits: true });
  lists = await product.portal.control.post(`/portals/${product.portal.portalId}/seed`, {
    contacts: 2_000,
    seed: 5,
  });
});
afterAll(() => product?.stop());

const runOf = (campaign: string) => product.api.get<Run>(`/campaigns/${campaign}/sync`);
const when = (campaign: string, condition: (run: Run) => boolean) =>
  eventually(
    'the run is as wanted',
    async () => {
      const run = await runOf(campaign);
      return condition(run) && run;
    },
    { withinMs: 60_000 },
  );

describe('a contact sync', () => {
  let campaign: string;

  test('S40: shows its progress, pauses with the page at hand and goes on where it stood', async () => {
    campaign = await aSyncCampaign(product.api);
    await product.api.post(`/campaigns/${campaign}/sync`);
    await when(campaign, ({ seen }) => seen >= 200);
    await product.api.post(`/campaigns/${campaign}/sync/pause`);
    const paused = await when(campaign, ({ state }) => state === 'paused');
    expect(paused.seen).toBeLessThan(2_000);
    await product.api.post(`/campaigns/${campaign}/sync/resume`);
    const done = await when(campaign, ({ state }) => state === 'completed');
    expect(done.seen).toBe(2_000);
    expect(done.enrolled + Object.values(done.skipped).reduce((sum, n) => sum + n, 0)).toBe(2_000);
  });

  test('S41: a worker that is killed in the middle costs no contact, no second referrer and no second link', async () => {
    await product.portal.control.post(`/portals/${product.portal.portalId}/seed`, { contacts: 600, seed: 6 });
    await product.api.post(`/campaigns/${campaign}/sync`);
    await when(campaign, ({ seen }) => seen >= 2_100);
    await product.stack.kill('worker', 'SIGKILL');
    await product.stack.startPart('worker');
    const done = await when(campaign, ({ state }) => state === 'completed');
    expect(done.seen).toBeGreaterThanOrEqual(2_600);
    const [rows] = await product.sql`
      select count(*)::int as referrers, count(distinct person_id)::int as people,
        (select count(*)::int from referral_links) as links from referrers`;
    expect(rows?.['referrers']).toBe(rows?.['people']);
    expect(rows?.['links']).toBe(rows?.['referrers']);
    const contacts = await product.portal.contacts();
    const linked = contacts.map(({ properties }) => properties['referral_link']).filter(Boolean);
    expect(linked).toHaveLength(rows?.['links'] as number);
    expect(new Set(linked).size).toBe(linked.length);
  });

  test.each([
    ['static', () => lists.staticListId],
    ['active', () => lists.activeListId],
  ])('S29 S30: a %s list gives links to its members and to nobody else', async (kind, listId) => {
    const property = `${kind}_link`;
    await product.portal.makeProperties([{ name: property, label: kind, type: 'string', fieldType: 'text' }]);
    const { id } = await product.api.post<{ id: string }>('/campaigns', {
      name: `Members of the ${kind} list`,
    });
    await product.api.put(`/campaigns/${id}/hubspot`, {
      sync: {
        scope: { kind: 'list', listId: listId() },
        mappingsOut: [
          { objectType: 'contact', property, source: { kind: 'dynamic', field: 'referral_link' } },
        ],
      },
    });
    await product.api.post(`/campaigns/${id}/sync`);
    const done = await when(id, ({ state }) => state === 'completed');
    const linked = (await product.portal.contacts()).filter(({ properties }) => properties[property]);
    expect(linked.length).toBe(done.linked);
    expect(done.linked).toBeGreaterThan(100);
    expect(linked.length).toBeLessThan(2_000);
    // The active list holds customers only; the static one was picked by hand.
    const stages = new Set(linked.map(({ properties }) => properties['lifecyclestage']));
    expect(stages.size === 1 && stages.has('customer')).toBe(kind === 'active');
  });

  test('an operator stops a run, and the next one covers what it left', async () => {
    await product.portal.makeProperties([
      { name: 'stopped_link', label: 'Stopped', type: 'string', fieldType: 'text' },
    ]);
    const { id } = await product.api.post<{ id: string }>('/campaigns', { name: 'Stopped' });
    await product.api.put(`/campaigns/${id}/hubspot`, {
      sync: {
        scope: { kind: 'all' },
        mappingsOut: [
          {
            objectType: 'contact',
            property: 'stopped_link',
            source: { kind: 'dynamic', field: 'referral_link' },
          },
        ],
      },
    });
    await product.api.post(`/campaigns/${id}/sync`);
    await when(id, ({ seen }) => seen >= 100);
    await product.api.post(`/campaigns/${id}/sync/stop`);
    const stopped = await when(id, ({ state }) => state === 'stopped');
    expect(stopped.linked).toBeLessThan(2_000);
    await product.api.post(`/campaigns/${id}/sync`);
    const done = await when(id, ({ state }) => state === 'completed');
    expect(done.id).not.toBe(stopped.id);
    expect(done.enrolled + stopped.enrolled).toBeGreaterThan(2_400);
  });

  test('facts §4: a property deleted in HubSpot before the run costs that value alone, and no search for the culprit', async () => {
    const { portal, stack } = product;
    await portal.makeProperties([
      { name: 'kept_link', label: 'Kept', type: 'string', fieldType: 'text' },
      { name: 'gone_count', label: 'Gone', type: 'number', fieldType: 'number' },
    ]);
    const { id } = await product.api.post<{ id: string }>('/campaigns', { name: 'A property goes' });
    const mapped = (property: string, field: string) => ({
      objectType: 'contact',
      property,
      source: { kind: 'dynamic', field },
    });
    await product.api.put(`/campaigns/${id}/hubspot`, {
      sync: {
        scope: { kind: 'list', listId: lists.staticListId },
        mappingsOut: [mapped('kept_link', 'referral_link'), mapped('gone_count', 'number_referred')],
      },
    });
    const grant = await portal.control.post<{ access_token: string }>(
      `/portals/${portal.portalId}/install`,
      {},
    );
    const deleted = await fetch(`${stack.urls.sandbox}/crm/v3/properties/contacts/gone_count`, {
      method: 'DELETE',
      headers: { Authorization: `Bearer ${grant.access_token}` },
    });
    expect(deleted.status).toBe(204);
    const updates = async () => {
      const { results } = await portal.control.get<{ results: { path: string }[] }>('/log?limit=10000');
      return results.filter(({ path }) => path.includes('/contacts/batch/update')).length;
    };
    const before = await updates();
    await product.api.post(`/campaigns/${id}/sync`);
    const done = await when(id, ({ state }) => state === 'completed');
    expect(done.linked).toBeGreaterThan(100);
    expect(done.skipped['property-gone']).toBe(done.linked);
    const linked = (await portal.contacts()).filter(({ properties }) => properties['kept_link']);
    expect(linked).toHaveLength(done.linked);
    // One call for each hundred, and one more for those of the page that met it first.
    expect((await updates()) - before).toBeLessThanOrEqual(2 * Math.ceil(done.seen / 100) + 2);
  });

  test('A2 #19: the whole time HubSpot answered no call with 429', async () => {
    const { results } = await product.portal.control.get<{ results: { status: number }[] }>(
      '/log?limit=10000',
    );
    expect(results.length).toBeGreaterThan(100);
    expect(results.filter(({ status }) => status === 429)).toEqual([]);
  });
});
