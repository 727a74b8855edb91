import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aSandbox, portalId, type TestSandbox } from './fixture.ts';

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await aSandbox();
});
afterAll(() => sandbox.close());

const v4 = () => sandbox.client.crm.associations.v4;
const aDeal = async () =>
  (
    await sandbox.control<{ ids: string[] }>('POST', `/portals/${portalId}/deals`, {
      deals: [{ properties: { dealname: 'A deal', dealstage: 'contractsent' } }],
    })
  ).body.ids[0] ?? '';
const aContact = () => sandbox.contact({ firstname: 'A', lastname: 'Contact' });

describe('links', () => {
  test('facts §2: the default association needs no type, may be repeated, and is seen from both ends', async () => {
    const [contact, deal] = [await aContact(), await aDeal()];
    await v4().basicApi.createDefault('deals', deal, 'contacts', contact);
    const again = await v4().basicApi.createDefault('deals', deal, 'contacts', contact);
    expect(again.results.map(({ associationSpec }) => associationSpec.associationTypeId)).toEqual([3, 4]);
    const page = await v4().basicApi.getPage('contacts', contact, 'deals');
    expect(page.results).toMatchObject([
      {
        toObjectId: Number(deal),
        associationTypes: [{ category: 'HUBSPOT_DEFINED', typeId: 4, label: null }],
      },
    ]);
    const raw = await sandbox.api<{ results: { toObjectId: unknown }[] }>(
      'GET',
      `/crm/objects/2026-09/deals/${deal}/associations/contacts`,
    );
    expect(raw.body.results[0]?.toObjectId).toBe(Number(contact));
  });

  test('facts §2: a labelled association answers 201 and keeps the plain one beside it; removal takes both', async () => {
    const [a, b] = [await aContact(), await aContact()];
    const { body } = await sandbox.api<{ results: { typeId: number }[] }>(
      'POST',
      '/crm/v4/associations/contacts/contacts/labels',
      {
        name: 'referrer',
        label: 'Referrer',
        inverseLabel: 'Referred',
      },
    );
    const typeId = body.results[0]?.typeId ?? 0;
    await v4().basicApi.create('contacts', a, 'contacts', b, [
      { associationCategory: 'USER_DEFINED', associationTypeId: typeId },
    ] as never);
    const labels = async (id: string) =>
      (await v4().basicApi.getPage('contacts', id, 'contacts')).results[0]?.associationTypes.flatMap(
        ({ label }) => label ?? [],
      );
    expect(await labels(a)).toEqual(['Referrer']);
    expect(await labels(b)).toEqual(['Referred']);
    await v4().basicApi.archive('contacts', a, 'contacts', b);
    expect((await v4().basicApi.getPage('contacts', b, 'contacts')).results).toEqual([]);
  });

  test('facts §2: a type that does not lead that way is refused', async () => {
    const [contact, deal] = [await aContact(), await aDeal()];
    const body = [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 4 }];
    const answer = await sandbox.api(
      'PUT',
      `/crm/v4/objects/deals/${deal}/associations/contacts/${contact}`,
      body,
    );
    expect(answer).toMatchObject({ status: 400, body: { message: 'One or more associations are invalid' } });
  });
});

describe('batches of links', () => {
  test('facts §2: deals of many contacts are read at once, in both path forms; who has none is told apart', async () => {
    const [contact, lonely, deal] = [await aContact(), await aContact(), await aDeal()];
    await v4().batchApi.createDefault('deals', 'contacts', {
      inputs: [{ _from: { id: deal }, to: { id: contact } }],
    });
    const typed = await v4().batchApi.getPage('contacts', 'deals', { inputs: [{ id: contact }] });
    expect(String(typed.results[0]?.to[0]?.toObjectId)).toBe(deal);
    const answer = await sandbox.api<{ results: unknown[]; errors: unknown[] }>(
      'POST',
      '/crm/associations/2026-09/contacts/deals/batch/read',
      {
        inputs: [{ id: contact }, { id: lonely }],
      },
    );
    expect(answer.status).toBe(207);
    expect(answer.body.results).toMatchObject([
      { from: { id: contact }, to: [{ toObjectId: Number(deal) }] },
    ]);
    expect(answer.body.errors).toMatchObject([
      { category: 'OBJECT_NOT_FOUND', context: { fromObjectId: [lonely] } },
    ]);
  });

  test('facts §2: up to 1,000 are read at once', async () => {
    const read = (count: number) =>
      sandbox.api('POST', '/crm/v4/associations/contacts/deals/batch/read', {
        inputs: Array.from({ length: count }, (_, index) => ({ id: String(index + 1) })),
      });
    expect((await read(1000)).status).toBe(207);
    expect((await read(1001)).status).toBe(400);
  });

  test('facts §2: archived records are nobody’s neighbours', async () => {
    const [contact, deal] = [await aContact(), await aDeal()];
    await v4().basicApi.createDefault('deals', deal, 'contacts', contact);
    await sandbox.client.crm.deals.basicApi.archive(deal);
    expect((await v4().basicApi.getPage('contacts', contact, 'deals')).results).toEqual([]);
  });
});
