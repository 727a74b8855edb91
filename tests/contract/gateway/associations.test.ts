import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CrmReference } from '../../../hubspot/gateway.ts';
import { versions } from './gateway-on-sandbox.ts';
import { type PortalUnderTest, portalUnderTest } from './portal-under-test.ts';

let portal: PortalUnderTest;
beforeAll(async () => {
  portal = await portalUnderTest();
});
afterAll(async () => {
  await portal[Symbol.asyncDispose]();
});

const aContact = (id: string): CrmReference => ({ objectType: 'contact', id });
const aDeal = (id: string): CrmReference => ({ objectType: 'deal', id });

describe.each(versions)('associations under %s', (version) => {
  test('facts §9: a deal tells all its contacts, also one that was linked later and twice', async () => {
    const { hubspot, contact, deal } = await portal.open(version);
    const [ada, bob] = [await contact(), await contact()];
    const { id } = await deal(ada.id);
    expect(await hubspot.associations.contactsOfDeal(id)).toEqual([ada.id]);
    for (let time = 0; time < 2; time += 1)
      await hubspot.associations.associate({ from: aDeal(id), to: aContact(bob.id) });
    expect((await hubspot.associations.contactsOfDeal(id)).toSorted()).toEqual([ada.id, bob.id].toSorted());
    expect(await hubspot.associations.dealsOfContact(bob.id)).toEqual([id]);
  });

  test('facts §2: a link to a record that does not exist is not found, and so is one to no id at all', async () => {
    const { hubspot, contact } = await portal.open(version);
    const { id } = await contact();
    for (const other of ['1', 'nobody']) {
      await expect(
        hubspot.associations.associate({ from: aContact(id), to: aDeal(other) }),
      ).rejects.toMatchObject({ detail: { kind: 'not-found' } });
    }
  });

  test('facts §2: who does not exist has no deals, asked alone or together with others', async () => {
    const { hubspot, contact, deal } = await portal.open(version);
    const { id } = await contact();
    const made = await deal(id);
    const dealsOfContact = (contactId: string) => hubspot.associations.dealsOfContact(contactId);
    expect(await dealsOfContact('1')).toEqual([]);
    expect(await Promise.all(['1', id].map(dealsOfContact))).toEqual([[], [made.id]]);
  });

  test('S65: referrer and referred person are linked by our label, which is made once, though two ask for it', async () => {
    const { hubspot, contact } = await portal.open(version);
    const [one, two] = await Promise.all([
      hubspot.associations.ensureReferralLabel(),
      hubspot.associations.ensureReferralLabel(),
    ]);
    expect(one).toEqual(two);
    expect(one.referrerToReferred).not.toEqual(one.referredToReferrer);
    const [referrer, referred] = [await contact(), await contact()];
    const ends = { from: aContact(referrer.id), to: aContact(referred.id) };
    await hubspot.associations.associate({ ...ends, type: one.referrerToReferred });
    const there = await hubspot.associations.labelled({ from: ends.from, to: 'contact' });
    const back = await hubspot.associations.labelled({ from: ends.to, to: 'contact' });
    expect(there.map(({ id }) => id)).toEqual([referred.id]);
    expect(there[0]?.types).toContainEqual({ ...one.referrerToReferred, label: 'Referred person' });
    expect(back.map(({ id }) => id)).toEqual([referrer.id]);
    expect(back[0]?.types).toContainEqual({ ...one.referredToReferrer, label: 'Referred by' });
  });

  test('facts §2: a type that does not lead from one to the other is refused', async () => {
    const { hubspot, contact, deal } = await portal.open(version);
    const { id } = await contact();
    const made = await deal(id);
    const type = { category: 'USER_DEFINED', typeId: 987_654 } as const;
    await expect(
      hubspot.associations.associate({ from: aContact(id), to: aDeal(made.id), type }),
    ).rejects.toMatchObject({ detail: { kind: 'invalid' } });
  });
});
