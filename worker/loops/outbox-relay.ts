import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { SystemDatabase } from '../../db/client.ts';
import {
  claimOutbox,
  failOutbox,
  finishOutbox,
  type OutboxRow,
  postponeNudge,
  postponeOutbox,
  takeNudgeSlot,
} from '../../db/queries/system/outbox-claims.ts';
import { isSettled } from '../../db/queries/system/settled.ts';
import type { Nudge, WorkflowStart, WorkflowType } from '../../workflows/contract.ts';
import { isOwnFault, nudgeWorkflow, startWorkflow } from '../temporal.ts';

interface RelayDependencies {
  readonly db: SystemDatabase;
  readonly client: Client;
  readonly relayId: string;
  readonly log: Logger;
}

const batchSize = 100;
/** Calls to Temporal that are under way at once. */
const inFlight = 20;

/** Sends what the outbox holds; true when there may be more. Throws when Temporal is away, after giving rows back. */
export async function relayOutbox(deps: RelayDependencies): Promise<boolean> {
  const rows = await claimOutbox(deps.db, deps.relayId, batchSize);
  for (let first = 0; first < rows.length; first += inFlight) {
    const results = await Promise.allSettled(
      rows.slice(first, first + inFlight).map((row) => deliver(deps, row)),
    );
    const away = results.find((result) => result.status === 'rejected');
    if (!away) continue;
    await Promise.all(rows.slice(first + inFlight).map((row) => postponeOutbox(deps.db, row.id, 0)));
    throw away.reason;
  }
  return rows.length === batchSize;
}

async function deliver({ db, client, log }: RelayDependencies, row: OutboxRow): Promise<void> {
  const start: WorkflowStart = {
    workflowType: row.workflowType as WorkflowType,
    workflowId: row.workflowId,
    input: row.input as WorkflowStart['input'],
  };
  if (row.kind === 'nudge' && !(await takeNudgeSlot(db, row.workflowId))) return postponeNudge(db, row);
  try {
    const delivery = await (row.kind === 'start'
      ? startWorkflow(client, start)
      : nudgeWorkflow(client, start, row.nudge as Nudge));
    if (delivery === 'delivered' || row.kind === 'start')
      return await finishOutbox(db, row.id, { sent: true });
    if (await isSettled(db, start)) return await finishOutbox(db, row.id, { dropped: 'settled' });
    // A workflow that ended while its row is open can only be an operator's doing, or a mistake of ours.
    log.error({ workflowId: row.workflowId }, 'a closed workflow was nudged but its row is open');
    await finishOutbox(db, row.id, { dropped: 'closed-but-open' });
  } catch (error) {
    if (isOwnFault(error)) {
      const end = await failOutbox(db, row.id, (error as Error).name);
      log.warn({ outboxId: row.id, workflowId: row.workflowId, end }, 'an outbox row cannot be sent');
      return;
    }
    await postponeOutbox(db, row.id, 0).catch(() => undefined);
    throw error;
  }
}
