import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiUnderTest, type Operator, startApi } from './api-under-test.ts';
import { connect, firstPortal, type HubSpotAccounts, startAccounts } from './hubspot-account.ts';

let api: ApiUnderTest;
let accounts: HubSpotAccounts;
let operator: Operator;
beforeAll(async () => {
  accounts = await startAccounts();
  const made = [
    { name: 'a_line' },
    { name: 'an_area', fieldType: 'textarea' },
    { name: 'a_count', type: 'number', fieldType: 'number' },
    { name: 'a_day', type: 'date', fieldType: 'date' },
    { name: 'a_unique_line', hasUniqueValue: true },
  ];
  for (const property of made) await accounts.addProperty(firstPortal, property);
  api = await startApi({ hubspotUrl: accounts.url });
  operator = await api.operator();
  await connect({ api, accounts, operator });
});
afterAll(async () => {
  await api.stop();
  await accounts.stop();
});

const offered = async (query: string, object = 'contacts') => {
  const { body } = await operator.call('GET', `/hubspot/properties/${object}?${query}`);
  return body.items.map(({ name }) => String(name));
};
const own = (names: readonly string[]) => names.filter((name) => /^an?_/.test(name)).toSorted();

describe('properties that can take or fill a field', () => {
  test('S33, facts §4: only those that can be written from it are offered', async () => {
    expect(own(await offered('for=referral_link'))).toEqual(['a_line', 'a_unique_line']);
    expect(own(await offered('for=number_referred'))).toEqual(['a_count', 'a_line', 'an_area']);
    expect(own(await offered('for=join_date'))).toEqual(['a_day', 'a_line', 'an_area']);
    const writable = await offered('for=source');
    expect(writable).toContain('jobtitle');
    expect(writable).not.toContain('createdate');
    expect(writable).not.toContain('hs_object_source');
  });

  test('S32: only those from which it can be filled are offered, read-only ones too', async () => {
    expect(await offered('from=language')).toContain('hs_language');
    expect(await offered('from=first_name')).toContain('hs_object_source');
    expect(own(await offered('from=first_name'))).not.toContain('a_count');
    expect(await offered('from=first_name', 'deals')).toEqual([]);
  });

  test('P21: custom fields may be asked for; what is no field is refused', async () => {
    expect(own(await offered('for=custom:size'))).toEqual(['a_line', 'an_area']);
    expect((await operator.call('GET', '/hubspot/properties/contacts?for=nonsense')).status).toBe(400);
  });

  test('S33: the deals that are made for a person invited have properties for our fields as well', async () => {
    expect(await offered('for=campaign_name', 'deals')).toContain('dealname');
    expect(await offered('for=campaign_name', 'deals')).not.toContain('amount');
  });
});

describe('lists', () => {
  const post = async (path: string, body: object) => {
    const response = await fetch(`${accounts.url}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await accounts.token(firstPortal)}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    });
    return (await response.json()) as { list: { listId: string } };
  };
  const list = (name: string, processingType: string, objectTypeId = '0-1') =>
    post('/crm/v3/lists', {
      name,
      objectTypeId,
      processingType,
      ...(processingType !== 'MANUAL' && {
        filterBranch: {
          filterBranchType: 'OR',
          filterBranches: [
            {
              filterBranchType: 'AND',
              filterBranches: [],
              filters: [
                {
                  filterType: 'PROPERTY',
                  property: 'email',
                  operation: { operationType: 'ALL_PROPERTY', operator: 'IS_KNOWN' },
                },
              ],
            },
          ],
        },
      }),
    });

  test('S29, S30: active, static and snapshot lists are told apart, each with its size; lists of others are left out', async () => {
    await post('/crm/v3/objects/contacts', { properties: { email: 'one@lists.example' } });
    await list('Fans active', 'DYNAMIC');
    await list('Fans static', 'MANUAL');
    await list('Fans then', 'SNAPSHOT');
    await list('Fans of deals', 'MANUAL', '0-3');
    await list('Others', 'MANUAL');
    const { body } = await operator.call('GET', '/hubspot/lists?query=fans');
    expect(body.items.map(({ name, kind, size }) => [name, kind, size])).toEqual([
      ['Fans active', 'active', 1],
      ['Fans static', 'static', 0],
      ['Fans then', 'snapshot', 1],
    ]);
  });

  test('S35: a list made a moment ago appears with refresh', async () => {
    const names = async (query = '') =>
      (await operator.call('GET', `/hubspot/lists${query}`)).body.items.map(({ name }) => name);
    await names('?refresh=true');
    await list('Just now', 'MANUAL');
    expect(await names()).not.toContain('Just now');
    expect(await names('?refresh=true')).toContain('Just now');
    expect(await names()).toContain('Just now');
  });
});
