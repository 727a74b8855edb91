import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allPages, connectPortal } from '../../stack/demo/http.ts';
import { type Mailbox, startMailbox } from '../support/mailbox.ts';
import { anEmail, type Product, startProduct } from '../support/product.ts';
import { eventually } from '../support/time.ts';

interface Ongoing {
  readonly on: boolean;
  readonly state: string | null;
  readonly waiting: number;
  readonly enrolled: number;
  readonly nextListLookAt: string | null;
}
interface Referrer {
  readonly leftScopeAt: string | null;
  readonly link: string;
  readonly person: { readonly email: string };
}

let mailbox: Mailbox;
let product: Product;
/** Somebody else's app in the same HubSpot account: what it makes is told by webhooks, as what people make. */
let token: string;
beforeAll(async () => {
  mailbox = await startMailbox();
  product = await startProduct({
    limits: true,
    env: { RECONCILE_SECONDS: '3', SMTP_URL: mailbox.url },
  });
  const scopes = [
    'crm.objects.contacts.read',
    'crm.objects.contacts.write',
    'crm.lists.read',
    'crm.lists.write',
  ];
  const made = await product.portal.control.post<{ token: string }>(
    `/portals/${product.portal.portalId}/private-tokens`,
    { name: 'CRM of the sales team', scopes },
  );
  token = made.token;
});
afterAll(async () => {
  await product?.stop();
  await mailbox?.stop();
});

async function hubspot<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${product.stack.urls.sandbox}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`The sandbox answered ${response.status} to ${method} ${path}`);
  const text = await response.text();
  return (text === '' ? null : JSON.parse(text)) as T;
}
const createContact = async () =>
  (
    await hubspot<{ id: string }>('POST', '/crm/v3/objects/contacts', {
      properties: { email: anEmail('contact'), firstname: 'Cora' },
    })
  ).id;
const valueOf = async (id: string, property: string) => {
  const path = `/portals/${product.portal.portalId}/contacts/${id}`;
  return (await product.portal.control.get<{ properties: Record<string, string | null> }>(path)).properties[
    property
  ];
};
const linked = (id: string, property: string) =>
  eventually('the contact holds its link', () => valueOf(id, property), { withinMs: 60_000, everyMs: 20 });
const heard = (enabled: boolean) => product.portal.control.put('/webhooks', { enabled });
const searchLag = (lagMs: number) => product.portal.control.put('/search', { lagMs });

async function aCampaign(property: string, scope: object): Promise<string> {
  await product.portal.makeProperties([
    { name: property, label: property, type: 'string', fieldType: 'text' },
  ]);
  const { id } = await product.api.post<{ id: string }>('/campaigns', { name: property });
  await product.api.put(`/campaigns/${id}/hubspot`, {
    sync: {
      scope,
      mappingsOut: [{ objectType: 'contact', property, source: { kind: 'dynamic', field: 'referral_link' } }],
    },
  });
  return id;
}
const toggle = (campaign: string, on: boolean) =>
  product.api.put<Ongoing>(`/campaigns/${campaign}/sync/ongoing`, { on });
const shown = (campaign: string) => product.api.get<Ongoing>(`/campaigns/${campaign}/sync/ongoing`);
/** Caught up: no run is open beside it, and nothing waits. */
const atRest = (campaign: string) =>
  eventually(
    'the ongoing sync is at rest',
    async () => {
      const { state } = await product.api.get<{ state: string }>(`/campaigns/${campaign}/sync`);
      return state === 'completed' && (await shown(campaign)).waiting === 0;
    },
    { withinMs: 60_000 },
  );
const workflowOf = (campaign: string) => product.temporal.workflow.getHandle(`contact-sync:${campaign}`);

describe('all contacts', () => {
  let campaign: string;
  let before: string;

  test('S39: on catches up with the contacts that are there', async () => {
    before = await createContact();
    campaign = await aCampaign('everybody_link', { kind: 'all' });
    expect(await shown(campaign)).toMatchObject({ on: false, state: null });
    expect(await toggle(campaign, true)).toMatchObject({ on: true, state: 'running' });
    expect(await linked(before, 'everybody_link')).toContain('/r/');
    await atRest(campaign);
  });

  test('S37: a new contact has its link within seconds, by a webhook', async () => {
    // The incremental reader does not see it for ten minutes: it is the webhook that tells.
    await searchLag(600_000);
    const took: number[] = [];
    for (let n = 0; n < 3; n += 1) {
      const startedAt = performance.now();
      const id = await createContact();
      await linked(id, 'everybody_link');
      took.push(performance.now() - startedAt);
    }
    await searchLag(0);
    expect(Math.max(...took)).toBeLessThan(10_000);
  });

  test('S37 E2: with webhooks dropped the incremental reader finds it, and the certificate counts it', async () => {
    await heard(false);
    const id = await createContact();
    await linked(id, 'everybody_link');
    await heard(true);
    const certificates = await product.sql`select 1 from certificates where changes_late > 0`;
    expect(certificates.length).toBeGreaterThan(0);
  });

  test('invariant 9: it comes to rest, and our own writes are not answered', async () => {
    await atRest(campaign);
    const writes = async () =>
      (await product.portal.control.get<{ results: { path: string }[] }>('/log?limit=1000')).results.filter(
        ({ path }) => path.includes('/batch/update'),
      ).length;
    const count = await writes();
    const passes = async () => (await product.sql`select count(*)::int as n from certificates`)[0]?.['n'];
    const last = await passes();
    await eventually('three more passes were made', async () => (await passes()) >= last + 3, {
      withinMs: 60_000,
    });
    expect(await writes()).toBe(count);
  });

  test('S38 S39: off stops at once; on again catches up with what came meanwhile', async () => {
    expect(await toggle(campaign, false)).toMatchObject({ on: false, state: 'stopped', waiting: 0 });
    await eventually('its workflow has ended', async () => {
      const { status } = await workflowOf(campaign).describe();
      return status.name === 'COMPLETED';
    });
    const missed = await createContact();
    await eventually(
      'HubSpot’s notice was taken',
      async () => (await product.portal.pendingDeliveries()) === 0,
    );
    await eventually('the inbox is empty', async () => {
      const open = await product.sql`
        select 1 from webhook_inbox where sent_at is null and dropped_at is null and dead_at is null`;
      return open.length === 0;
    });
    expect(await valueOf(missed, 'everybody_link')).toBeFalsy();
    await toggle(campaign, true);
    await linked(missed, 'everybody_link');
  });

  test('S86 S88: after a reconnect it goes on, with what came while nothing could flow', async () => {
    await product.api.post('/hubspot/disconnect');
    const missed = await createContact();
    await eventually('it is parked', async () => (await shown(campaign)).state === 'parked');
    expect(await valueOf(missed, 'everybody_link')).toBeFalsy();
    await connectPortal(product.api, product.portal.portalId);
    await linked(missed, 'everybody_link');
  });
});

describe('a list', () => {
  test('S37: whoever enters gets a link, whoever leaves stays a referrer and is shown', async () => {
    const { list } = await hubspot<{ list: { listId: string } }>('POST', '/crm/v3/lists', {
      name: 'Advocates',
      objectTypeId: '0-1',
      processingType: 'MANUAL',
    });
    const change = (order: 'add' | 'remove', id: string) =>
      hubspot('PUT', `/crm/v3/lists/${list.listId}/memberships/${order}`, [id]);
    const [first, second, outside] = [await createContact(), await createContact(), await createContact()];
    await change('add', first);
    const campaign = await aCampaign('advocates_link', { kind: 'list', listId: list.listId });
    await toggle(campaign, true);
    await linked(first, 'advocates_link');
    await change('add', second);
    const link = await linked(second, 'advocates_link');
    const referrer = async () =>
      (await allPages<Referrer>(product.api, `/referrers?campaignId=${campaign}`)).find(
        (each) => each.link === link,
      );
    expect(await referrer()).toMatchObject({ leftScopeAt: null });
    await change('remove', second);
    await eventually('it has left', async () => (await referrer())?.leftScopeAt, { withinMs: 30_000 });
    expect(await valueOf(second, 'advocates_link')).toBe(link);
    await change('add', second);
    await eventually('it is back', async () => (await referrer())?.leftScopeAt === null, {
      withinMs: 30_000,
    });
    expect(await valueOf(outside, 'advocates_link')).toBeFalsy();
    expect((await shown(campaign)).nextListLookAt).not.toBeNull();

    await hubspot('DELETE', `/crm/v3/lists/${list.listId}`);
    await eventually('it is parked', async () => (await shown(campaign)).state === 'parked', {
      withinMs: 30_000,
    });
    await product.api.put(`/campaigns/${campaign}/hubspot`, {
      sync: {
        scope: { kind: 'all' },
        ongoing: true,
        mappingsOut: [
          {
            objectType: 'contact',
            property: 'advocates_link',
            source: { kind: 'dynamic', field: 'referral_link' },
          },
        ],
      },
    });
    await linked(outside, 'advocates_link');
  });
});

describe('the whole time', () => {
  test('A2 #19: HubSpot answered no call with 429', async () => {
    const { results } = await product.portal.control.get<{ results: { status: number }[] }>(
      '/log?limit=10000',
    );
    expect(results.length).toBeGreaterThan(50);
    expect(results.filter(({ status }) => status === 429)).toEqual([]);
  });

  test('S20: nobody was e-mailed', () => {
    expect(mailbox.connections).toBe(0);
  });
});
