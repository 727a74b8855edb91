import type { Tx } from '../db/client.ts';
import type { Connection } from '../db/queries/connections.ts';
import { type KnownContact, knownContacts, type OngoingSync } from '../db/queries/ongoing-contacts.ts';
import { hintContacts } from '../db/queries/sync-hints.ts';
import { addMs, isAfter } from '../domain/time.ts';
import type { CrmRecord } from '../hubspot/gateway.ts';
import { contactSyncWorkflow, type Nudge, type WorkflowStart } from '../workflows/contract.ts';

/** Two clocks, HubSpot's and ours, tell when a contact was modified and when we looked at it. */
const clockMarginMs = 60_000;

export interface OngoingHints {
  readonly nudges: readonly {
    readonly workspaceId: string;
    readonly address: WorkflowStart;
    readonly nudge: Nudge;
  }[];
  /** Contacts that ought to have a link and have none: what webhooks missed. */
  readonly late: readonly string[];
}

/**
 * Hands a page of changed contacts to the ongoing syncs of its connection. A referrer's contact is looked at when it
 * holds another link than we wrote, which our own writes never do; a contact that is no referrer, when it was modified
 * since it was last skipped. So a page of our own backfill gives no hint at all.
 */
export async function hintOngoing(
  tx: Tx,
  connection: Pick<Connection, 'id' | 'workspaceId'>,
  syncs: readonly OngoingSync[],
  records: readonly CrmRecord[],
): Promise<OngoingHints> {
  const nudges: OngoingHints['nudges'][number][] = [];
  const late: string[] = [];
  const hints: { workspaceId: string; campaignId: string; crmId: string }[] = [];
  const ids = records.map(({ id }) => id);
  for (const sync of syncs) {
    const known = await knownContacts(tx, sync, ids);
    const due = records.filter((record) => isDue(sync, record, known.get(record.id)));
    const [first] = due;
    if (!first) continue;
    const { workspaceId, campaignId } = sync;
    hints.push(...due.map(({ id: crmId }) => ({ workspaceId, campaignId, crmId })));
    late.push(...due.flatMap(({ id }) => (known.get(id)?.enrolled ? [] : [id])));
    nudges.push({
      workspaceId: connection.workspaceId,
      address: contactSyncWorkflow(sync),
      nudge: { kind: 'reconcile', objectId: first.id },
    });
  }
  await hintContacts(tx, hints);
  return { nudges, late };
}

function isDue(sync: OngoingSync, record: CrmRecord, known: KnownContact | undefined): boolean {
  if (known?.enrolled) {
    if (sync.linkProperty === null || known.linkWritten === null) return false;
    const held = record.properties[sync.linkProperty];
    // A property that HubSpot does not have tells nothing.
    return held !== undefined && held !== known.linkWritten;
  }
  if (sync.scopeKind === 'list' && !known?.member) return false;
  const skippedAt = known?.skippedAt ?? null;
  return skippedAt === null || isAfter(addMs(record.updatedAt, clockMarginMs), skippedAt);
}
