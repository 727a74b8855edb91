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

/** More than fit into a search, so that a second step reads them. */
const manyProperties = Array.from({ length: 300 }, (_, index) => `unknown_property_${index}`);

describe.each(versions)('contacts that end under %s', (version) => {
  test('P20: an erased contact is gone for good; erasing it again, or nobody, is absent', async () => {
    const { hubspot, contact } = await portal.open(version);
    const { id } = await contact();
    expect(await hubspot.contacts.erase(id)).toBe('erased');
    await expect(hubspot.contacts.read(id, { properties: [] })).rejects.toMatchObject({
      detail: { kind: 'not-found' },
    });
    expect(await hubspot.contacts.erase(id)).toBe('absent');
    expect(await hubspot.contacts.erase('not an id')).toBe('absent');
  });

  test.skipIf(onRealPortal('the body of the refusal is not known for certain'))(
    'P20: the address of an erased contact can never be a contact again',
    async () => {
      const { hubspot } = await sandbox.connect(version);
      const { id } = await hubspot.contacts.create({ email: 'ada@example.test' });
      await hubspot.contacts.erase(id);
      await expect(hubspot.contacts.create({ email: 'ada@example.test' })).rejects.toMatchObject({
        name: 'HubSpotError',
        detail: { kind: expect.stringMatching(/^(invalid|conflict)$/) },
      });
    },
  );

  test.skipIf(onRealPortal('the gateway never merges: only people do, and it cannot be undone'))(
    'E12: each old id of a contact merged twice answers the living one, which names them all',
    async () => {
      const { hubspot, at, control } = await sandbox.connect(version);
      const contacts = ['ada', 'bob', 'eve'].map((name) => ({
        properties: { email: `${name}@example.test` },
      }));
      const { ids } = await control<{ ids: [string, string, string] }>('POST', `${at}/contacts`, {
        contacts,
      });
      const merge = (primaryId: string, otherId: string) =>
        control<{ id: string }>('POST', `${at}/contacts/merge`, { primaryId, otherId });
      const first = await merge(ids[0], ids[1]);
      const second = await merge(first.id, ids[2]);
      const options = { properties: ['email'] };
      const old = [...ids, first.id];
      for (const id of old) {
        const record = await hubspot.contacts.read(id, options);
        expect(record.id).toBe(second.id);
        expect(record.mergedIds.toSorted()).toEqual(old.toSorted());
      }
      const stranger = await hubspot.contacts.create({ email: 'stranger@example.test' });
      const lookups = await hubspot.contacts.readMany([stranger.id, second.id], options);
      expect(lookups.map(({ record }) => record?.mergedIds.length)).toEqual([0, old.length]);
      const { results } = await hubspot.contacts.page({ after: null, properties: [] });
      expect(results.map(({ mergedIds }) => mergedIds.length).toSorted()).toEqual([0, old.length]);
      const window = { from: '2026-01-01T00:00:00.000Z', to: '2100-01-01T00:00:00.000Z', afterId: null };
      for (const properties of [[], manyProperties]) {
        const changed = await hubspot.changed({ objectType: 'contact', ...window, properties });
        expect(changed.find(({ id }) => id === second.id)?.mergedIds.toSorted()).toEqual(old.toSorted());
      }
      await hubspot.contacts.update(ids[1], { firstname: 'Ada' });
      expect(
        (await hubspot.contacts.read(second.id, { properties: ['firstname'] })).properties,
      ).toMatchObject({ firstname: 'Ada' });
      expect(await hubspot.contacts.erase(ids[2])).toBe('erased');
      await expect(hubspot.contacts.read(second.id, options)).rejects.toMatchObject({
        detail: { kind: 'not-found' },
      });
    },
  );
});
