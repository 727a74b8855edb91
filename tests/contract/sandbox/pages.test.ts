import { afterAll, beforeAll, expect, test } from 'vitest';
import { aSandbox, portalId, send, type TestSandbox } from './fixture.ts';

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await aSandbox();
});
afterAll(() => sandbox.close());

const page = (path: string) => send<string>(`${sandbox.url}${path}`, 'GET');
const submit = (path: string, form: Record<string, string>) =>
  send<string>(`${sandbox.url}${path}`, 'POST', { form });
const properties = async (type: 'contacts' | 'deals', id: string) =>
  (await sandbox.control<{ properties: Record<string, string> }>('GET', `/portals/${portalId}/${type}/${id}`))
    .body.properties;

test('the list finds people by any script, and escapes what they are called', async () => {
  await sandbox.contact({
    firstname: 'Олена',
    lastname: '<script>alert(1)</script>',
    email: 'olena@pages.example',
  });
  await sandbox.contact({ firstname: 'Someone', lastname: 'Else' });
  const found = await page(`/?q=${encodeURIComponent('олена')}`);
  expect(found.body).toContain('olena@pages.example');
  expect(found.body).not.toContain('Someone');
  expect(found.body).not.toContain('<script>alert');
  expect(found.body).toContain('&#60;script&#62;');
});

test('S2: the list shows the referral link once there is a property for it', async () => {
  await sandbox.api('POST', '/crm/v3/properties/contacts', {
    name: 'my_referral_link',
    label: 'My referral link',
    groupName: 'contactinformation',
    type: 'string',
    fieldType: 'text',
  });
  await sandbox.contact({ firstname: 'Linked', my_referral_link: 'https://refer.example/r/abc' });
  const list = await page('/?q=linked');
  expect(list.body).toContain('<th>My referral link</th>');
  expect(list.body).toContain('href="https://refer.example/r/abc"');
});

test('the list is walked page by page', async () => {
  const contacts = Array.from({ length: 30 }, (_, index) => ({
    properties: { firstname: `Walker${index}` },
  }));
  await sandbox.control('POST', `/portals/${portalId}/contacts`, { contacts });
  const first = await page('/?q=walker');
  const next =
    /href="([^"]*)">Next page/.exec(first.body)?.[1]?.replaceAll('&#38;', '&').replaceAll('&#61;', '=') ?? '';
  const second = await page(next);
  expect(first.body.match(/Walker\d+/g)).toHaveLength(25);
  expect(second.body.match(/Walker\d+/g)).toHaveLength(5);
  expect(second.body).not.toContain('Next page');
});

test('S4: a person edits lifecycle and lead status on the contact’s page', async () => {
  const id = await sandbox.contact({ firstname: 'Edited', lifecyclestage: 'lead', city: 'Rome' });
  const path = `/contacts/${portalId}/record/0-1/${id}`;
  expect((await page(path)).body).toContain('Lifecycle Stage');
  const answer = await submit(path, {
    lifecyclestage: 'customer',
    hs_lead_status: 'CONNECTED',
    firstname: 'Edited',
    city: 'Oslo',
  });
  expect([answer.status, answer.headers.get('location')]).toEqual([303, path]);
  expect(await properties('contacts', id)).toMatchObject({
    lifecyclestage: 'customer',
    hs_lead_status: 'CONNECTED',
    city: 'Rome',
  });
});

test('S4: a person makes a deal for a contact on the board, and moves it to won', async () => {
  await sandbox.contact({ firstname: 'Buyer', email: 'buyer@pages.example' });
  const form = {
    dealname: 'Board deal',
    amount: '1200',
    dealstage: 'contractsent',
    pipeline: 'default',
    contact: 'buyer@pages.example',
  };
  expect((await submit(`/deals/${portalId}/new`, form)).status).toBe(303);
  const board = await page('/deals');
  expect(board.body).toContain('Board deal');
  expect(board.body).toContain('Buyer');
  const id = /record\/0-3\/(\d+)\/move/.exec(board.body)?.[1] ?? '';
  await submit(`/contacts/${portalId}/record/0-3/${id}/move`, { dealstage: 'closedwon' });
  expect(await properties('deals', id)).toMatchObject({
    dealstage: 'closedwon',
    hs_is_closed_won: 'true',
    amount: '1200',
  });
  expect((await page(`/contacts/${portalId}/record/0-3/${id}`)).body).toContain('Closed Won');
});

test('a merge and an archive on the contact’s page lead on to where the person now is', async () => {
  const [a, b] = [
    await sandbox.contact({ firstname: 'Kept' }),
    await sandbox.contact({ lastname: 'Joined' }),
  ];
  const merged = await submit(`/contacts/${portalId}/record/0-1/${a}/merge`, { other_id: b });
  const target = merged.headers.get('location') ?? '';
  expect((await page(target)).body).toContain('Kept Joined');
  expect((await submit(`${target}/archive`, {})).headers.get('location')).toBe(`/?portal=${portalId}`);
  expect((await page(target)).status).toBe(404);
});

test('the logs show what came in, failures included', async () => {
  await sandbox.api('GET', '/crm/v3/objects/contacts/abc');
  const requests = await page('/requests?path=contacts%2Fabc');
  expect(requests.body).toContain('/crm/v3/objects/contacts/abc');
  expect(requests.body).toContain('404');
  expect((await page('/webhooks')).body).toContain('The app has no webhook address.');
});

test('a mistake on a page is told on a page', async () => {
  const answer = await fetch(`${sandbox.url}/deals/${portalId}/new`, {
    method: 'POST',
    headers: { accept: 'text/html' },
    body: new URLSearchParams({
      dealname: 'x',
      dealstage: 'contractsent',
      pipeline: 'default',
      contact: '1',
    }),
  });
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain('There is no contact 1.');
});

test('S22: a person makes a property in the settings, and it can be written at once', async () => {
  const form = { type: 'contacts', label: 'Number referred!', name: '', field: 'number' };
  expect((await submit(`/settings/${portalId}/properties`, form)).status).toBe(303);
  expect((await page('/settings')).body).toContain('number_referred');
  const id = await sandbox.contact({ firstname: 'Counted', number_referred: '3' });
  expect(await properties('contacts', id)).toMatchObject({ number_referred: '3' });
  const ordered = {
    objectType: 'deals',
    name: 'reference',
    label: 'Reference',
    type: 'string',
    fieldType: 'text',
  };
  expect((await sandbox.control('POST', `/portals/${portalId}/properties`, ordered)).status).toBe(201);
  expect((await sandbox.control('POST', `/portals/${portalId}/properties`, ordered)).status).toBe(409);
});

test('design §3: an administrator takes the app out, and its next call is refused', async () => {
  const { body } = await sandbox.control<{ portalId: number }>('POST', '/portals', { currency: 'EUR' });
  const installed = await sandbox.control<{ access_token: string }>(
    'POST',
    `/portals/${body.portalId}/install`,
  );
  const settings = `/settings?portal=${body.portalId}`;
  expect((await page(settings)).body).toContain('is installed.');
  await submit(`/settings/${body.portalId}/uninstall`, {});
  expect((await page(settings)).body).toContain('is not installed here.');
  const token = installed.body.access_token;
  expect((await send(`${sandbox.url}/crm/v3/objects/contacts`, 'GET', { token })).status).toBe(401);
});

test('design §4: a failure is ordered and ended on the behaviour page', async () => {
  const behaviour = `/behaviour/${portalId}`;
  await submit(`${behaviour}/faults`, { preset: '423', times: '', path: '' });
  await submit(`${behaviour}/faults`, { preset: '477', times: '2', path: '/owners' });
  expect((await sandbox.api('GET', '/crm/v3/objects/contacts')).status).toBe(423);
  expect((await sandbox.api('GET', '/crm/v3/owners')).status).toBe(477);
  const shown = await page('/behaviour');
  expect(shown.body).toMatch(/423: [^<]*<\/td>[\s\S]*all<[\s\S]*477: [\s\S]*\/owners<[\s\S]*>1</);
  await submit(`${behaviour}/faults/end`, {});
  expect((await sandbox.api('GET', '/crm/v3/objects/contacts')).status).toBe(200);
  const order = { preset: '477', times: '1', skip: '1', path: '', retryAfterSeconds: '3600' };
  await submit(`${behaviour}/faults`, order);
  expect((await page('/behaviour')).body).toContain('1, after 1 more');
  expect((await sandbox.api('GET', '/crm/v3/objects/contacts')).status).toBe(200);
  const { status, headers } = await sandbox.api('GET', '/crm/v3/objects/contacts');
  expect([status, headers.get('retry-after')]).toEqual([477, '3600']);
});

test('design §4: limits, the search index and webhooks are set on the behaviour page', async () => {
  const behaviour = `/behaviour/${portalId}`;
  const limits = { enabled: 'on', maximum: '190', searchPerSecond: '5', dailyMaximum: '' };
  await submit(`${behaviour}/limits`, limits);
  await submit(`${behaviour}/search`, { lagSeconds: '2.5', shuffled: 'on' });
  await submit(`${behaviour}/webhooks`, { enabled: 'on', duplicate: 'on' });
  expect((await sandbox.control('GET', '/limits')).body).toMatchObject({
    enabled: true,
    maximum: 190,
    dailyMaximum: null,
  });
  expect((await sandbox.control('GET', '/search')).body).toEqual({ lagMs: 2500, shuffleSeed: 1 });
  expect((await sandbox.control('GET', '/webhooks')).body).toMatchObject({
    enabled: true,
    duplicate: true,
    shuffleSeed: null,
  });
  expect((await submit(`${behaviour}/limits`, { ...limits, maximum: '0' })).status).toBe(400);
});
