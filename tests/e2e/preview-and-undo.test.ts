import { afterAll, beforeAll, expect, test } from 'vitest';
import { allPages } from '../../stack/demo/http.ts';
import type { PortalRecord } from '../../stack/demo/sandbox-portal.ts';
import { aSyncCampaign } from '../support/campaigns.ts';
import { type Product, startProduct } from '../support/product.ts';
import { eventually } from '../support/time.ts';

interface Run {
  readonly id: string;
  readonly kind: string;
  readonly ofRunId: string | null;
  readonly state: string;
  readonly total: number | null;
  readonly seen: number;
  readonly enrolled: number;
  readonly linked: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly outcomes: Readonly<Record<string, number>> | null;
  readonly undo: Readonly<Record<string, number>> | null;
}

interface Change {
  readonly contactId: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly properties: Readonly<Record<string, { before: string | null; after: string | null }>>;
  readonly undo: string | null;
}

interface Logged {
  readonly n: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

const contacts = 1_500;
/** Contacts in which a person had filled the mapped properties before we came. */
const withLinkOfTheirs = 20;

let product: Product;
let campaign: string;
let before: PortalRecord[];
beforeAll(async () => {
  product = await startProduct();
  const { portal } = product;
  await portal.control.post(`/portals/${portal.portalId}/seed`, { contacts, seed: 11 });
  const seeded = await portal.contacts();
  for (const { id } of seeded.slice(0, withLinkOfTheirs)) {
    await portal.editContact(id, { referral_link: `https://old.example/${id}`, friends_referred: '7' });
  }
  campaign = await aSyncCampaign(product.api);
  before = await portal.contacts();
});
afterAll(() => product?.stop());

const order = (path: string, body?: object) => product.api.post<Run>(path, body);
const show = (id: string) => product.api.get<Run>(`/sync-runs/${id}`);
const over = (id: string) =>
  eventually(
    'the run is over',
    async () => {
      const run = await show(id);
      return run.state === 'completed' && run;
    },
    { withinMs: 90_000 },
  );
const changesOf = (id: string, query = '') =>
  allPages<Change>(product.api, `/sync-runs/${id}/changes${query}`);

async function logAfter(n: number): Promise<Logged[]> {
  const all: Logged[] = [];
  for (let after = n; ; ) {
    const { results } = await product.portal.control.get<{ results: Logged[] }>(
      `/log?after=${after}&limit=1000`,
    );
    if (results.length === 0) return all;
    all.push(...results);
    after = results.at(-1)?.n ?? after;
  }
}

/** What people see of a contact, without what HubSpot itself counts and stamps. */
const visible = ({ id, properties }: PortalRecord) => ({
  id,
  properties: Object.fromEntries(
    Object.entries(properties).filter(([name, value]) => value && !/^hs_|modifieddate/.test(name)),
  ),
});

let preview: Run;
let synced: Run;

test('E4: a preview of the whole portal reads HubSpot and writes nothing, there or here', async () => {
  const [last] = (await logAfter(0)).slice(-1);
  const { id } = await order(`/campaigns/${campaign}/sync/preview`);
  preview = await over(id);
  expect(preview).toMatchObject({ kind: 'preview', seen: contacts, total: contacts, enrolled: 0 });
  const asked = await logAfter(last?.n ?? 0);
  expect(asked.length).toBeGreaterThan(contacts / 100);
  expect(
    asked.filter(({ method, path }) => method !== 'GET' && !/\/(search|batch\/read)/.test(path)),
  ).toEqual([]);
  expect(await product.portal.contacts()).toEqual(before);
  const [rows] = await product.sql`
    select (select count(*) from people)::int as people, (select count(*) from referrers)::int as referrers,
      (select count(*) from referral_links)::int as links, (select count(*) from crm_writes)::int as writes`;
  expect(rows).toEqual({ people: 0, referrers: 0, links: 0, writes: 0 });
  const found = await changesOf(id);
  expect(found).toHaveLength(contacts);
  const theirs = found.find(({ properties }) => properties['referral_link']?.before);
  expect(theirs?.properties).toMatchObject({
    referral_link: {
      before: `https://old.example/${theirs?.contactId}`,
      after: `${product.stack.urls.app}/r/…`,
    },
    friends_referred: { before: '7', after: '0' },
  });
});

test('E4: the sync then does what the preview said, number by number', async () => {
  const { id } = await order(`/campaigns/${campaign}/sync`);
  synced = await over(id);
  expect(preview.outcomes).toEqual({
    create: synced.enrolled,
    update: 0,
    unchanged: 0,
    skipped: Object.values(synced.skipped).reduce((sum, n) => sum + n, 0),
  });
  expect(preview.skipped).toEqual(synced.skipped);
  expect(synced.skipped['no-email']).toBeGreaterThan(10);
  expect(await changesOf(preview.id)).toEqual([]);
});

test('E4: an undo, its worker killed on the way, gives everything back but what somebody edited since', async () => {
  const { portal, stack } = product;
  const linked = (await portal.contacts()).filter(({ properties }) => properties['referral_link']);
  expect(linked).toHaveLength(synced.linked);
  const edited = [linked[5], linked[700], linked.at(-1)].map((contact) => contact?.id ?? '');
  for (const id of edited) await portal.editContact(id, { referral_link: `https://edited.example/${id}` });
  // Slow enough that it is under way when the worker dies.
  await portal.control.put('/faults', { faults: [{ path: 'batch/update', method: 'POST', delayMs: 400 }] });
  const { id } = await order(`/sync-runs/${synced.id}/undo`);
  await eventually('the undo is under way', async () => (await show(id)).seen >= 200, { withinMs: 60_000 });
  await stack.kill('worker', 'SIGKILL');
  const halfWay = await show(id);
  expect(halfWay.seen).toBeLessThan(synced.linked);
  await portal.control.delete('/faults');
  await stack.startPart('worker');
  const undone = await over(id);
  expect(undone).toMatchObject({
    kind: 'undo',
    ofRunId: synced.id,
    seen: synced.linked,
    total: synced.linked,
    undo: { undone: synced.linked - 3, leftEdited: 3, leftGone: 0, leftRefused: 0 },
  });
  const left = await changesOf(id, '?undo=left-edited');
  expect(left.map(({ contactId }) => contactId).sort()).toEqual([...edited].sort());
  const expected = before.map((contact) =>
    edited.includes(contact.id)
      ? {
          ...contact,
          properties: { ...contact.properties, referral_link: `https://edited.example/${contact.id}` },
        }
      : contact,
  );
  expect((await portal.contacts()).map(visible)).toEqual(expected.map(visible));
  const [rows] = await product.sql`
    select count(*)::int as referrers, count(*) filter (where withheld_at is not null)::int as withheld,
      (select count(*)::int from referral_links where retired_at is null) as links from referrers`;
  expect(rows).toEqual({ referrers: synced.enrolled, withheld: synced.linked, links: synced.enrolled });
});

test('S40: a retry after two exceptions were mended in HubSpot enrols exactly those', async () => {
  const { portal, api } = product;
  const skipped = await allPages<{ contactId: string }>(
    api,
    `/sync-runs/${synced.id}/exceptions?reason=no-email`,
  );
  const mended = skipped.slice(0, 2).map(({ contactId }) => contactId);
  for (const id of mended) await portal.editContact(id, { email: `mended.${id}@people.example` });
  const file = await api.send('GET', `/sync-runs/${synced.id}/exceptions.csv`);
  expect((await file.text()).trimEnd().split('\n')).toHaveLength(1 + skipped.length);
  const { id } = await order(`/sync-runs/${synced.id}/retry`, { reason: 'no-email' });
  const retried = await over(id);
  expect(retried).toMatchObject({ kind: 'retry', enrolled: 2, linked: 2, seen: skipped.length });
  expect(retried.skipped).toEqual({ 'no-email': skipped.length - 2 });
  const links = (await portal.contacts()).filter(({ properties }) =>
    properties['referral_link']?.startsWith(`${product.stack.urls.app}/r/`),
  );
  expect(links.map((contact) => contact.id).sort()).toEqual([...mended].sort());
});

test('E4: after the undo a sync writes everything again, and keeps what people edited', async () => {
  const { id } = await order(`/campaigns/${campaign}/sync`);
  const again = await over(id);
  expect(again).toMatchObject({ enrolled: 0, skipped: { ...again.skipped, 'edited-in-hubspot': 3 } });
  const [rows] = await product.sql`
    select count(*)::int as referrers, count(*) filter (where withheld_at is not null)::int as withheld from referrers`;
  expect(rows).toEqual({ referrers: synced.enrolled + 2, withheld: 0 });
});
