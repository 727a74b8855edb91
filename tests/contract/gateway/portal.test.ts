import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
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

const aList = (name: string, objectTypeId: string) => ({ name, objectTypeId, processingType: 'MANUAL' });

describe.each(versions)('a portal under %s', (version) => {
  test.skipIf(onRealPortal('the account is made for the case'))(
    'facts §1: account details name the portal, its time zone and its currency',
    async () => {
      const { hubspot, portalId } = await sandbox.connect(version, {
        timeZone: 'Europe/Berlin',
        currency: 'EUR',
      });
      await expect(hubspot.account.details()).resolves.toMatchObject({
        portalId,
        timeZone: 'Europe/Berlin',
        companyCurrency: 'EUR',
      });
    },
  );

  test.skipIf(onRealPortal('the requests are counted there'))(
    'facts §4: our properties are made once, in our group, and standard ones are told read-only where they are',
    async () => {
      const { hubspot, sentPaths } = await sandbox.connect(version);
      const link = {
        name: 'vouchflow_referral_link',
        label: 'Referral link',
        type: 'string',
        fieldType: 'text',
      } as const;
      const code = { ...link, name: 'vouchflow_referral_code', label: 'Referral code', hasUniqueValue: true };
      await hubspot.properties.ensure('contact', [link]);
      await hubspot.properties.ensure('contact', [link, code]);
      await hubspot.properties.ensure('contact', [link, code]);
      const properties = new Map(
        (await hubspot.properties.list('contact')).map((property) => [property.name, property]),
      );
      expect(properties.get(link.name)).toMatchObject({
        groupName: 'referral_program',
        custom: true,
        readOnly: false,
        hasUniqueValue: false,
      });
      expect(properties.get(code.name)).toMatchObject({ label: 'Referral code', hasUniqueValue: true });
      expect(properties.get('hs_object_id')).toMatchObject({ readOnly: true, custom: false });
      expect(properties.get('lifecyclestage')?.options.map(({ value }) => value)).toContain('customer');
      const creates = (await sentPaths()).filter((path) => /^POST .*properties.*contacts$/.test(path));
      expect(creates).toHaveLength(2);
    },
  );

  test.skipIf(onRealPortal('it would leave a property in the account'))(
    'facts §4: two who make our properties at the same time both succeed',
    async () => {
      const { hubspot } = await sandbox.connect(version);
      const code = {
        name: 'vouchflow_referral_code',
        label: 'Referral code',
        type: 'string',
        fieldType: 'text',
      } as const;
      await Promise.all([
        hubspot.properties.ensure('contact', [code]),
        hubspot.properties.ensure('contact', [code]),
      ]);
      expect(
        (await hubspot.properties.list('contact')).filter(({ name }) => name === code.name),
      ).toHaveLength(1);
    },
  );

  test('facts §4: the sales pipeline ends in won and lost', async () => {
    const { hubspot } = await portal.open(version);
    const [sales] = await hubspot.pipelines.list();
    expect(sales?.id).toBe('default');
    const outcomes = Object.fromEntries((sales?.stages ?? []).map(({ id, outcome }) => [id, outcome]));
    expect(outcomes).toMatchObject({
      appointmentscheduled: 'open',
      contractsent: 'open',
      closedwon: 'won',
      closedlost: 'lost',
    });
  });

  test.skipIf(onRealPortal('the gateway makes no lists'))(
    'S39: contact lists are found by name; their members come in pages of 250, ascending',
    async () => {
      const { hubspot, at, control, raw } = await sandbox.connect(version);
      const contacts = Array.from({ length: 260 }, (_, index) => ({
        properties: { email: `c${index}@example.test` },
      }));
      const { ids } = await control<{ ids: string[] }>('POST', `${at}/contacts`, { contacts });
      const made = await raw<{ list: { listId: string } }>(
        'POST',
        '/crm/v3/lists',
        aList('Advocates', '0-1'),
      );
      await raw('POST', '/crm/v3/lists', aList('Advocates’ deals', '0-3'));
      await raw('PUT', `/crm/v3/lists/${made.list.listId}/memberships/add`, ids.toReversed());
      expect(await hubspot.lists.search('advoc')).toMatchObject([
        { id: made.list.listId, name: 'Advocates', kind: 'static', size: 260 },
      ]);
      const first = await hubspot.lists.members({ listId: made.list.listId, after: null });
      const second = await hubspot.lists.members({ listId: made.list.listId, after: first.after });
      expect([first.results.length, second.results.length, second.after]).toEqual([250, 10, null]);
      expect([...first.results, ...second.results]).toEqual(ids);
    },
  );

  test.skipIf(onRealPortal('people act there by order'))(
    'facts §3: what changed in a window is read whole by id, more than one page of it',
    async () => {
      const { hubspot, at, control } = await sandbox.connect(version);
      const instant = '2026-11-10T12:00:00.000Z';
      const contacts = Array.from({ length: 450 }, (_, index) => ({
        properties: { email: `c${index}@example.test` },
        at: instant,
      }));
      const { ids } = await control<{ ids: string[] }>('POST', `${at}/contacts`, { contacts });
      await control('POST', `${at}/contacts`, {
        contacts: [{ properties: { email: 'late@example.test' }, at: '2026-11-10T12:00:00.001Z' }],
      });
      const seen: string[] = [];
      let afterId: string | null = null;
      for (let page = 0; page < 5; page += 1) {
        const found = await hubspot.changed({
          objectType: 'contact',
          from: instant,
          to: instant,
          afterId,
          properties: ['email'],
        });
        seen.push(...found.map(({ id }) => id));
        afterId = found.at(-1)?.id ?? afterId;
        if (found.length === 0) break;
      }
      expect(seen).toEqual(ids);
    },
  );

  test('facts §3: deals are found by their own modified-date property, once the index has them', async () => {
    const { hubspot, contact, deal } = await portal.open(version);
    const { id } = await deal((await contact()).id, { dealname: 'A' });
    const from = new Date(Date.now() - 60_000).toISOString();
    await vi.waitFor(
      async () => {
        const to = new Date(Date.now() + 60_000).toISOString();
        const afterId = String(BigInt(id) - 1n);
        const found = await hubspot.changed({
          objectType: 'deal',
          from,
          to,
          afterId,
          properties: ['dealname'],
        });
        expect(found.map((record) => [record.id, record.properties['dealname']])).toContainEqual([id, 'A']);
      },
      { timeout: 25_000, interval: 1_000 },
    );
  });

  test.skipIf(onRealPortal('the limit is overrun on purpose'))(
    'facts §7: over the limit HubSpot’s 429 becomes a wait, and the pacer hears of it',
    async () => {
      const { hubspot, ports } = await sandbox.connect(version);
      const settled = await Promise.allSettled(Array.from({ length: 112 }, () => hubspot.account.details()));
      const refused = settled.filter(({ status }) => status === 'rejected');
      expect(refused).toHaveLength(2);
      expect(refused[0]).toMatchObject({
        reason: { detail: { kind: 'retry-after', code: 'TEN_SECONDLY_ROLLING', retryAfterMs: 10_000 } },
      });
      expect(ports.drains).toContainEqual({ budget: 'general', untilMs: 10_000 });
      expect(ports.observed).toEqual([{ maximum: 110, intervalMs: 10_000 }]);
    },
  );
});
