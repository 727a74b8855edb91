import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { versions } from './gateway-on-sandbox.ts';
import { type PortalUnderTest, portalUnderTest } from './portal-under-test.ts';

let portal: PortalUnderTest;
beforeAll(async () => {
  portal = await portalUnderTest();
});
afterAll(async () => {
  await portal[Symbol.asyncDispose]();
});

describe.each(versions)('notes under %s', (version) => {
  test('facts §10: a note about a contact and a deal is made, and has an id', async () => {
    const { hubspot, contact, deal } = await portal.open(version);
    const person = await contact();
    const made = await deal(person.id);
    const note = await hubspot.notes.create({
      text: 'Referred by a customer',
      at: new Date().toISOString(),
      about: [
        { objectType: 'contact', id: person.id },
        { objectType: 'deal', id: made.id },
      ],
    });
    expect(note).toMatch(/^\d+$/);
  });
});
