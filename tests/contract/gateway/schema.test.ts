import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordUrl } from '../../../hubspot/record-url.ts';
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

describe.each(versions)('what a portal says about itself under %s', (version) => {
  test('facts §1: the account names itself, its currencies, and where its records are seen', async () => {
    const { hubspot, portalId } = await portal.open(version);
    const details = await hubspot.account.details();
    expect(details.portalId).toBe(portalId);
    expect(details.companyCurrency).toMatch(/^[A-Z]{3}$/);
    expect(details.additionalCurrencies.every((currency) => /^[A-Z]{3}$/.test(currency))).toBe(true);
    expect(recordUrl(details, { objectType: 'deal', id: '51' })).toBe(
      `https://${details.uiDomain}/contacts/${portalId}/record/0-3/51`,
    );
  });

  test.skipIf(onRealPortal('it would leave a property in the account at every run'))(
    'S22: a property is made on request in a group of its own, and only once',
    async () => {
      const { hubspot } = await sandbox.connect(version);
      const property = {
        name: `vouchflow_${randomUUID().replaceAll('-', '_')}`,
        label: 'Referred',
        type: 'number',
        fieldType: 'number',
      } as const;
      const group = { name: 'vouchflow_counts', label: 'Referral counts' };
      const made = await hubspot.properties.create('contact', { property, group });
      expect(made).toMatchObject({ ...property, groupName: group.name, custom: true, readOnly: false });
      expect(await hubspot.properties.list('contact')).toContainEqual(made);
      await expect(hubspot.properties.create('contact', { property, group })).rejects.toMatchObject({
        detail: { kind: 'conflict' },
      });
      const other = { ...property, name: `${property.name}_2` };
      expect(await hubspot.properties.create('deal', { property: other })).toMatchObject({
        groupName: 'referral_program',
      });
    },
  );

  test.skipIf(onRealPortal('the gateway makes no lists'))(
    'S30: active, static and snapshot lists are told apart, each with its size; one of deals is not found',
    async () => {
      const { hubspot, raw } = await sandbox.connect(version);
      const { id } = await hubspot.contacts.create({ email: 'ada@example.test' });
      const filterBranch = {
        filterBranchType: 'OR',
        filters: [],
        filterBranches: [
          {
            filterBranchType: 'AND',
            filterBranches: [],
            filters: [
              {
                filterType: 'PROPERTY',
                property: 'email',
                operation: {
                  operationType: 'MULTISTRING',
                  operator: 'IS_EQUAL_TO',
                  values: ['ada@example.test'],
                },
              },
            ],
          },
        ],
      };
      const make = async (processingType: string, objectTypeId = '0-1') => {
        const filters = processingType === 'MANUAL' ? {} : { filterBranch };
        const { list } = await raw<{ list: { listId: string } }>('POST', '/crm/v3/lists', {
          name: `${processingType} ${objectTypeId}`,
          objectTypeId,
          processingType,
          ...filters,
        });
        return list.listId;
      };
      const [active, still, snapshot] = [await make('DYNAMIC'), await make('MANUAL'), await make('SNAPSHOT')];
      expect(await hubspot.lists.read(active)).toMatchObject({ kind: 'active', size: 1 });
      expect(await hubspot.lists.read(still)).toMatchObject({ kind: 'static', size: 0 });
      expect(await hubspot.lists.read(snapshot)).toMatchObject({ kind: 'snapshot', size: 1 });
      expect((await hubspot.lists.members({ listId: active, after: null })).results).toEqual([id]);
      for (const listId of [await make('MANUAL', '0-3'), '999999'])
        await expect(hubspot.lists.read(listId)).rejects.toMatchObject({ detail: { kind: 'not-found' } });
    },
  );

  test('facts §4: the owners of a portal are listed by the id with which a record is assigned', async () => {
    const { hubspot, contact } = await portal.open(version);
    const owners = await hubspot.owners.list();
    expect(owners.length).toBeGreaterThan(0);
    expect(new Set(owners.map(({ id }) => id)).size).toBe(owners.length);
    const [owner] = owners;
    const { id } = await contact({ hubspot_owner_id: owner?.id ?? '' });
    const { properties } = await hubspot.contacts.read(id, { properties: ['hubspot_owner_id'] });
    expect(properties['hubspot_owner_id']).toBe(owner?.id);
  });

  test.skipIf(onRealPortal('a token for tests has every scope'))(
    'facts §1: owners without their scope are a missing scope, not an empty list',
    async () => {
      const { hubspot, ports, at, control } = await sandbox.connect(version);
      const narrow = await control<{ access_token: string }>('POST', `${at}/install`, {
        scopes: ['oauth', 'crm.objects.contacts.read'],
      });
      ports.connection.accessToken = narrow.access_token;
      await expect(hubspot.owners.list()).rejects.toMatchObject({ detail: { kind: 'missing-scope' } });
    },
  );
});
