/** `reliability.md` A2: a search index that is late, out of order, and blind to what is archived. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hubspotGateway } from '../../../hubspot/open-hubspot.ts';
import { connectionId, memoryPorts } from '../../fakes/hubspot-ports.ts';
import { app, type SandboxUnderTest, sandboxUnderTest } from '../gateway/gateway-on-sandbox.ts';
import { IncrementalReader, instant, readWindow } from './incremental-reader.ts';
import { type IndexedRecord, scriptedIndex } from './scripted-index.ts';

let sandbox: SandboxUnderTest;
beforeAll(async () => {
  sandbox = await sandboxUnderTest();
});
afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

const justNow = () => ({ from: instant(Date.now() - 60_000), to: instant(Date.now() + 60_000) });

test.each([0, 5_000, 30_000])(
  'A2 #4: with an index %i ms late, finding or making a contact makes one, and the second create names it',
  async (lagMs) => {
    const { hubspot, at, control } = await sandbox.connect('v3');
    await control('PUT', '/sandbox/search', { lagMs });
    const rows = [{ key: 'ada@example.test', properties: { firstname: 'Ada' } }];
    const [made] = await hubspot.contacts.upsertMany({ by: 'email', rows });
    const seen = (await readWindow(hubspot, justNow())).records;
    const [found] = await hubspot.contacts.upsertMany({ by: 'email', rows });
    await control('PUT', '/sandbox/search', { lagMs: 0 });
    expect([made?.kind, found?.kind]).toEqual(['created', 'updated']);
    expect(seen).toHaveLength(lagMs === 0 ? 1 : 0);
    await expect(hubspot.contacts.create({ email: 'ada@example.test' })).rejects.toMatchObject({
      detail: { kind: 'conflict', existingId: made?.kind === 'created' ? made.id : 'was not made' },
    });
    const { results } = await control<{ results: unknown[] }>('GET', `${at}/contacts`);
    expect(results).toHaveLength(1);
  },
);

const minute = 60_000;

/** A reader that looks every five minutes at an index in which each record shows up at its own time. */
async function readEveryFiveMinutes(records: IndexedRecord[], untilMs: number) {
  await using index = await scriptedIndex(records);
  const config = { ...app, apiUrl: index.url, authUrl: index.url, version: 'v3' };
  const gateway = hubspotGateway(config, memoryPorts({ portalId: '4711' }), { gatherForMs: 1 });
  const hubspot = gateway.open({ connectionId, epoch: 1, lane: 'bulk' });
  const begin = Date.parse('2026-11-10T12:00:00.000Z');
  const reader = new IncrementalReader(hubspot, { from: begin });
  const learnedAt = new Map<string, number>();
  for (let now = begin + 5 * minute; now <= begin + untilMs; now += 5 * minute) {
    index.clock.now = now;
    for (const id of await reader.pass(now)) learnedAt.set(id, now - begin);
  }
  return learnedAt;
}

test('A2 #5: what the index shows half an hour late and out of order is repaired by the trailing pass within its first cycle', async () => {
  const begin = Date.parse('2026-11-10T12:00:00.000Z');
  const record = (id: number, modifiedMinute: number, lateMinutes: number): IndexedRecord => ({
    id: String(id),
    modifiedAt: begin + modifiedMinute * minute,
    visibleAt: begin + (modifiedMinute + lateMinutes) * minute,
  });
  // The newer one is visible at once, which is what a cursor at the newest record seen is misled by.
  const learnedAt = await readEveryFiveMinutes([record(1, 7, 30), record(2, 8, 0)], 120 * minute);
  expect(learnedAt.get('2')).toBe(10 * minute);
  expect(learnedAt.get('1')).toBe(70 * minute);
});

test('A2 #5: a lag below a minute is met by the overlap of the fast pass, without waiting an hour', async () => {
  const begin = Date.parse('2026-11-10T12:00:00.000Z');
  const late = { id: '1', modifiedAt: begin + 10 * minute - 1_000, visibleAt: begin + 10 * minute + 29_000 };
  expect((await readEveryFiveMinutes([late], 30 * minute)).get('1')).toBe(15 * minute);
});

test('A2 #5: whatever the order and the lag up to half an hour, every record is learned of, each version once', async () => {
  const begin = Date.parse('2026-11-10T12:00:00.000Z');
  const records = Array.from({ length: 400 }, (_, index): IndexedRecord => {
    const modifiedAt = begin + ((index * 7_919) % (60 * minute));
    return { id: String(index + 1), modifiedAt, visibleAt: modifiedAt + ((index * 104_729) % (30 * minute)) };
  });
  const learnedAt = await readEveryFiveMinutes(records, 180 * minute);
  expect(learnedAt.size).toBe(records.length);
});

test('A2 #13: an archived contact leaves the incremental reading without a word; a look at its id, and the listing of archived ones, tell it', async () => {
  const { hubspot, at, control } = await sandbox.connect('v3');
  const [kept, gone] = [
    await hubspot.contacts.create({ email: 'ada@example.test' }),
    await hubspot.contacts.create({ email: 'bob@example.test' }),
  ];
  await control('POST', `${at}/contacts/${gone.id}/archive`, {});
  const { records } = await readWindow(hubspot, justNow());
  expect(records.map(({ id }) => id)).toEqual([kept.id]);
  const lookups = await hubspot.contacts.readMany([kept.id, gone.id], { properties: [] });
  expect(lookups.map(({ record }) => record?.id ?? null)).toEqual([kept.id, null]);
  const { results } = await hubspot.contacts.archivedPage({ after: null, properties: [] });
  expect(results.map(({ id }) => id)).toEqual([gone.id]);
});

test('A2 #16: after an incremental pass over deals, the contacts of each are one more call, and none is missing', async () => {
  const { hubspot, at, control, sentPaths } = await sandbox.connect('v3');
  const contacts = ['ada', 'bob', 'eve'].map((name) => ({ properties: { email: `${name}@example.test` } }));
  const { ids } = await control<{ ids: [string, string, string] }>('POST', `${at}/contacts`, { contacts });
  const deal = (contactIds: string[]) => ({
    properties: { dealname: 'A', pipeline: 'default', dealstage: 'appointmentscheduled' },
    contactIds,
  });
  const deals = await control<{ ids: string[] }>('POST', `${at}/deals`, {
    deals: [deal([ids[0]]), deal([ids[0], ids[1]]), deal([])],
  });
  const { records } = await readWindow(hubspot, { objectType: 'deal', ...justNow() });
  expect(records.map(({ id }) => id)).toEqual(deals.ids);
  const people = await Promise.all(records.map(({ id }) => hubspot.associations.contactsOfDeal(id)));
  expect(people.map((found) => found.toSorted())).toEqual([[ids[0]], [ids[0], ids[1]].toSorted(), []]);
  expect((await sentPaths()).filter((path) => path.includes('/associations/'))).toHaveLength(1);
});
