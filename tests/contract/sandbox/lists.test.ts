import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aSandbox, portalId, type TestSandbox } from './fixture.ts';

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await aSandbox();
});
afterAll(() => sandbox.close());

/** Contacts that no app made, in the order of their ids. */
async function contacts(names: readonly string[]): Promise<string[]> {
  const { body } = await sandbox.control<{ ids: string[] }>('POST', `/portals/${portalId}/contacts`, {
    contacts: names.map((firstname) => ({ properties: { firstname } })),
  });
  return body.ids;
}

async function listByHand(name: string, memberIds: readonly string[] = []): Promise<string> {
  const { listsApi, membershipsApi } = sandbox.client.crm.lists;
  const { list } = await listsApi.create({ name, objectTypeId: '0-1', processingType: 'MANUAL' });
  if (memberIds.length > 0) await membershipsApi.add(list.listId, [...memberIds]);
  return list.listId;
}

const idsIn = (page: { readonly results: readonly { readonly recordId: string }[] }) =>
  page.results.map(({ recordId }) => recordId);

describe('lists', () => {
  test('facts §5: a list is found by its id, its name and among several; deleted it is gone, and it can be restored', async () => {
    const { listsApi } = sandbox.client.crm.lists;
    const [one, two] = [await listByHand('Advocates'), await listByHand('Partners')];
    expect((await listsApi.getById(one)).list).toMatchObject({
      listId: one,
      name: 'Advocates',
      objectTypeId: '0-1',
      processingType: 'MANUAL',
      size: 0,
    });
    expect((await listsApi.getByName('Partners', '0-1')).list.listId).toBe(two);
    expect((await listsApi.getAll([one, two])).lists.map(({ listId }) => listId)).toEqual([one, two]);
    await listsApi.remove(one);
    await expect(listsApi.getById(one)).rejects.toMatchObject({ code: 404 });
    await expect(listsApi.getByName('Advocates', '0-1')).rejects.toMatchObject({ code: 404 });
    expect((await listsApi.getAll([one, two])).lists.map(({ listId }) => listId)).toEqual([two]);
    await listsApi.restore(one);
    expect((await listsApi.getById(one)).list.name).toBe('Advocates');
    await expect(listsApi.restore('999999')).rejects.toMatchObject({ code: 404 });
    expect(
      (
        await sandbox.api('POST', '/crm/v3/lists', {
          name: 'Partners',
          objectTypeId: '0-1',
          processingType: 'MANUAL',
        })
      ).status,
    ).toBe(400);
  });

  test('facts §5: members are also read in the order in which they joined, with the instant of each', async () => {
    const { membershipsApi } = sandbox.client.crm.lists;
    const ids = await contacts(['a', 'b', 'c', 'd']);
    const joined = [ids[2], ids[0], ids[3], ids[1]] as string[];
    const listId = await listByHand('In order');
    const before = Date.now();
    for (const id of joined) {
      const last = Date.now();
      await membershipsApi.add(listId, [id]);
      await expect.poll(() => Date.now()).toBeGreaterThan(last);
    }
    const first = await membershipsApi.getPageOrderedByAddedToListDate(listId, undefined, undefined, 3);
    const second = await membershipsApi.getPageOrderedByAddedToListDate(
      listId,
      first.paging?.next?.after,
      undefined,
      3,
    );
    expect([...idsIn(first), ...idsIn(second)]).toEqual(joined);
    expect(second.paging?.next).toBeUndefined();
    const instants = first.results.map(({ membershipTimestamp }) => membershipTimestamp.getTime());
    expect(instants).toEqual(instants.toSorted((a, b) => a - b));
    expect(instants[0]).toBeGreaterThanOrEqual(before);
    expect(idsIn(await membershipsApi.getPage(listId))).toEqual(ids);
  });

  test('facts §5: before alone leads back in descending order; beside an after it is not heard', async () => {
    const { membershipsApi } = sandbox.client.crm.lists;
    const ids = await contacts(['a', 'b', 'c', 'd', 'e']);
    const listId = await listByHand('Back and forth', ids);
    const first = await membershipsApi.getPage(listId, undefined, undefined, 2);
    const second = await membershipsApi.getPage(listId, first.paging?.next?.after, undefined, 2);
    const third = await membershipsApi.getPage(listId, second.paging?.next?.after, undefined, 2);
    expect([first, second, third].map(idsIn)).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
    const { before } = third.paging?.prev ?? {};
    const back = await membershipsApi.getPage(listId, undefined, before, 3);
    expect(idsIn(back)).toEqual([ids[3], ids[2], ids[1]]);
    const start = await membershipsApi.getPage(listId, undefined, back.paging?.prev?.before, 3);
    expect(idsIn(start)).toEqual([ids[0]]);
    expect(start.paging).toBeUndefined();
    const both = await membershipsApi.getPage(listId, first.paging?.next?.after, before, 2);
    expect(idsIn(both)).toEqual(ids.slice(2, 4));
    expect((await sandbox.api('GET', `/crm/v3/lists/${listId}/memberships?after=2`)).status).toBe(400);
  });

  test('facts §5: members are added and removed at once, taken from another list, and all let go', async () => {
    const { membershipsApi } = sandbox.client.crm.lists;
    const ids = (await contacts(['a', 'b', 'c'])) as [string, string, string];
    const source = await listByHand('Source', ids);
    const listId = await listByHand('Target', [ids[0]]);
    const changed = await membershipsApi.addAndRemove(listId, {
      recordIdsToAdd: [ids[1], '999999'],
      recordIdsToRemove: [ids[0], ids[2]],
    });
    expect(changed).toEqual({
      recordsIdsAdded: [ids[1]],
      recordIdsRemoved: [ids[0]],
      recordIdsMissing: ['999999'],
    });
    await membershipsApi.addAllFromList(listId, source);
    expect(idsIn(await membershipsApi.getPage(listId))).toEqual(ids);
    const { results } = await membershipsApi.getLists('0-1', ids[0]);
    expect(results.map((each) => each.listId)).toEqual([source, listId]);
    expect(results.every(({ lastAddedTimestamp }) => lastAddedTimestamp instanceof Date)).toBe(true);
    await membershipsApi.removeAll(listId);
    expect(idsIn(await membershipsApi.getPage(listId))).toEqual([]);
    expect(idsIn(await membershipsApi.getPage(source))).toEqual(ids);
  });

  test('facts §5: a snapshot is filled once and then kept by hand, and tells its size as text', async () => {
    const id = await sandbox.contact({ firstname: 'Snapped', country: 'Atlantis' });
    const filter = {
      filterType: 'PROPERTY',
      property: 'country',
      operation: { operator: 'IS_EQUAL_TO', operationType: 'STRING', value: 'Atlantis' },
    };
    const { body } = await sandbox.api<{ list: { listId: string } }>('POST', '/crm/v3/lists', {
      name: 'Atlantis',
      objectTypeId: '0-1',
      processingType: 'SNAPSHOT',
      filterBranch: {
        filterBranchType: 'OR',
        filterBranches: [{ filterBranchType: 'AND', filters: [filter] }],
      },
    });
    const size = async () => {
      const { lists } = await sandbox.client.crm.lists.listsApi.doSearch({
        listIds: [body.list.listId],
        offset: 0,
        additionalProperties: ['hs_list_size'],
      });
      return lists[0]?.additionalProperties['hs_list_size'];
    };
    const other = await sandbox.contact({ firstname: 'Late', country: 'Atlantis' });
    expect(await size()).toBe('1');
    await sandbox.client.crm.lists.membershipsApi.add(body.list.listId, [other]);
    expect(await size()).toBe('2');
    await sandbox.control('POST', `/portals/${portalId}/contacts/${id}/archive`);
    expect(await size()).toBe('1');
    await sandbox.control('POST', `/portals/${portalId}/contacts/${id}/restore`);
    expect(await size()).toBe('2');
  });

  test('facts §5: a static list is filled by hand and read 250 at a time, ascending', async () => {
    const { listsApi, membershipsApi } = sandbox.client.crm.lists;
    const ids = await contacts(Array.from({ length: 300 }, (_, index) => `m${index}`));
    const { list } = await listsApi.create({
      name: 'By hand',
      objectTypeId: '0-1',
      processingType: 'MANUAL',
    });
    const added = await membershipsApi.add(list.listId, [...ids.toReversed(), ids[0] ?? '', '999999']);
    expect(added.recordsIdsAdded).toHaveLength(300);
    expect(added.recordIdsMissing).toEqual(['999999']);
    const first = await membershipsApi.getPage(list.listId, undefined, undefined, 250);
    const second = await membershipsApi.getPage(list.listId, first.paging?.next?.after, undefined, 250);
    expect([...first.results, ...second.results].map(({ recordId }) => recordId)).toEqual(ids);
    expect(first.paging?.prev).toBeUndefined();
    expect(second.paging?.next).toBeUndefined();
    expect((await sandbox.api('GET', `/crm/v3/lists/${list.listId}/memberships?limit=251`)).status).toBe(400);
    expect((await membershipsApi.remove(list.listId, ids.slice(0, 2))).recordIdsRemoved).toHaveLength(2);
    const found = await listsApi.doSearch({ query: 'by hand', offset: 0, additionalProperties: [] });
    expect(found.lists[0]).toMatchObject({
      listId: list.listId,
      additionalProperties: { hs_list_size: '298' },
    });
  });

  test('facts §5: an active list follows its filter, and cannot be written', async () => {
    const filterBranch = {
      filterBranchType: 'OR',
      filterBranches: [
        {
          filterBranchType: 'AND',
          filters: [
            {
              filterType: 'PROPERTY',
              property: 'hs_lead_status',
              operation: { operator: 'IS_ANY_OF', operationType: 'ENUMERATION', values: ['CONNECTED'] },
            },
          ],
        },
      ],
    };
    const create = (processingType: string) =>
      sandbox.api<{ list: { listId: string } }>('POST', '/crm/lists/2026-09', {
        name: processingType,
        objectTypeId: '0-1',
        processingType,
        filterBranch,
      });
    const members = async (listId: string) =>
      (await sandbox.client.crm.lists.membershipsApi.getPage(listId)).results.map(({ recordId }) => recordId);
    const id = await sandbox.contact({ firstname: 'Talks', hs_lead_status: 'CONNECTED' });
    const active = (await create('DYNAMIC')).body.list.listId;
    const snapshot = (await create('SNAPSHOT')).body.list.listId;
    const later = await sandbox.contact({ firstname: 'Later', hs_lead_status: 'CONNECTED' });
    expect(await members(active)).toEqual([id, later]);
    expect(await members(snapshot)).toEqual([id]);
    await sandbox.control('PATCH', `/portals/${portalId}/contacts/${id}`, {
      properties: { hs_lead_status: 'NEW' },
    });
    expect(await members(active)).toEqual([later]);
    expect((await sandbox.api('PUT', `/crm/v3/lists/${active}/memberships/add`, [id])).status).toBe(400);
    await sandbox.client.crm.lists.listsApi.remove(active);
    expect((await sandbox.api('GET', `/crm/v3/lists/${active}`)).status).toBe(404);
  });
});
