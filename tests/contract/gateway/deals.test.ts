import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SandboxUnderTest, sandboxUnderTest, versions } from './gateway-on-sandbox.ts';
import { onRealPortal } from './portal-under-test.ts';

let sandbox: SandboxUnderTest;
beforeAll(async () => {
  sandbox = await sandboxUnderTest();
});
afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

const referralId = {
  name: 'vouchflow_referral_id',
  label: 'Vouchflow referral',
  type: 'string',
  fieldType: 'text',
  hasUniqueValue: true,
} as const;
const deal = (reference: string) => ({
  dealname: 'Ada',
  pipeline: 'default',
  dealstage: 'appointmentscheduled',
  amount: '99.50',
  vouchflow_referral_id: reference,
});

const aDealOf = (contactIds: string[]) => ({
  properties: { dealname: 'A', pipeline: 'default', dealstage: 'appointmentscheduled' },
  contactIds,
});

describe.each(versions)('deals under %s', (version) => {
  test.skipIf(onRealPortal('it would leave a property in the account'))(
    'design §3: a deal is made once: the taken reference is a conflict, and leads to the deal',
    async () => {
      const { hubspot } = await sandbox.connect(version);
      await hubspot.properties.ensure('deal', [referralId]);
      const contact = await hubspot.contacts.create({ email: 'ada@example.test' });
      const find = (value: string) =>
        hubspot.deals.findByUnique({ property: referralId.name, value, properties: ['amount', 'dealstage'] });
      expect(await find('ref_1')).toBeNull();
      const made = await hubspot.deals.create({ properties: deal('ref_1'), contactId: contact.id });
      await expect(
        hubspot.deals.create({ properties: deal('ref_1'), contactId: contact.id }),
      ).rejects.toMatchObject({ detail: { kind: 'conflict' } });
      expect(await find('ref_1')).toMatchObject({
        id: made.id,
        properties: { amount: '99.50', dealstage: 'appointmentscheduled' },
      });
      expect(await hubspot.associations.dealsOfContact(contact.id)).toEqual([made.id]);
    },
  );

  test.skipIf(onRealPortal('the requests are counted there'))(
    'design §3: the deals of many contacts at the same time are one call',
    async () => {
      const { hubspot, at, control, sentPaths } = await sandbox.connect(version);
      const contacts = ['ada', 'bob', 'eve'].map((name) => ({
        properties: { email: `${name}@example.test` },
      }));
      const { ids } = await control<{ ids: [string, string, string] }>('POST', `${at}/contacts`, {
        contacts,
      });
      const [ada, bob, eve] = ids;
      const deals = await control<{ ids: [string, string] }>('POST', `${at}/deals`, {
        deals: [aDealOf([ada]), aDealOf([ada, bob])],
      });
      const found = await Promise.all([ada, bob, eve].map((id) => hubspot.associations.dealsOfContact(id)));
      expect(found).toEqual([[...deals.ids], [deals.ids[1]], []]);
      expect((await sentPaths()).filter((path) => path.includes('associations'))).toHaveLength(1);
    },
  );

  test.skipIf(onRealPortal('the past is written by order'))(
    'S65: stage history of a deal is read alone and in a batch; a batch moves deals',
    async () => {
      const { hubspot, at, control } = await sandbox.connect(version);
      const contact = await hubspot.contacts.create({ email: 'ada@example.test' });
      const { vouchflow_referral_id: _, ...properties } = deal('unused');
      const [one, two] = [
        await hubspot.deals.create({ properties, contactId: contact.id }),
        await hubspot.deals.create({ properties, contactId: contact.id }),
      ];
      await control('PATCH', `${at}/deals/${one.id}`, { properties: { dealstage: 'closedwon' } });
      const options = { properties: ['dealstage'], history: ['dealstage'] };
      const read = await hubspot.deals.read(one.id, options);
      expect(read.history['dealstage']?.map(({ value }) => value)).toEqual([
        'closedwon',
        'appointmentscheduled',
      ]);
      expect(
        await hubspot.deals.updateMany([{ id: two.id, properties: { dealstage: 'closedlost' } }]),
      ).toEqual([]);
      const lookups = await hubspot.deals.readMany([one.id, two.id], options);
      expect(lookups.map(({ record }) => record?.properties['dealstage'])).toEqual([
        'closedwon',
        'closedlost',
      ]);
    },
  );

  test.skipIf(onRealPortal('it would leave a property in the account'))(
    'facts §2: a deal for a contact that does not exist is refused, and not made',
    async () => {
      const { hubspot } = await sandbox.connect(version);
      await hubspot.properties.ensure('deal', [referralId]);
      await expect(
        hubspot.deals.create({ properties: deal('ref_1'), contactId: '999999999' }),
      ).rejects.toMatchObject({ detail: { kind: 'invalid' } });
      expect(
        await hubspot.deals.findByUnique({ property: referralId.name, value: 'ref_1', properties: [] }),
      ).toBeNull();
    },
  );
});
