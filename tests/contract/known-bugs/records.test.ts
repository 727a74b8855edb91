/** `reliability.md` A2: what stands in a record, and whose it is. */
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { saleValueOf } from '../../../domain/reward.ts';
import { aContact, gatewayUnderTest } from '../../unit/hubspot/gateway-under-test.ts';
import { type SandboxUnderTest, sandboxUnderTest } from '../gateway/gateway-on-sandbox.ts';
import { instant, readWindow } from './incremental-reader.ts';

let sandbox: SandboxUnderTest;
beforeAll(async () => {
  sandbox = await sandboxUnderTest();
});
afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

const justNow = () => ({ from: instant(Date.now() - 60_000), to: instant(Date.now() + 60_000) });

test('A2 #12: 1,200 properties are read of a page, a contact, a batch and a window without one long address', async () => {
  const { hubspot, portalId, control } = await sandbox.connect('v3');
  const [ada, bob] = [
    await hubspot.contacts.create({ email: 'ada@example.test', firstname: 'Ada' }),
    await hubspot.contacts.create({ email: 'bob@example.test', firstname: 'Bob' }),
  ];
  const properties = [...Array.from({ length: 1_200 }, (_, index) => `some_property_${index}`), 'firstname'];
  const names = (records: readonly { readonly properties: Readonly<Record<string, string | null>> }[]) =>
    records.map((record) => record.properties['firstname']);
  const both = await hubspot.contacts.readMany([ada.id, bob.id], { properties });
  const changed = await hubspot.changed({
    objectType: 'contact',
    ...justNow(),
    afterId: null,
    properties,
  });
  expect(names([await hubspot.contacts.read(ada.id, { properties })])).toEqual(['Ada']);
  expect(names((await hubspot.contacts.page({ after: null, properties })).results)).toEqual(['Ada', 'Bob']);
  expect(names(both.flatMap(({ record }) => record ?? []))).toEqual(['Ada', 'Bob']);
  expect(names(changed)).toEqual(['Ada', 'Bob']);
  const { results } = await control<{ results: { path: string; status: number }[] }>(
    'GET',
    `/sandbox/log?portalId=${portalId}`,
  );
  expect(Math.max(...results.map(({ path }) => path.length))).toBeLessThan(500);
  expect(results.filter(({ status }) => status >= 400)).toEqual([]);
});

test('A2 #14 at the gateway: after a merge both ids answer one contact, which has the deals of both, and is in the next window', async () => {
  const { hubspot, at, control } = await sandbox.connect('v3');
  const [referrer, referred] = [
    await hubspot.contacts.create({ email: 'ada@example.test' }),
    await hubspot.contacts.create({ email: 'bob@example.test' }),
  ];
  const deal = { dealname: 'A', pipeline: 'default', dealstage: 'appointmentscheduled' };
  const deals = [
    await hubspot.deals.create({ properties: deal, contactId: referrer.id }),
    await hubspot.deals.create({ properties: deal, contactId: referred.id }),
  ];
  const { id: live } = await control<{ id: string }>('POST', `${at}/contacts/merge`, {
    primaryId: referred.id,
    otherId: referrer.id,
  });
  const lookups = await hubspot.contacts.readMany([referrer.id, referred.id], { properties: [] });
  expect(lookups.map(({ askedId, record }) => [askedId, record?.id])).toEqual([
    [referrer.id, live],
    [referred.id, live],
  ]);
  const [{ record } = { record: null }] = lookups;
  expect(record?.mergedIds.toSorted()).toEqual([referrer.id, referred.id].toSorted());
  expect((await hubspot.associations.dealsOfContact(live)).toSorted()).toEqual(
    deals.map(({ id }) => id).toSorted(),
  );
  expect((await readWindow(hubspot, justNow())).records.map(({ id }) => id)).toEqual([live]);
});

test('A2 #15 at the gateway: a contact whose address changed keeps its id, shows up as changed, and frees the old address', async () => {
  const { hubspot, at, control } = await sandbox.connect('v3');
  const { id } = await hubspot.contacts.create({ email: 'ada@example.test' });
  await control('PATCH', `${at}/contacts/${id}`, { properties: { email: 'augusta@example.test' } });
  expect((await hubspot.contacts.read(id, { properties: ['email'] })).properties).toMatchObject({
    email: 'augusta@example.test',
  });
  expect((await hubspot.contacts.readByEmail('augusta@example.test', { properties: [] })).id).toBe(id);
  expect((await readWindow(hubspot, justNow())).records.map((record) => record.id)).toEqual([id]);
  const other = await hubspot.contacts.create({ email: 'ada@example.test' });
  expect(other.id).not.toBe(id);
});

/** One instant in every form that HubSpot has been seen to use. */
const forms = (ms: number): readonly (string | number)[] => [
  ms,
  String(ms),
  `${ms}.0`,
  ms + 0.25,
  new Date(ms).toISOString(),
  new Date(ms).toISOString().replace('Z', '+00:00'),
  ...(ms % 1_000 === 0 ? [new Date(ms).toISOString().replace('.000Z', 'Z')] : []),
];

test('A2 #17: one instant in any of its forms is the same instant', async () => {
  let updatedAt: string | number = 0;
  await using under = await gatewayUnderTest(() => ({ body: { ...aContact('1'), updatedAt } }));
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4_102_444_800_000 }), async (ms) => {
      for (updatedAt of forms(ms)) {
        expect((await under.hubspot.contacts.read('1', { properties: [] })).updatedAt).toBe(instant(ms));
      }
    }),
    { numRuns: 10 },
  );
});

test.each(['', ' ', 'soon', '2026-13-45', -1, 1e300, null, {}])(
  'A2 #17: %j is no instant, and never becomes 1970 or a cursor',
  async (updatedAt) => {
    await using under = await gatewayUnderTest(() => ({
      body: { results: [{ ...aContact('1'), updatedAt }] },
    }));
    await expect(readWindow(under.hubspot, justNow())).rejects.toMatchObject({
      detail: { kind: 'unavailable', code: 'UNREADABLE_ANSWER' },
    });
  },
);

test('A2 #18: an amount that is no number reaches the rules as it stands, and is for a person to settle, never 0', async () => {
  let amount: string | number | boolean | null = null;
  await using under = await gatewayUnderTest(() => {
    const record = aContact('1');
    return { body: { ...record, properties: { ...record.properties, amount } } };
  });
  const texts = ['12 apples', '1,000.00', '1.2.3', 'NaN', 'Infinity', '0x10', '--5', '1e3e3', '€5', 'true'];
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.constantFrom(...texts),
        fc
          .string({ minLength: 1 })
          .filter((text) => text.trim() !== '' && !/^[\s\d.+-]*$|^[\d.+-]+e[+-]?\d+$/i.test(text)),
      ),
      async (text) => {
        amount = text;
        const { properties } = await under.hubspot.deals.read('1', { properties: ['amount'] });
        expect(properties['amount']).toBe(text);
        expect(saleValueOf(properties['amount'] ?? null, 'EUR')).toEqual({
          kind: 'unusable',
          reason: 'not-a-number',
        });
      },
    ),
    { numRuns: 40 },
  );
  amount = 99.5;
  const { properties } = await under.hubspot.deals.read('1', { properties: ['amount'] });
  expect(properties['amount']).toBe('99.5');
});
