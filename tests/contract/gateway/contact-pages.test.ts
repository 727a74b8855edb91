import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SandboxUnderTest, sandboxUnderTest, versions } from './gateway-on-sandbox.ts';
import { onRealPortal, type PortalUnderTest, portalUnderTest } from './portal-under-test.ts';

let portal: PortalUnderTest;
let sandbox: SandboxUnderTest;
beforeAll(async () => {
  [portal, sandbox] = await Promise.all([portalUnderTest(), sandboxUnderTest()]);
});
afterAll(async () => {
  await Promise.all([portal[Symbol.asyncDispose](), sandbox[Symbol.asyncDispose]()]);
});

const addresses = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ properties: { email: `c${index}@example.test` } }));
/** More than fit into an address, so that a second step reads them. */
const manyProperties = [...Array.from({ length: 400 }, (_, index) => `unknown_property_${index}`), 'email'];

describe.each(versions)('listings of contacts under %s', (version) => {
  test('facts §3: the count is the total of a search for all contacts', async () => {
    const { hubspot } = await portal.open(version);
    expect(await hubspot.contacts.count()).toBeGreaterThanOrEqual(0);
  });

  test.skipIf(onRealPortal('the account holds other contacts'))(
    'facts §3: beyond the 10,000 that a search can be paged through, all contacts are counted, archived ones not',
    async () => {
      const { hubspot, at, control } = await sandbox.connect(version);
      expect(await hubspot.contacts.count()).toBe(0);
      await control('POST', `${at}/seed`, { contacts: 10_001, seed: 1 });
      const { id } = await hubspot.contacts.create({ email: 'ada@example.test' });
      expect(await hubspot.contacts.count()).toBe(10_002);
      await control('POST', `${at}/contacts/${id}/archive`, {});
      expect(await hubspot.contacts.count()).toBe(10_001);
    },
  );

  test.skipIf(onRealPortal('only people archive'))(
    'reliability A2.13: every archived contact is listed once, a hundred a page, and none that lives',
    async () => {
      const { hubspot, at, control } = await sandbox.connect(version);
      const { ids } = await control<{ ids: string[] }>('POST', `${at}/contacts`, {
        contacts: addresses(230),
      });
      const gone = ids.filter((_, index) => index % 2 === 0);
      for (const id of gone) await control('POST', `${at}/contacts/${id}/archive`, {});
      const first = await hubspot.contacts.archivedPage({ after: null, properties: ['email'] });
      const second = await hubspot.contacts.archivedPage({ after: first.after, properties: ['email'] });
      const listed = [...first.results, ...second.results];
      expect(first.results).toHaveLength(100);
      expect(second.after).toBeNull();
      expect(listed.map(({ id }) => id)).toEqual(gone);
      expect(listed.every(({ archived, archivedAt }) => archived && archivedAt !== undefined)).toBe(true);
      expect(listed[0]?.properties['email']).toBe('c0@example.test');
      const live = await hubspot.contacts.page({ after: null, properties: [] });
      expect(live.results.every(({ archived }) => !archived)).toBe(true);
    },
  );

  test.skipIf(onRealPortal('only people archive'))(
    'reliability A2.12: of archived contacts too more properties can be read than fit into an address',
    async () => {
      const { hubspot, at, control } = await sandbox.connect(version);
      const { ids } = await control<{ ids: string[] }>('POST', `${at}/contacts`, { contacts: addresses(5) });
      expect(
        (await hubspot.contacts.archivedPage({ after: null, properties: manyProperties })).results,
      ).toEqual([]);
      for (const id of ids.slice(1)) await control('POST', `${at}/contacts/${id}/archive`, {});
      const { results } = await hubspot.contacts.archivedPage({ after: null, properties: manyProperties });
      expect(results.map(({ id, properties }) => [id, properties['email']])).toEqual(
        ids.slice(1).map((id, index) => [id, `c${index + 1}@example.test`]),
      );
    },
  );

  test.skipIf(onRealPortal('only people merge, and nothing is erased for a test'))(
    'facts §9: a contact that was merged away or erased is in neither listing',
    async () => {
      const { hubspot, at, control } = await sandbox.connect(version);
      const { ids } = await control<{ ids: [string, string, string] }>('POST', `${at}/contacts`, {
        contacts: addresses(3),
      });
      const { id } = await control<{ id: string }>('POST', `${at}/contacts/merge`, {
        primaryId: ids[0],
        otherId: ids[1],
      });
      await hubspot.contacts.erase(ids[2]);
      expect((await hubspot.contacts.archivedPage({ after: null, properties: [] })).results).toEqual([]);
      const live = await hubspot.contacts.page({ after: null, properties: [] });
      expect(live.results.map((record) => [record.id, record.mergedIds])).toEqual([[id, [ids[0], ids[1]]]]);
      expect(await hubspot.contacts.count()).toBe(1);
    },
  );
});
