import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectionActivities } from '../../../activities/connection.ts';
import { closeConnection } from '../../../db/queries/connections.ts';
import { aCampaign } from './a-campaign.ts';
import { aCrm } from './a-crm.ts';
import { aQualified, lifecycle } from './a-qualified-referral.ts';
import { type Core, dependencies, startCore } from './core-under-test.ts';

let core: Core;
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core?.stop());

describe('a lifecycle that parks', () => {
  test('S88: a reconnect between the refusal and the pause is not slept through', async () => {
    const crm = aCrm();
    const referral = await aQualified(core, crm, { rewards: [{ holdDays: 30 }] });
    crm.onCall = async () => {
      crm.onCall = () => undefined;
      await core.there.app.inWorkspace(referral.workspaceId, async (tx) => {
        await closeConnection(tx, referral.connectionId, 'asked');
        await tx.execute(sql`
          update connections set status = 'active', epoch = epoch + 1 where id = ${referral.connectionId}`);
      });
    };
    const standing = await lifecycle(core, crm).decide(referral);
    expect(standing.parked).toBe('not-connected');
    expect(standing.deadline).not.toBeNull();
  });

  test('S86: one that is closed for good waits for a nudge and no timer', async () => {
    const crm = aCrm();
    const referral = await aQualified(core, crm, { rewards: [{ holdDays: 30 }] });
    await core.here.app.inWorkspace(referral.workspaceId, (tx) =>
      closeConnection(tx, referral.connectionId, 'asked'),
    );
    expect(await lifecycle(core, crm).decide(referral)).toMatchObject({
      parked: 'not-connected',
      deadline: null,
    });
  });
});

test('S86 S88: the grant is handed back after a disconnect, and left alone after a reconnect', async () => {
  const calls: string[] = [];
  const unexpected = async () => {
    throw new Error('This call is not part of the test');
  };
  const answer = (call: string) => async () => void calls.push(call);
  const crm = aCrm();
  const revoking = connectionActivities({
    ...dependencies(core, crm.open),
    system: core.here.system,
    reconcileSeconds: 300,
    tokens: { markReconnectNeeded: unexpected },
    oauth: {
      uninstall: answer('uninstall'),
      revoke: answer('revoke'),
      refresh: unexpected,
      introspect: unexpected,
    },
    openSecret: (sealed) => sealed,
  });
  const { workspaceId, connectionId } = await aCampaign(core);
  const close = () =>
    core.here.app.inWorkspace(workspaceId, (tx) => closeConnection(tx, connectionId, 'asked'));
  const kept = () =>
    core.rows(sql`select 1 from connection_revocations where connection_id = ${connectionId}
      and (access_token is not null or refresh_token is not null)`);

  await close();
  await revoking.revokeAndUninstall({ workspaceId, connectionId });
  expect(calls).toEqual(['uninstall', 'revoke']);
  await core.here.system.execute(
    sql`update connections set status = 'active', epoch = epoch + 1, access_token = 'a', refresh_token = 'r' where id = ${connectionId}`,
  );
  await close();
  await core.here.system.execute(
    sql`update connections set status = 'active', epoch = epoch + 1, access_token = 'a', refresh_token = 'r' where id = ${connectionId}`,
  );
  await revoking.revokeAndUninstall({ workspaceId, connectionId });
  expect(calls).toEqual(['uninstall', 'revoke']);
  expect(await kept()).toEqual([]);
});
