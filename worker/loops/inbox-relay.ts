import type { Logger } from 'pino';
import type { SystemDatabase } from '../../db/client.ts';
import { hintKnownContacts } from '../../db/queries/identity/contact-hints.ts';
import { enqueueNudges } from '../../db/queries/outbox.ts';
import { hintContacts } from '../../db/queries/sync-hints.ts';
import {
  claimInbox,
  failInbox,
  finishInbox,
  type InboxRow,
  matchInbox,
} from '../../db/queries/system/inbox.ts';
import { matchOngoing } from '../../db/queries/system/ongoing-matches.ts';
import {
  connectionWorkflow,
  contactSyncWorkflow,
  type Nudge,
  referralWorkflow,
} from '../../workflows/contract.ts';

interface InboxDependencies {
  readonly db: SystemDatabase;
  readonly relayId: string;
  /** Our HubSpot app: its echoes of our own creates are dropped. */
  readonly appId: string;
  readonly log: Logger;
}

const batchSize = 500;

/**
 * Turns HubSpot's notices into nudges of all whom they concern, in one transaction; true when there may be more. Throws
 * when PostgreSQL is away: the claims lapse, and no notice is blamed for it.
 */
export async function relayInbox(deps: InboxDependencies): Promise<boolean> {
  const rows = await claimInbox(deps.db, deps.relayId, batchSize);
  if (rows.length === 0) return false;
  try {
    await route(deps, rows);
  } catch (error) {
    if (!isOwnFault(error)) throw error;
    // One notice may spoil the batch: each by itself, so that only the culprit is blamed.
    for (const row of rows) await routeOrBlame(deps, row);
  }
  return rows.length === batchSize;
}

async function routeOrBlame(deps: InboxDependencies, row: InboxRow): Promise<void> {
  try {
    await route(deps, [row]);
  } catch (error) {
    if (!isOwnFault(error)) throw error;
    await failInbox(deps.db, [row.id], (error as Error).name);
    deps.log.warn({ inboxId: row.id }, 'a notice cannot be handled');
  }
}

/** True when what the notice holds is at fault: PostgreSQL's classes 22 (data) and 23 (integrity), or our own code. */
function isOwnFault(error: unknown): boolean {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  return (
    /^2[23]/.test(String(code ?? cause?.code)) || error instanceof TypeError || error instanceof RangeError
  );
}

async function route({ db, appId }: InboxDependencies, rows: readonly InboxRow[]): Promise<void> {
  await db.transaction(async (tx) => {
    const inboxIds = rows.map(({ id }) => id);
    const matches = await matchInbox(tx, inboxIds, appId);
    const hinted = await matchOngoing(tx, inboxIds, appId);
    await hintContacts(tx, hinted);
    const known = await hintKnownContacts(tx, inboxIds, appId);
    const byId = new Map(rows.map((row) => [row.id, row]));
    const nudges = [
      ...matches.map((match) => ({ ...match, address: referralWorkflow(match) })),
      ...hinted.map((match) => ({ ...match, address: contactSyncWorkflow(match) })),
      ...known.map((match) => ({ ...match, address: connectionWorkflow(match) })),
    ];
    await enqueueNudges(
      tx,
      nudges.map(({ workspaceId, address, inboxId }) => ({
        workspaceId,
        address,
        nudge: nudgeOf(byId.get(inboxId)),
      })),
    );
    const told = new Set(nudges.map(({ inboxId, address }) => `${inboxId} ${address.workflowId}`));
    const counts = new Map<string, number>();
    for (const each of told) {
      const [inboxId = ''] = each.split(' ');
      counts.set(inboxId, (counts.get(inboxId) ?? 0) + 1);
    }
    await finishInbox(
      tx,
      rows.map(({ id }) => ({ id, nudges: counts.get(id) ?? 0 })),
    );
  });
}

const nudgeOf = (row: InboxRow | undefined): Nudge => ({
  kind: 'crm',
  ...(row && { inboxId: row.id }),
  ...(row?.objectIds[0] && { objectId: row.objectIds[0] }),
  ...(row?.propertyName && { property: row.propertyName }),
});
