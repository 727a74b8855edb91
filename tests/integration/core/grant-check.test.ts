/** Design §3: a grant that was revoked or uninstalled is noticed hourly, before any other call fails. */
import { sql } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { connectionActivities } from '../../../activities/connection.ts';
import { storeConnection } from '../../../db/queries/connections.ts';
import {
  connectionFence,
  type ReconnectNeeded,
  tokenPlace,
  tokenStore,
} from '../../../db/queries/system/fence.ts';
import { pacer } from '../../../db/queries/system/pacer.ts';
import { workspaces } from '../../../db/schema/workspaces.ts';
import { addMs } from '../../../domain/time.ts';
import { hubspotGateway } from '../../../hubspot/open-hubspot.ts';
import { hubspotApp } from '../api/api-under-test.ts';
import { type HubSpotAccounts, startAccounts } from '../api/hubspot-account.ts';
import { box, type Core, dependencies, startCore } from './core-under-test.ts';

let core: Core;
let accounts: HubSpotAccounts;
let portal = 8_000_000;
const told: ReconnectNeeded[] = [];
beforeAll(async () => {
  core = await startCore();
  accounts = await startAccounts();
});
afterEach(() => accounts.heal());
afterAll(async () => {
  await accounts.stop();
  await core.stop();
});

async function aConnection() {
  portal += 1;
  await accounts.addPortal(portal);
  const grant = await accounts.install(portal);
  const workspaceId = newId();
  await core.here.system
    .insert(workspaces)
    .values({ id: workspaceId, name: 'Test', createdAt: new Date().toISOString() });
  const stored = await core.here.app.inWorkspace(workspaceId, (tx) =>
    storeConnection(tx, box, {
      workspaceId,
      portalId: String(portal),
      scopes: [],
      timeZone: 'UTC',
      currency: 'USD',
      uiDomain: 'app.hubspot.com',
      tokens: { ...grant, expiresAt: new Date(Date.now() + 1_800_000) },
    }),
  );
  if (stored.kind !== 'connected') throw new Error('Not connected');
  const { id: connectionId, epoch } = stored.connection;
  const tokens = tokenStore(core.here.system, box, (event) => void told.push(event));
  const gateway = hubspotGateway(
    { apiUrl: accounts.url, authUrl: accounts.url, version: 'v3', ...hubspotApp },
    { fence: connectionFence(core.here.system, box), tokens, pacer: pacer(core.here.system) },
  );
  const activities = connectionActivities({
    ...dependencies(core, gateway.open),
    system: core.here.system,
    reconcileSeconds: 300,
    oauth: gateway.oauth,
    tokens,
    openSecret: (sealed, id, column) => box.open(sealed, tokenPlace(column, id)),
  });
  const asOf = new Date().toISOString();
  return {
    portalId: portal,
    reconcile: (afterMs: number) =>
      activities.reconcile({ workspaceId, connectionId, epoch, asOf: addMs(asOf, afterMs) }),
    status: async () =>
      (
        await core.rows<{ status: string; reason: string | null }>(
          sql`select status, status_reason as reason from connections where id = ${connectionId}`,
        )
      )[0],
    introspections: async () =>
      (await core.rows(sql`select 1 from portal_schema where connection_id = ${connectionId}`)).length,
  };
}

const hour = 60 * 60_000;

test('an uninstall in HubSpot is noticed by the hourly question, without any other call', async () => {
  const connection = await aConnection();
  expect(await connection.reconcile(0)).toMatchObject({ kind: 'read' });
  expect(await connection.introspections()).toBe(1);
  await accounts.uninstall(connection.portalId);
  const before = await accounts.paths(connection.portalId);

  expect(await connection.reconcile(hour)).toMatchObject({
    kind: 'read',
    summary: expect.stringContaining('connected again'),
  });
  expect(await connection.status()).toEqual({ status: 'reconnect-needed', reason: 'revoked-or-uninstalled' });
  const paths = (await accounts.paths(connection.portalId)).slice(before.length);
  expect(paths.filter((path) => path.includes('/crm/'))).toEqual([]);
  expect(told.filter(({ portalId }) => portalId === String(connection.portalId))).toHaveLength(1);
});

test('within the hour it is not asked again', async () => {
  const connection = await aConnection();
  await connection.reconcile(0);
  await accounts.fail({ path: '/oauth/.*introspect', status: 200, body: 'json', json: { active: false } });
  await connection.reconcile(hour - 1);
  expect((await connection.status())?.status).toBe('active');
  await connection.reconcile(hour);
  expect((await connection.status())?.status).toBe('reconnect-needed');
});

test('a question that nobody answers ends nothing, and is asked again by the next pass', async () => {
  const connection = await aConnection();
  await accounts.fail({ path: '/oauth/.*introspect', status: 503, body: 'html' });
  expect(await connection.reconcile(0)).toMatchObject({ summary: expect.stringContaining('changes seen') });
  expect(await connection.introspections()).toBe(0);
  await accounts.heal();
  await connection.reconcile(300_000);
  expect([await connection.introspections(), (await connection.status())?.status]).toEqual([1, 'active']);
});
