import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mergedIds, mergedIdsProperty } from '../../../hubspot/merged-ids.ts';
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
      const options = { properties: ['email', mergedIdsProperty] };
      const old = [...ids, first.id];
      for (const id of old) {
        const record = await hubspot.contacts.read(id, options);
        expect(record.id).toBe(second.id);
        expect(mergedIds(record).toSorted()).toEqual(old.toSorted());
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
