import { expect, test } from 'vitest';
import { type HubSpotApi, hubspotPaths } from '../../../hubspot/paths.ts';

test.each<[HubSpotApi, string[], string, string]>([
  ['objects', ['contacts', '51'], '/crm/v3/objects/contacts/51', '/crm/objects/2026-09/contacts/51'],
  [
    'objectAssociations',
    ['contacts', '51', 'associations', 'deals'],
    '/crm/v4/objects/contacts/51/associations/deals',
    '/crm/objects/2026-09/contacts/51/associations/deals',
  ],
  [
    'properties',
    ['deals', 'groups'],
    '/crm/v3/properties/deals/groups',
    '/crm/properties/2026-09/deals/groups',
  ],
  ['pipelines', ['deals'], '/crm/v3/pipelines/deals', '/crm/pipelines/2026-09/deals'],
  ['owners', [], '/crm/v3/owners', '/crm/owners/2026-09'],
  ['lists', ['search'], '/crm/v3/lists/search', '/crm/lists/2026-09/search'],
  ['oauth', ['token', 'introspect'], '/oauth/v3/token/introspect', '/oauth/2026-09/token/introspect'],
  [
    'appInstalls',
    ['external-install'],
    '/appinstalls/v3/external-install',
    '/appinstalls/2026-09/external-install',
  ],
  ['account', ['details'], '/account-info/v3/details', '/account-info/2026-09/details'],
])('facts §0: %s has a path under v3 and under a dated version', (api, segments, legacy, dated) => {
  expect(hubspotPaths('v3')(api, ...segments)).toBe(legacy);
  expect(hubspotPaths('2026-09')(api, ...segments)).toBe(dated);
});

test('a segment cannot leave its place in the path', () => {
  expect(hubspotPaths('v3')('objects', 'contacts', 'a/b?c@d.test')).toBe(
    '/crm/v3/objects/contacts/a%2Fb%3Fc%40d.test',
  );
});
