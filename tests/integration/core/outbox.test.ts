import { type Client, ServiceError, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { enqueueStarts } from '../../../db/queries/outbox.ts';
import { claimOutbox, finishOutbox, sweepQueues } from '../../../db/queries/system/outbox-claims.ts';
import { relayOutbox } from '../../../worker/loops/outbox-relay.ts';
import { referralWorkflow } from '../../../workflows/contract.ts';
import { eventually } from '../../support/time.ts';
import { aCampaign, aReferral } from './a-campaign.ts';
import { aGate, aWorkflow, type Core, log, nudge, someoneWaits, startCore } from './core-under-test.ts';

let core: Core;
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core?.stop());
beforeEach(async () => {
  await core.here.system.execute(sql`delete from outbox`);
});

/** Temporal's client as the relay uses it; `answer` says how a call ends. */
function aTemporal(answer: (workflowId: string) => void = () => undefined) {
  const sent: string[] = [];
  const call = async (_type: string, { workflowId }: { workflowId: string }) => {
    answer(workflowId);
    sent.push(workflowId);
  };
  return { sent, client: { workflow: { start: call, signalWithStart: call } } as unknown as Client };
}

const grpcFailure = (code: number) =>
  new ServiceError('Failed to start Workflow', {
    cause: Object.assign(new Error('grpc'), { code, details: '', metadata: {} }),
  });
const unavailable = 14;
const invalidArgument = 3;

const relay = (client: Client) => relayOutbox({ db: core.here.system, client, relayId: 'here', log });
const open = (workflowId: string) =>
  core.rows<{ failures: number; claimed_by: string | null }>(sql`
    select failures, claimed_by from outbox where workflow_id = ${workflowId}
      and sent_at is null and dropped_at is null and dead_at is null`);
/** Claims and pauses end now. */
const timePasses = () =>
  core.here.system.execute(sql`
    with slots as (update nudge_slots set nudged_at = now() - interval '3 seconds')
    update outbox set claimed_until = now() - interval '1 second' where claimed_until is not null`);

describe('no nudge is lost', () => {
  test('design §2: what is written while the relay sends is told after its commit', async () => {
    const workflow = aWorkflow();
    await core.here.system.transaction((tx) => nudge(tx, workflow));
    const [written, gate] = [aGate(), aGate()];
    const writing = core.there.system.transaction(async (tx) => {
      await nudge(tx, workflow);
      written.open();
      await gate.passed;
    });
    await written.passed;
    // The waiting nudge tells of both; sending it now would tell of what nobody can read yet.
    const { sent, client } = aTemporal();
    await relay(client);
    expect(sent).toEqual([]);
    gate.open();
    await writing;
    await relay(client);
    expect(sent).toEqual([workflow.workflowId]);
    expect(await open(workflow.workflowId)).toEqual([]);
  });

  test('design §2: what comes while a nudge is on its way is a nudge of its own', async () => {
    const workflow = aWorkflow();
    await core.here.system.transaction((tx) => nudge(tx, workflow));
    const [claimed] = await claimOutbox(core.there.system, 'there', 10);
    await core.here.system.transaction((tx) => nudge(tx, workflow));
    await finishOutbox(core.there.system, claimed?.id ?? '', { sent: true });
    const { sent, client } = aTemporal();
    await relay(client);
    expect(sent).toEqual([workflow.workflowId]);
  });

  test('a writer that meets a claim in the making waits for it and then stands beside it', async () => {
    const workflow = aWorkflow();
    await core.here.system.transaction((tx) => nudge(tx, workflow));
    const [taken, gate] = [aGate(), aGate()];
    const claiming = core.there.system.transaction(async (tx) => {
      await tx.execute(
        sql`update outbox set claimed_by = 'there', claimed_until = now() + interval '15 seconds' where workflow_id = ${workflow.workflowId}`,
      );
      taken.open();
      await gate.passed;
    });
    await taken.passed;
    const writing = core.here.system.transaction((tx) => nudge(tx, workflow));
    await eventually('the writer waits', () => someoneWaits(core));
    gate.open();
    await Promise.all([claiming, writing]);
    expect(await open(workflow.workflowId)).toHaveLength(2);
  });

  test('two that nudge the same workflows in opposite orders do not meet in a deadlock', async () => {
    const workflows = Array.from({ length: 200 }, aWorkflow);
    for (let round = 0; round < 5; round += 1) {
      await Promise.all([
        core.here.system.transaction((tx) => nudge(tx, ...workflows)),
        core.there.system.transaction((tx) => nudge(tx, ...workflows.toReversed())),
      ]);
    }
    expect(await core.rows(sql`select 1 from outbox`)).toHaveLength(200);
  });

  test('S88: ten thousand at once are one transaction', async () => {
    const workflows = Array.from({ length: 10_000 }, aWorkflow);
    await core.here.system.transaction(async (tx) => {
      await nudge(tx, ...workflows);
      await enqueueStarts(
        tx,
        workflows.map(({ workspaceId, ...address }) => ({ workspaceId, address })),
      );
    });
    expect(await core.rows(sql`select count(*)::int as rows from outbox`)).toEqual([{ rows: 20_000 }]);
  });
});

describe('nudges fold', () => {
  test('design §2: one workflow is nudged once in two seconds, and all that comes meanwhile is one more nudge', async () => {
    const workflow = aWorkflow();
    const { sent, client } = aTemporal();
    for (let n = 0; n < 5; n += 1) {
      await core.here.system.transaction((tx) => nudge(tx, workflow));
      await relay(client);
    }
    expect(sent).toHaveLength(1);
    expect(await open(workflow.workflowId)).toHaveLength(1);
    await timePasses();
    await relay(client);
    expect(sent).toHaveLength(2);
    expect(await open(workflow.workflowId)).toEqual([]);
    const ends = await core.rows(
      sql`select reason, count(*)::int as rows from outbox where dropped_at is not null group by reason`,
    );
    expect(ends).toEqual([{ reason: 'folded', rows: 3 }]);
  });

  test('design §2: a nudge of a workflow that ended is dropped when its row is settled, and told when it is not', async () => {
    const referral = await aReferral(core, await aCampaign(core));
    const address = referralWorkflow(referral);
    const closed = aTemporal(() => {
      throw new WorkflowExecutionAlreadyStartedError('closed', address.workflowId, address.workflowType);
    });
    const endOf = async () => {
      await core.here.system.transaction((tx) =>
        nudge(tx, { workspaceId: referral.workspaceId, ...address }),
      );
      await timePasses();
      await relay(closed.client);
      const rows = await core.rows<{ reason: string }>(
        sql`select reason from outbox order by id desc limit 1`,
      );
      return rows[0]?.reason;
    };
    expect(await endOf()).toBe('closed-but-open');
    await core.here.system.execute(
      sql`update referrals set settled_at = now() where id = ${referral.referralId}`,
    );
    expect(await endOf()).toBe('settled');
  });
});

describe('claims', () => {
  test('a dead relay keeps its rows for fifteen seconds and no longer', async () => {
    const workflow = aWorkflow();
    await core.here.system.transaction((tx) => nudge(tx, workflow));
    expect(await claimOutbox(core.there.system, 'dead', 10)).toHaveLength(1);
    expect(await claimOutbox(core.here.system, 'here', 10)).toEqual([]);
    const [claim] = await core.rows<{ seconds: number }>(
      sql`select extract(epoch from claimed_until - now())::float8 as seconds from outbox`,
    );
    expect(claim?.seconds).toBeGreaterThan(10);
    expect(claim?.seconds).toBeLessThanOrEqual(15);
    await timePasses();
    expect(await claimOutbox(core.here.system, 'here', 10)).toHaveLength(1);
  });

  test('two relays never claim the same row', async () => {
    await core.here.system.transaction((tx) => nudge(tx, ...Array.from({ length: 300 }, aWorkflow)));
    const claims = await Promise.all(
      [core.here, core.there, core.here, core.there].map(({ system }, n) =>
        claimOutbox(system, `relay-${n}`, 75),
      ),
    );
    const ids = claims.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(300);
  });

  test('design §2: a row that Temporal refuses is dead after twenty failures of its own and holds nobody up', async () => {
    const [poison, healthy] = [aWorkflow(), aWorkflow()];
    await core.here.system.transaction((tx) => nudge(tx, poison, healthy));
    const { sent, client } = aTemporal((workflowId) => {
      if (workflowId === poison.workflowId) throw grpcFailure(invalidArgument);
    });
    for (let n = 0; n < 19; n += 1) {
      await relay(client);
      await timePasses();
    }
    expect(sent).toEqual([healthy.workflowId]);
    expect(await open(poison.workflowId)).toMatchObject([{ failures: 19 }]);
    await relay(client);
    expect(await open(poison.workflowId)).toEqual([]);
    expect(await core.rows(sql`select reason from outbox where dead_at is not null`)).toHaveLength(1);
  });

  test('design §2: while Temporal is away nothing is blamed, and everything goes out afterwards', async () => {
    const workflows = Array.from({ length: 50 }, aWorkflow);
    await core.here.system.transaction((tx) => nudge(tx, ...workflows));
    let away = true;
    const { sent, client } = aTemporal(() => {
      if (away) throw grpcFailure(unavailable);
    });
    for (let n = 0; n < 25; n += 1) {
      await expect(relay(client)).rejects.toThrow('Failed to start Workflow');
      await timePasses();
    }
    expect(await core.rows(sql`select distinct failures, claimed_by from outbox`)).toEqual([
      { failures: 0, claimed_by: null },
    ]);
    away = false;
    await timePasses();
    await relay(client);
    expect(new Set(sent).size).toBe(50);
  });

  test('sent rows leave after seven days, the others stay', async () => {
    const [old, fresh, waiting] = [aWorkflow(), aWorkflow(), aWorkflow()];
    await core.here.system.transaction((tx) => nudge(tx, old, fresh, waiting));
    const sentAgo = (workflowId: string, days: number) =>
      core.here.system.execute(
        sql`update outbox set sent_at = now() - make_interval(days => ${days}) where workflow_id = ${workflowId}`,
      );
    await sentAgo(old.workflowId, 8);
    await sentAgo(fresh.workflowId, 6);
    expect(await sweepQueues(core.here.system)).toBe(false);
    const left = await core.rows<{ workflow_id: string }>(sql`select workflow_id from outbox`);
    expect(left.map((row) => row.workflow_id).sort()).toEqual([fresh.workflowId, waiting.workflowId].sort());
  });
});
