import type { Tx } from '../../db/client.ts';
import type { Campaign } from '../../db/queries/campaigns.ts';
import { type Connection, openConnection } from '../../db/queries/connections.ts';
import { enqueueStarts } from '../../db/queries/outbox.ts';
import { openSyncRun, type SyncRun, updateRun } from '../../db/queries/sync-runs.ts';
import type { SyncKind } from '../../domain/sync.ts';
import { contactSyncWorkflow } from '../../workflows/contract.ts';
import { connectFirst, Problem } from '../problem.ts';

export interface OpenedRun {
  readonly run: SyncRun;
  /** False when the same order was open already. */
  readonly started: boolean;
}

interface RunOrder {
  readonly kind: Exclude<SyncKind, 'ongoing'>;
  readonly ofRunId?: string;
  readonly onlyReason?: string | null;
}

/** The connection that a campaign or a run belongs to, if data may flow through it. */
export async function connectionOf(
  tx: Tx,
  { connectionId }: Pick<Campaign, 'connectionId'>,
  /** What to do when another account is connected. */
  otherwise = 'This campaign was configured for another HubSpot account. Save its HubSpot configuration again for this one.',
): Promise<Connection> {
  const connection = await openConnection(tx);
  if (connection?.status !== 'active') throw connectFirst();
  if (connection.id !== connectionId) throw new Problem(409, otherwise);
  return connection;
}

/**
 * S40: opens a run and the start of its workflow, both or none. A campaign has one open run: the same order again gives
 * that one, unless it is about to end; another order is told what to do first.
 */
export async function openRun(
  tx: Tx,
  { workspaceId, id: campaignId }: Campaign,
  { id: connectionId, epoch }: Connection,
  order: RunOrder,
): Promise<OpenedRun> {
  const opened = await openSyncRun(tx, { workspaceId, campaignId, connectionId, epoch, ...order });
  if (!opened.started && opened.run.wanted === 'stopped') throw beingStopped(opened.run);
  if (!opened.started && !isSameOrder(opened.run, order)) {
    throw new Problem(
      409,
      `${openRunNames[opened.run.kind]} of this campaign is open. Wait until it is done, or stop it first: POST …/campaigns/{id}/sync/stop.`,
    );
  }
  // The sync that catches up for the ongoing one is an operator's own from here on: turning that off leaves it alone.
  if (order.kind === 'sync' && opened.run.ofRunId !== null) {
    await updateRun(tx, opened.run.id, { ofRunId: null });
    return { ...opened, run: { ...opened.run, ofRunId: null } };
  }
  if (opened.started) {
    const address = contactSyncWorkflow({ workspaceId, campaignId, connectionId, syncRunId: opened.run.id });
    await enqueueStarts(tx, [{ workspaceId, address }]);
  }
  return opened;
}

/** Stopped by an operator, or because its scope is another one now; it ends with the page that is under way. */
export const beingStopped = ({ kind }: SyncRun): Problem =>
  new Problem(409, `${openRunNames[kind]} of this campaign is being stopped. Order this again in a moment.`);

const openRunNames: Readonly<Record<SyncKind, string>> = {
  sync: 'A sync',
  retry: 'A retry',
  preview: 'A preview',
  undo: 'An undo',
  ongoing: 'The ongoing sync',
};

/** Whoever starts a sync is answered with the one that catches up. */
const isSameOrder = (run: SyncRun, { kind, ofRunId, onlyReason = null }: RunOrder): boolean =>
  run.kind === kind &&
  (kind === 'sync' || ((run.ofRunId ?? undefined) === ofRunId && run.onlyReason === onlyReason));
