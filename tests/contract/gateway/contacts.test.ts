import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { app, type SandboxUnderTest, sandboxUnderTest, versions } from './gateway-on-sandbox.ts';
import { onRealPortal, type PortalUnderTest, portalUnderTest } from './portal-under-test.ts';

let portal: PortalUnderTest;
let sandbox: SandboxUnderTest;
beforeAll(async () => {
  [portal, sandbox] = await Promise.all([portalUnderTest(), sandboxUnderTest()]);
});
afterAll(async () => {
  await Promise.all([portal[Symbol.asyncDispose](), sandbox[Symbol.asyncDispose]()]);
});

describe.each(versions)('contacts under %s', (version) => {
  test.skipIf(onRealPortal('the token there is of another app'))(
    'S43: a new contact comes back with its id, its values and its origin in our app',
    async () => {
      const { hubspot } = await sandbox.connect(version);
      const made = await hubspot.contacts.create({
        email: ' Ada@Example.test ',
        firstname: 'Ada',
        lastname: null,
      });
      expect(made.properties['email']).toBe('ada@example.test');
      const read = await hubspot.contacts.read(made.id, {
        properties: ['firstname', 'lastname', 'hs_object_source', 'hs_object_source_id'],
      });
      expect(read).toMatchObject({
        id: made.id,
        archived: false,
        properties: {
          firstname: 'Ada',
          lastname: null,
          hs_object_source: 'INTEGRATION',
          hs_object_source_id: app.appId,
        },
      });
    },
  );

  test('S46: a taken address is a conflict that names its owner, in whatever spelling it is asked', async () => {
    const { hubspot, contact, email } = await portal.open(version);
    const { id } = await contact({ email: email('ada') });
    await expect(hubspot.contacts.create({ email: ` ${email('ada').toUpperCase()}` })).rejects.toMatchObject({
      detail: { kind: 'conflict', status: 409, existingId: id },
    });
    expect((await hubspot.contacts.readByEmail(email('ada').toUpperCase(), { properties: [] })).id).toBe(id);
  });

  test.skipIf(onRealPortal('people act there by order'))(
    'S46: an existing contact is never duplicated: the conflict names the one that exists',
    async () => {
      const { hubspot, at, control } = await sandbox.connect(version);
      const { ids } = await control<{ ids: string[] }>('POST', `${at}/contacts`, {
        contacts: [{ properties: { email: 'ada@example.test' } }],
      });
      await expect(hubspot.contacts.create({ email: 'ADA@example.test' })).rejects.toMatchObject({
        detail: { kind: 'conflict', status: 409, existingId: ids[0] },
      });
      expect((await hubspot.contacts.readByEmail('Ada@Example.test', { properties: [] })).id).toBe(ids[0]);
      expect((await hubspot.contacts.page({ after: null, properties: [] })).results).toHaveLength(1);
    },
  );

  test('facts §2: refused values name the property and the code, and nothing is written', async () => {
    const { hubspot, email } = await portal.open(version);
    await expect(
      hubspot.contacts.create({ email: email('ada'), no_such_property: 'x' }),
    ).rejects.toMatchObject({
      detail: { kind: 'invalid', status: 400, property: 'no_such_property', code: 'PROPERTY_DOESNT_EXIST' },
    });
    await expect(
      hubspot.contacts.create({ email: email('ada'), lifecyclestage: 'friend' }),
    ).rejects.toMatchObject({
      detail: { kind: 'invalid', property: 'lifecyclestage', code: 'INVALID_OPTION' },
    });
    await expect(hubspot.contacts.readByEmail(email('ada'), { properties: [] })).rejects.toMatchObject({
      detail: { kind: 'not-found' },
    });
  });

  test.skipIf(onRealPortal('the past is written by order'))(
    'S68: a reading holds the history of a property, newest first',
    async () => {
      const { hubspot, at, control } = await sandbox.connect(version);
      const contact = {
        properties: { email: 'ada@example.test', lifecyclestage: 'lead' },
        at: '2026-11-01T10:00:00.000Z',
      };
      const { ids } = await control<{ ids: [string] }>('POST', `${at}/contacts`, { contacts: [contact] });
      await control('PATCH', `${at}/contacts/${ids[0]}`, {
        properties: { lifecyclestage: 'customer' },
        at: '2026-11-05T10:00:00.000Z',
      });
      const options = { properties: ['lifecyclestage'], history: ['lifecyclestage'] };
      const expected = [
        { value: 'customer', at: '2026-11-05T10:00:00.000Z' },
        { value: 'lead', at: '2026-11-01T10:00:00.000Z' },
      ];
      expect((await hubspot.contacts.read(ids[0], options)).history['lifecyclestage']).toEqual(expected);
      const other = await hubspot.contacts.create({ email: 'bob@example.test' });
      const [lookup] = await hubspot.contacts.readMany([ids[0], other.id], options);
      expect(lookup?.record?.history['lifecyclestage']).toEqual(expected);
    },
  );

  test.skipIf(onRealPortal('the requests are counted there'))(
    'design §3: fifty readers at the same time cost one call',
    async () => {
      const { hubspot, at, control, sentPaths } = await sandbox.connect(version);
      const contacts = Array.from({ length: 50 }, (_, index) => ({
        properties: { email: `c${index}@example.test` },
      }));
      const { ids } = await control<{ ids: string[] }>('POST', `${at}/contacts`, { contacts });
      const read = await Promise.all(
        ids.map((id) => hubspot.contacts.read(id, { properties: ['email'], history: ['email'] })),
      );
      expect(read.map(({ id }) => id)).toEqual(ids);
      expect((await sentPaths()).filter((path) => path.includes('batch/read'))).toHaveLength(1);
    },
  );

  test.skipIf(onRealPortal('only people merge'))(
    'facts §9: a merged contact is found under its old ids, alone and in a batch, under its new one',
    async () => {
      const { hubspot, at, control } = await sandbox.connect(version);
      const contacts = ['ada', 'bob', 'eve'].map((name) => ({
        properties: { email: `${name}@example.test` },
      }));
      const { ids } = await control<{ ids: [string, string, string] }>('POST', `${at}/contacts`, {
        contacts,
      });
      const [ada, bob, eve] = ids;
      const { id: live } = await control<{ id: string }>('POST', `${at}/contacts/merge`, {
        primaryId: ada,
        otherId: bob,
      });
      expect([ada, bob]).not.toContain(live);
      expect((await hubspot.contacts.read(bob, { properties: ['email'] })).id).toBe(live);
      const lookups = await hubspot.contacts.readMany([eve, bob, ada, '999999999'], {
        properties: ['email'],
      });
      expect(lookups.map(({ askedId, record }) => [askedId, record?.id ?? null])).toEqual([
        [eve, eve],
        [bob, live],
        [ada, live],
        ['999999999', null],
      ]);
    },
  );

  test.skipIf(onRealPortal('people act there by order'))(
    'facts §2: an archived contact is not found',
    async () => {
      const { hubspot, at, control } = await sandbox.connect(version);
      const { id } = await hubspot.contacts.create({ email: 'ada@example.test' });
      await control('POST', `${at}/contacts/${id}/archive`, {});
      await expect(hubspot.contacts.read(id, { properties: [] })).rejects.toMatchObject({
        detail: { kind: 'not-found' },
      });
      await expect(hubspot.contacts.update(id, { firstname: 'Ada' })).rejects.toMatchObject({
        detail: { kind: 'not-found' },
      });
    },
  );

  test('facts §2: an update sets values and clears them', async () => {
    const { hubspot, contact } = await portal.open(version);
    const { id } = await contact({ firstname: 'Ada', lastname: 'L' });
    await hubspot.contacts.update(id, { firstname: 'Augusta', lastname: null });
    const { properties } = await hubspot.contacts.read(id, { properties: ['firstname', 'lastname'] });
    expect(properties).toMatchObject({ firstname: 'Augusta' });
    expect(properties['lastname'] ?? '').toBe('');
  });

  test.skipIf(onRealPortal('people act there by order'))(
    'reliability A2.7: of a batch with bad rows the good ones are written, and each bad one is told',
    async () => {
      const { hubspot, at, control } = await sandbox.connect(version);
      const contacts = Array.from({ length: 100 }, (_, index) => ({
        properties: { email: `c${index}@example.test` },
      }));
      const { ids } = await control<{ ids: string[] }>('POST', `${at}/contacts`, { contacts });
      const updates = ids.map((id, index) => ({
        id,
        properties: { firstname: `N${index}` } as Record<string, string>,
      }));
      updates[10] = { id: ids[10] as string, properties: { firstname: 'x', lifecyclestage: 'friend' } };
      updates[20] = { id: '999999999', properties: { firstname: 'x' } };
      updates[30] = { id: ids[30] as string, properties: { email: 'c31@example.test' } };
      const failures = await hubspot.contacts.updateMany(updates);
      expect(failures.toSorted((a, b) => Number(a.id) - Number(b.id))).toMatchObject([
        { id: ids[10], kind: 'invalid', property: 'lifecyclestage', code: 'INVALID_OPTION' },
        { id: ids[30], kind: 'conflict' },
        { id: '999999999', kind: 'not-found' },
      ]);
      const written = await hubspot.contacts.readMany(ids, { properties: ['firstname'] });
      expect(written.filter(({ record }) => record?.properties['firstname']?.startsWith('N'))).toHaveLength(
        97,
      );
    },
  );

  test.skipIf(onRealPortal('people act there by order'))(
    'S40: the list API gives every contact once, oldest first, a hundred a page',
    async () => {
      const { hubspot, at, control } = await sandbox.connect(version);
      const contacts = Array.from({ length: 230 }, (_, index) => ({
        properties: { email: `c${index}@example.test` },
      }));
      const { ids } = await control<{ ids: string[] }>('POST', `${at}/contacts`, { contacts });
      const sizes: number[] = [];
      const seen: string[] = [];
      let after: string | null = null;
      do {
        const page = await hubspot.contacts.page({ after, properties: ['email'] });
        sizes.push(page.results.length);
        seen.push(...page.results.map(({ id }) => id));
        after = page.after;
      } while (after !== null && sizes.length < 10);
      expect(sizes).toEqual([100, 100, 30]);
      expect(seen).toEqual(ids);
    },
  );

  test.skipIf(onRealPortal('the account holds other contacts'))(
    'reliability A2.12: 1,200 properties can be read of a page, and of one contact',
    async () => {
      const { hubspot } = await sandbox.connect(version);
      const { id } = await hubspot.contacts.create({ email: 'ada@example.test', firstname: 'Ada' });
      const properties = [
        ...Array.from({ length: 1_200 }, (_, index) => `unknown_property_${index}`),
        'firstname',
      ];
      const { results } = await hubspot.contacts.page({ after: null, properties });
      expect(results.map((record) => record.properties['firstname'])).toEqual(['Ada']);
      expect((await hubspot.contacts.read(id, { properties })).properties['firstname']).toBe('Ada');
    },
  );

  test.skipIf(onRealPortal('the answer is lost by order'))(
    'design §3: a create that was done and whose answer was lost is of unknown outcome; HubSpot has it once',
    async () => {
      const { hubspot, control } = await sandbox.connect(version);
      await control('PUT', '/sandbox/faults', {
        faults: [{ method: 'POST', path: '/contacts$', dropResponse: true, times: 1 }],
      });
      await expect(hubspot.contacts.create({ email: 'ada@example.test' })).rejects.toMatchObject({
        detail: { kind: 'outcome-unknown' },
      });
      await expect(hubspot.contacts.create({ email: 'ada@example.test' })).rejects.toMatchObject({
        detail: { kind: 'conflict' },
      });
    },
  );
});
