import { and, eq, inArray, isNotNull, isNull } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import { campaigns, listLooks, syncRuns } from '../schema/campaigns.ts';
import { connections } from '../schema/connections.ts';
import { referrers } from '../schema/people.ts';
import type { Connection } from './connections.ts';

/** Referrers of this connection's campaigns whose way into HubSpot was stopped. */
export async function waitingReferrers(
  tx: Tx,
  connectionId: string,
): Promise<{ readonly id: string; readonly campaignId: string; readonly workspaceId: string }[]> {
  return tx
    .select({ id: referrers.id, campaignId: referrers.campaignId, workspaceId: referrers.workspaceId })
    .from(referrers)
    .innerJoin(campaigns, eq(campaigns.id, referrers.campaignId))
    .where(
      and(
        eq(campaigns.connectionId, connectionId),
        isNotNull(referrers.parkedReason),
        isNull(referrers.enteredAt),
      ),
    );
}

/** Open runs of this connection's campaigns, the ongoing ones too. */
export async function openRunsOf(
  tx: Tx,
  connectionId: string,
): Promise<{ readonly syncRunId: string; readonly campaignId: string; readonly workspaceId: string }[]> {
  return tx
    .select({ syncRunId: syncRuns.id, campaignId: syncRuns.campaignId, workspaceId: syncRuns.workspaceId })
    .from(syncRuns)
    .where(and(eq(syncRuns.connectionId, connectionId), isNull(syncRuns.finishedAt)));
}

/** S88: lists that are followed through this connection are due at once: who joined and left meanwhile is not known. */
export async function lookAgain(tx: Tx, connectionId: string): Promise<void> {
  const following = tx
    .select({ id: syncRuns.campaignId })
    .from(syncRuns)
    .where(
      and(eq(syncRuns.connectionId, connectionId), eq(syncRuns.kind, 'ongoing'), isNull(syncRuns.finishedAt)),
    );
  await tx
    .update(listLooks)
    .set({ nextAt: new Date().toISOString() })
    .where(inArray(listLooks.campaignId, following));
}

/** What the account says about itself; only while the connection is the one that was asked. */
export async function updateAccount(
  tx: Tx,
  { id, epoch }: Pick<Connection, 'id' | 'epoch'>,
  account: Pick<Connection, 'timeZone' | 'currency' | 'uiDomain'>,
): Promise<void> {
  await tx
    .update(connections)
    .set(account)
    .where(and(eq(connections.id, id), eq(connections.epoch, epoch), eq(connections.status, 'active')));
}

/** What is known of an account that was connected to this workspace before. */
export async function accountOfPortal(
  tx: Tx,
  portalId: string,
): Promise<Pick<Connection, 'timeZone' | 'currency' | 'uiDomain'> | null> {
  const [row] = await tx
    .select({
      timeZone: connections.timeZone,
      currency: connections.currency,
      uiDomain: connections.uiDomain,
    })
    .from(connections)
    .where(eq(connections.portalId, portalId));
  return row ?? null;
}
