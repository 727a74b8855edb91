import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ownSettings } from '../../../stack/own-settings.ts';
import { surroundings } from '../../../stack/roles.ts';

function envFile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'vouchflow-env-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, '.env'), text);
  return join(folder, '.env');
}

test('without a HubSpot app of one’s own the sandbox is used', () => {
  expect(ownSettings({ HUBSPOT_CLIENT_ID: '' }, envFile('# nothing\n'))).toMatchObject({
    roles: {},
    realHubSpot: false,
  });
});

test('a HubSpot app of one’s own wins over the sandbox; the environment wins over .env', () => {
  const file = envFile(
    'HUBSPOT_CLIENT_ID=id\nHUBSPOT_CLIENT_SECRET=of-file\nHUBSPOT_APP_ID=7\nPUBLIC_URL=https://a.example\n',
  );
  const { roles, realHubSpot } = ownSettings({ HUBSPOT_CLIENT_SECRET: 'of-environment' }, file);
  expect(realHubSpot).toBe(true);
  expect(roles).toEqual({
    HUBSPOT_CLIENT_ID: 'id',
    HUBSPOT_CLIENT_SECRET: 'of-environment',
    HUBSPOT_APP_ID: '7',
    PUBLIC_URL: 'https://a.example',
  });
});

test('half a HubSpot app is refused by the names of what is missing', () => {
  expect(() => ownSettings({ HUBSPOT_APP_ID: '7' }, envFile(''))).toThrow(
    /HUBSPOT_CLIENT_ID and HUBSPOT_CLIENT_SECRET must be set too/,
  );
});

test('another database or Temporal of the user’s never reaches the embedded roles', () => {
  const env = {
    DATABASE_URL: 'postgres://elsewhere/',
    SYSTEM_DATABASE_URL: 'postgres://elsewhere/',
    TEMPORAL_ADDRESS: 'cloud:7233',
    TEMPORAL_API_KEY: 'secret',
    HUBSPOT_CLIENT_ID: 'real',
    PGPORT: '1',
    PORT: '80',
    PATH: '/bin',
  };
  expect(surroundings(env)).toEqual({ PATH: '/bin' });
  expect(
    ownSettings({ DATABASE_URL: env.DATABASE_URL, TEMPORAL_ADDRESS: env.TEMPORAL_ADDRESS }, envFile(''))
      .roles,
  ).toEqual({});
});
