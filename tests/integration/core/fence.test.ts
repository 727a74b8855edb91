import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closeConnection, holdEpoch } from '../../../db/queries/connections.ts';
import { wantValues } from '../../../db/queries/crm-writes.ts';
import { connectionFence, tokenStore } from '../../../db/queries/system/fence.ts';
import { drainCrmWrites } from '../../../worker/loops/drain.ts';
import { eventually } from '../../support/time.ts';
import { aConnection, connect, freshTokens, type TestConnection } from './a-campaign.ts';
import { aCrm } from './a-crm.ts';
import { aGate, box, type Core, log, someoneWaits, startCore } from './core-under-test.ts';

let core: Core;
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core?.stop());

const read = (connectionId: string) => connectionFence(core.here.system, box).read(connectionId);
const disconnect = ({ workspaceId, connectionId }: TestConnection) =>
  core.there.app.inWorkspace(workspaceId, (tx) => closeConnection(tx, connectionId, 'asked'));
const stale = async ({ connectionId }: TestConnection) => (await read(connectionId))?.accessToken ?? null;

describe('tokens', () => {
  test('facts §1: of many who find the token stale, in two processes, one exchanges it', async () => {
    const connection = await aConnection(core);
    const staleAccessToken = await stale(connection);
    const fresh = freshTokens();
    let exchanges = 0;
    const refresh = (system: Core['here']['system']) =>
      tokenStore(system, box).refresh({
        ...connection,
        staleAccessToken,
        exchange: async () => {
          exchanges += 1;
          await eventually('the others wait', () => someoneWaits(core));
          return fresh;
        },
      });
    const outcomes = await Promise.all(
      [core.here, core.there, core.here, core.there].map(({ system }) => refresh(system)),
    );
    expect(outcomes).toEqual(['refreshed', 'refreshed', 'refreshed', 'refreshed']);
    expect(exchanges).toBe(1);
    expect((await read(connection.connectionId))?.accessToken).toBe(fresh.accessToken);
  });

  test('S86: a disconnect does not wait for a refresh on its way, and its answer revives nothing', async () => {
    const connection = await aConnection(core);
    const [asked, gate] = [aGate(), aGate()];
    const refreshing = tokenStore(core.here.system, box).refresh({
      ...connection,
      staleAccessToken: await stale(connection),
      exchange: async () => {
        asked.open();
        await gate.passed;
        return freshTokens();
      },
    });
    await asked.passed;
    await disconnect(connection);
    gate.open();
    expect(await refreshing).toBe('closed');
    expect(await read(connection.connectionId)).toMatchObject({
      status: 'disconnected',
      epoch: connection.epoch + 1,
      accessToken: null,
    });
  });

  test('S88: nor does it replace the tokens of a reconnect', async () => {
    const connection = await aConnection(core);
    let again: string | null = null;
    const outcome = await tokenStore(core.here.system, box).refresh({
      ...connection,
      staleAccessToken: await stale(connection),
      exchange: async () => {
        await disconnect(connection);
        await connect({ here: core.there }, connection.workspaceId, connection.portalId);
        again = await stale(connection);
        return freshTokens();
      },
    });
    expect(outcome).toBe('closed');
    expect(await stale(connection)).toBe(again);
    expect(await read(connection.connectionId)).toMatchObject({
      status: 'active',
      epoch: connection.epoch + 2,
    });
  });

  test('a refusal under an old epoch does not mark the reconnected account', async () => {
    const connection = await aConnection(core);
    await disconnect(connection);
    await connect(core, connection.workspaceId, connection.portalId);
    await tokenStore(core.here.system, box).markReconnectNeeded({
      ...connection,
      reason: 'BAD_REFRESH_TOKEN',
    });
    expect((await read(connection.connectionId))?.status).toBe('active');
  });

  test('an exchange that fails leaves the token as it was, and the next one is not held up', async () => {
    const connection = await aConnection(core);
    const staleAccessToken = await stale(connection);
    const attempt = (exchange: () => Promise<ReturnType<typeof freshTokens>>) =>
      tokenStore(core.here.system, box).refresh({ ...connection, staleAccessToken, exchange });
    await expect(
      attempt(async () => {
        throw new Error('the network');
      }),
    ).rejects.toThrow('the network');
    expect(await stale(connection)).toBe(staleAccessToken);
    expect(await attempt(async () => freshTokens())).toBe('refreshed');
  });
});

describe('the second half of the fence', () => {
  test('S86: a disconnect waits for who stores an answer, and refuses whoever comes later', async () => {
    const connection = await aConnection(core);
    const { workspaceId, connectionId, epoch } = connection;
    const [held, gate] = [aGate(), aGate()];
    const storing = core.here.app.inWorkspace(workspaceId, async (tx) => {
      const open = await holdEpoch(tx, connectionId, epoch);
      held.open();
      await gate.passed;
      return open;
    });
    await held.passed;
    let closed = false;
    const closing = disconnect(connection).then(() => {
      closed = true;
    });
    await eventually('the disconnect waits', () => someoneWaits(core));
    expect(closed).toBe(false);
    gate.open();
    expect(await storing).toBe(true);
    await closing;
    expect(await core.here.app.inWorkspace(workspaceId, (tx) => holdEpoch(tx, connectionId, epoch))).toBe(
      false,
    );
  });
});

describe('the drain', () => {
  const wanted = (connection: TestConnection, objectId: string, value: string) =>
    core.here.app.inWorkspace(connection.workspaceId, (tx) =>
      wantValues(
        tx,
        { workspaceId: connection.workspaceId, connectionId: connection.connectionId },
        ['friends', 'link'].map((property) => ({ objectType: 'contact', objectId, property, value })),
      ),
    );
  const drain = (crm: ReturnType<typeof aCrm>, { system }: Core['here'] = core.here) =>
    drainCrmWrites({ db: system, openHubSpot: crm.open, log });
  const open = ({ connectionId }: TestConnection) =>
    core.rows<{ version: number; sent_version: number }>(sql`
      select version, sent_version from crm_writes where connection_id = ${connectionId} and sent_version < version`);

  test('S23: sends the newest value once; one that is wanted meanwhile stays wanted', async () => {
    const connection = await aConnection(core);
    const crm = aCrm();
    const { id } = crm.put('drained@example.com');
    await wanted(connection, id, '1');
    crm.onCall = async () => {
      crm.onCall = () => undefined;
      await wanted(connection, id, '2');
    };
    await drain(crm);
    expect(await open(connection)).toEqual([
      { version: 2, sent_version: 1 },
      { version: 2, sent_version: 1 },
    ]);
    await drain(crm);
    await drain(crm);
    expect(await open(connection)).toEqual([]);
    expect(crm.calls).toEqual(['contact.updateMany', 'contact.updateMany']);
  });

  test('invariant 5: an answer that comes after a disconnect changes no row', async () => {
    const connection = await aConnection(core);
    const crm = aCrm();
    const { id } = crm.put('fenced@example.com');
    await wanted(connection, id, '1');
    crm.onCall = async () => void (await disconnect(connection));
    await drain(crm);
    expect(await open(connection)).toEqual([
      { version: 1, sent_version: 0 },
      { version: 1, sent_version: 0 },
    ]);
  });

  test('two processes never send the same connection at once', async () => {
    const connection = await aConnection(core);
    const crm = aCrm();
    const { id } = crm.put('single@example.com');
    await wanted(connection, id, '1');
    const [asked, gate] = [aGate(), aGate()];
    crm.onCall = async () => {
      asked.open();
      await gate.passed;
    };
    const sending = drain(crm);
    await asked.passed;
    await drain(crm, core.there);
    gate.open();
    await sending;
    expect(crm.calls).toEqual(['contact.updateMany']);
  });
});
