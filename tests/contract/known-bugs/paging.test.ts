/** `reliability.md` A2: what other sync engines lost or looped over while paging. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aContact, gatewayUnderTest } from '../../unit/hubspot/gateway-under-test.ts';
import { type Connected, type SandboxUnderTest, sandboxUnderTest } from '../gateway/gateway-on-sandbox.ts';
import { instant, overlapMs, readWindow } from './incremental-reader.ts';

let sandbox: SandboxUnderTest;
beforeAll(async () => {
  sandbox = await sandboxUnderTest();
  await sandbox.control('PUT', '/sandbox/limits', { enabled: false });
});
afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

const start = Date.parse('2026-11-10T12:00:00.000Z');

/** Contacts without an address, one per given instant. */
async function contactsAt({ at, control }: Connected, instants: readonly number[]): Promise<string[]> {
  const contacts = instants.map((ms, index) => ({ properties: { firstname: `N${index}` }, at: instant(ms) }));
  return (await control<{ ids: string[] }>('POST', `${at}/contacts`, { contacts })).ids;
}

test('A2 #1: 25,000 changed contacts, past the 10,000 of a search, are all seen once', async () => {
  const connected = await sandbox.connect('v3');
  const instants = Array.from({ length: 25_000 }, (_, index) => start + index);
  const ids = await contactsAt(connected, instants);
  const { records, pages } = await readWindow(connected.hubspot, {
    from: instant(start),
    to: instant(start + 25_000),
  });
  expect(records.map(({ id }) => id)).toEqual(ids);
  expect(pages).toBe(126);
});

test('A2 #2: 12,000 contacts on one millisecond are all seen, and the reading ends', async () => {
  const connected = await sandbox.connect('v3');
  const ids = await contactsAt(
    connected,
    Array.from({ length: 12_000 }, () => start),
  );
  const { records, pages } = await readWindow(connected.hubspot, {
    from: instant(start),
    to: instant(start),
  });
  expect(records.map(({ id }) => id)).toEqual(ids);
  expect(pages).toBe(61);
});

test('A2 #3: contacts that change while they are read are seen by the next pass, those not yet read and those read', async () => {
  const connected = await sandbox.connect('v3');
  const ids = await contactsAt(
    connected,
    Array.from({ length: 1_100 }, (_, index) => start + index),
  );
  const [read, unread] = [ids[3] as string, ids[1_050] as string];
  const firstEnd = Date.now();
  const first = await readWindow(
    connected.hubspot,
    { from: instant(start), to: instant(firstEnd) },
    async (page) => {
      if (page !== 5) return;
      for (const id of [read, unread]) await connected.hubspot.contacts.update(id, { firstname: 'Changed' });
    },
  );
  const second = await readWindow(connected.hubspot, {
    from: instant(firstEnd - overlapMs),
    to: instant(Date.now()),
  });
  expect(new Set(first.records.map(({ id }) => id)).size).toBeGreaterThanOrEqual(1_099);
  expect(new Set([...first.records, ...second.records].map(({ id }) => id)).size).toBe(1_100);
  expect(second.records.map(({ id }) => id)).toEqual([read, unread]);
});

test('A2 #6: a record on the boundary of two windows is in both, and is news only once', async () => {
  const connected = await sandbox.connect('v3');
  const ids = await contactsAt(connected, [start - 1, start, start + 1]);
  const before = await readWindow(connected.hubspot, { from: instant(start - 10), to: instant(start) });
  const after = await readWindow(connected.hubspot, { from: instant(start), to: instant(start + 10) });
  expect(before.records.map(({ id }) => id)).toEqual([ids[0], ids[1]]);
  expect(after.records.map(({ id }) => id)).toEqual([ids[1], ids[2]]);
  const [one, other] = [before.records.at(-1), after.records[0]];
  expect(one?.updatedAt).toBe(other?.updatedAt);
});

test('A2 #6: a row from just before the lower bound is passed on, not an end and not a loop', async () => {
  await using under = await gatewayUnderTest(() => ({ body: { total: 2, results: [aContact('7')] } }));
  const { records, pages } = await readWindow(under.hubspot, {
    from: '2026-11-02T10:00:00.001Z',
    to: '2026-11-03T00:00:00.000Z',
  });
  expect([records.map(({ id }) => id), pages]).toEqual([['7'], 1]);
});

const aPage = (length: number, firstId = 1) =>
  Array.from({ length }, (_, index) => aContact(String(firstId + index)));
const window = { from: instant(start), to: instant(start + 1) };

test.each([0, 1, 10_000_000])('A2 #21: a total of %i that is wrong decides nothing', async (total) => {
  const pages = [aPage(200), aPage(5, 201)];
  await using under = await gatewayUnderTest(() => ({ body: { total, results: pages.shift() ?? [] } }));
  const { records } = await readWindow(under.hubspot, window);
  expect(records).toHaveLength(205);
  expect(under.requests).toHaveLength(2);
});

test('A2 #21: page one again for page two is a failure to be repeated, not the end of the window', async () => {
  await using under = await gatewayUnderTest(() => ({ body: { total: 400, results: aPage(200) } }));
  await expect(readWindow(under.hubspot, window)).rejects.toMatchObject({
    detail: { kind: 'unavailable', code: 'PAGE_REPEATED' },
  });
  expect(under.requests).toHaveLength(2);
});

test('A2 #21: an empty page of a listing hands its cursor on, and one that leads to itself is refused', async () => {
  const pages = [
    { results: aPage(1), paging: { next: { after: 'a' } } },
    { results: [], paging: { next: { after: 'b' } } },
    { results: aPage(1, 2), paging: { next: { after: 'b' } } },
  ];
  await using under = await gatewayUnderTest(() => ({ body: pages.shift() }));
  const page = (after: string | null) => under.hubspot.contacts.page({ after, properties: [] });
  const first = await page(null);
  const empty = await page(first.after);
  expect([first.after, empty]).toEqual(['a', { results: [], after: 'b' }]);
  await expect(page(empty.after)).rejects.toMatchObject({
    detail: { kind: 'unavailable', code: 'CURSOR_REPEATED' },
  });
});

test('A2 #21: links and owners whose cursors go in circles come to an end, each found once', async () => {
  await using under = await gatewayUnderTest(({ query, path }) => {
    const paging = { next: { after: query.get('after') === 'a' ? 'b' : 'a' } };
    const results = path.endsWith('/owners') ? [{ id: '1', email: 'a@example.test' }] : [{ toObjectId: 9 }];
    return { body: { results, paging } };
  });
  await expect(under.hubspot.associations.contactsOfDeal('1')).resolves.toEqual(['9']);
  expect(under.requests).toHaveLength(10);
  await expect(under.hubspot.owners.list()).resolves.toEqual([
    { id: '1', name: 'a@example.test', email: 'a@example.test' },
  ]);
  expect(under.requests).toHaveLength(110);
});

test('A2 #21: HTML of a proxy in the middle of a window fails the page, which is then read whole', async () => {
  const answers = [
    { body: { results: aPage(200) } },
    { status: 502, body: '<html>Bad gateway</html>' },
    { body: { results: aPage(200) } },
    { body: { results: aPage(3, 201) } },
  ];
  await using under = await gatewayUnderTest(() => answers.shift() ?? { status: 500 });
  await expect(readWindow(under.hubspot, window)).rejects.toMatchObject({
    detail: { kind: 'unavailable', status: 502 },
  });
  expect((await readWindow(under.hubspot, window)).records).toHaveLength(203);
});
