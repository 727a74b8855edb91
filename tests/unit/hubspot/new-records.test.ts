import { expect, test } from 'vitest';
import type { NewNote } from '../../../hubspot/gateway.ts';
import { gatewayUnderTest } from './gateway-under-test.ts';
import type { SeenRequest } from './scripted-server.ts';

const json = ({ text }: SeenRequest): unknown => JSON.parse(text);
const aNote: NewNote = {
  text: 'Ada & <b>Bob</b>\nreferred by "Eve"',
  at: '2026-11-24T12:00:00.000Z',
  about: [
    { objectType: 'contact', id: '51' },
    { objectType: 'deal', id: '301' },
  ],
};
const type = (associationTypeId: number) => [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId }];

test('facts §10: a note is text in HTML, and is tied to a contact by type 202 and to a deal by 214', async () => {
  await using under = await gatewayUnderTest(() => ({ status: 201, body: { id: '9001', properties: {} } }));
  await expect(under.hubspot.notes.create(aNote)).resolves.toBe('9001');
  expect(under.requests.map(({ path }) => path)).toEqual(['/crm/v3/objects/notes']);
  expect(under.requests.map(json)).toEqual([
    {
      properties: {
        hs_timestamp: aNote.at,
        hs_note_body: 'Ada &amp; &lt;b&gt;Bob&lt;/b&gt;<br>referred by &quot;Eve&quot;',
      },
      associations: [
        { to: { id: '51' }, types: type(202) },
        { to: { id: '301' }, types: type(214) },
      ],
    },
  ]);
});

test('design §3: a note without an answer may have been made: whoever repeats it must know', async () => {
  await using under = await gatewayUnderTest(() => ({ status: 502, body: '<html>Bad gateway</html>' }));
  await expect(under.hubspot.notes.create(aNote)).rejects.toMatchObject({
    detail: { kind: 'outcome-unknown', status: 502 },
  });
  expect(under.requests).toHaveLength(1);
});

const aProperty = { name: 'referral_link', label: 'Link', type: 'string', fieldType: 'text' } as const;

test('facts §4: a property goes into the group that was asked for, which somebody may have made already', async () => {
  await using under = await gatewayUnderTest(({ path, text }) =>
    path.endsWith('/groups')
      ? { status: 409, body: { category: 'OBJECT_ALREADY_EXISTS' } }
      : { status: 201, body: JSON.parse(text) },
  );
  const group = { name: 'referrals', label: 'Referrals' };
  const made = await under.hubspot.properties.create('deal', { property: aProperty, group });
  expect(made).toMatchObject({ ...aProperty, groupName: 'referrals' });
  expect(under.requests.map((request) => [request.path, json(request)])).toEqual([
    ['/crm/v3/properties/deals/groups', group],
    ['/crm/v3/properties/deals', { ...aProperty, groupName: 'referrals' }],
  ]);
});

test.each([
  [409, { category: 'OBJECT_ALREADY_EXISTS' }, 'conflict'],
  [400, { category: 'OBJECT_ALREADY_EXISTS' }, 'conflict'],
  [400, { category: 'VALIDATION_ERROR' }, 'invalid'],
  [403, { category: 'MISSING_SCOPES' }, 'missing-scope'],
  [500, {}, 'outcome-unknown'],
])('facts §4: a property that HubSpot answers with %i %j is %s', async (status, body, kind) => {
  await using under = await gatewayUnderTest(({ path }) =>
    path.endsWith('/groups') ? { status: 201, body: {} } : { status, body },
  );
  await expect(under.hubspot.properties.create('contact', { property: aProperty })).rejects.toMatchObject({
    detail: { kind },
  });
});

test('P20: erasing names the contact in the body; an outage is neither erased nor absent', async () => {
  const answers = [
    { status: 503 },
    { status: 204 },
    { status: 404, body: { message: 'resource not found' } },
  ];
  await using under = await gatewayUnderTest(() => answers.shift() ?? { status: 500 });
  await expect(under.hubspot.contacts.erase('51')).rejects.toMatchObject({ detail: { kind: 'unavailable' } });
  await expect(under.hubspot.contacts.erase('51')).resolves.toBe('erased');
  await expect(under.hubspot.contacts.erase('51')).resolves.toBe('absent');
  expect(under.requests.map((request) => [request.path, json(request)])).toEqual(
    Array.from({ length: 3 }, () => ['/crm/v3/objects/contacts/gdpr-delete', { objectId: '51' }]),
  );
});
