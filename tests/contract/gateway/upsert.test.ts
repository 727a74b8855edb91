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

describe.each(versions)('upserts under %s', (version) => {
  test('S46: a known address is updated and an unknown one created; again, both are updated', async () => {
    const { hubspot, contact, email, forget } = await portal.open(version);
    const known = await contact({ email: email('known') });
    const rows = [
      { key: email('new'), properties: { firstname: 'New' } },
      { key: ` ${email('known').toUpperCase()}`, properties: { firstname: 'Known' } },
    ];
    const first = await hubspot.contacts.upsertMany({ by: 'email', rows });
    expect(first.map(({ kind }) => kind)).toEqual(['created', 'updated']);
    expect(first[1]).toEqual({ kind: 'updated', key: rows[1]?.key, id: known.id });
    const again = await hubspot.contacts.upsertMany({ by: 'email', rows });
    expect(again).toEqual(first.map((outcome) => ({ ...outcome, kind: 'updated' })));
    expect((await hubspot.contacts.read(known.id, { properties: ['firstname'] })).properties).toMatchObject({
      firstname: 'Known',
    });
    for (const row of again) if (row.kind !== 'refused') forget(row.id);
  });

  test('reliability A2.7: a row that HubSpot refuses is told by its key, and the others are written', async () => {
    const { hubspot, email, forget } = await portal.open(version);
    const rows = ['a', 'b', 'c'].map((name) => ({
      key: email(name),
      properties: { firstname: name, lifecyclestage: name === 'b' ? 'no such stage' : 'lead' },
    }));
    const outcomes = await hubspot.contacts.upsertMany({ by: 'email', rows });
    expect(outcomes.map(({ kind }) => kind)).toEqual(['created', 'refused', 'created']);
    expect(outcomes[1]).toMatchObject({
      key: email('b'),
      failure: { kind: 'invalid', property: 'lifecyclestage', code: 'INVALID_OPTION' },
    });
    for (const row of outcomes) if (row.kind !== 'refused') forget(row.id);
  });

  test.skipIf(onRealPortal('it would leave a property in the account'))(
    'facts §2: a unique property of ours finds contacts as well as an address does',
    async () => {
      const { hubspot } = await sandbox.connect(version);
      await hubspot.properties.ensure('contact', [
        {
          name: 'vouchflow_id',
          label: 'Vouchflow id',
          type: 'string',
          fieldType: 'text',
          hasUniqueValue: true,
        },
      ]);
      const upsert = (firstname: string) =>
        hubspot.contacts.upsertMany({
          by: 'vouchflow_id',
          rows: [{ key: 'p_1', properties: { firstname } }],
        });
      const [made] = await upsert('Ada');
      const [found] = await upsert('Augusta');
      expect([made?.kind, found?.kind]).toEqual(['created', 'updated']);
      expect(found).toMatchObject({ id: made?.kind === 'created' ? made.id : 'was not made' });
    },
  );

  test.skipIf(onRealPortal('the answer is lost by order'))(
    'design §3: an upsert whose answer was lost is repeated without a second contact',
    async () => {
      const { hubspot, control, at } = await sandbox.connect(version);
      await control('PUT', '/sandbox/faults', {
        faults: [{ method: 'POST', path: '/batch/upsert$', dropResponse: true, times: 1 }],
      });
      const rows = [{ key: 'ada@example.test', properties: { firstname: 'Ada' } }];
      await expect(hubspot.contacts.upsertMany({ by: 'email', rows })).rejects.toMatchObject({
        detail: { kind: 'unavailable' },
      });
      const [again] = await hubspot.contacts.upsertMany({ by: 'email', rows });
      expect(again?.kind).toBe('updated');
      const { results } = await control<{ results: unknown[] }>('GET', `${at}/contacts`);
      expect(results).toHaveLength(1);
    },
  );
});
