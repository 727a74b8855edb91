import { and, asc, eq, gt, sql } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import { syncHints } from '../schema/campaigns.ts';
import type { WorkspaceOwned } from './ongoing-syncs.ts';

export interface ContactHint extends WorkspaceOwned {
  readonly campaignId: string;
  readonly crmId: string;
}

/** What one reading of a contact answers: the hint as it stood before that reading. */
export interface TakenHint {
  readonly crmId: string;
  readonly version: number;
}

/** Rows of one statement, far below the 65,534 parameters that the driver takes. */
const rowsPerStatement = 5_000;

/**
 * Contacts that the ongoing syncs of these campaigns must look at: one row each, however often it is said. In one order
 * for everybody, so that two who hint at once never wait for each other.
 */
export async function hintContacts(tx: Tx, hints: readonly ContactHint[]): Promise<void> {
  const once = new Map(hints.map((hint) => [`${hint.campaignId}/${hint.crmId}`, hint]));
  const ordered = [...once].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, hint]) => hint);
  const hintedAt = new Date().toISOString();
  for (let first = 0; first < ordered.length; first += rowsPerStatement) {
    const part = ordered.slice(first, first + rowsPerStatement);
    await tx
      .insert(syncHints)
      .values(
        part.map(({ campaignId, crmId, workspaceId }) => ({ campaignId, crmId, workspaceId, hintedAt })),
      )
      .onConflictDoUpdate({
        target: [syncHints.campaignId, syncHints.crmId],
        set: { version: sql`${syncHints.version} + 1` },
      });
  }
}

/** The next hints of a campaign after a contact id, by text; null to begin. */
export async function takeHints(
  tx: Tx,
  campaignId: string,
  { afterCrmId, limit }: { readonly afterCrmId: string | null; readonly limit: number },
): Promise<TakenHint[]> {
  return tx
    .select({ crmId: syncHints.crmId, version: syncHints.version })
    .from(syncHints)
    .where(
      and(
        eq(syncHints.campaignId, campaignId),
        afterCrmId === null ? undefined : gt(syncHints.crmId, afterCrmId),
      ),
    )
    .orderBy(asc(syncHints.crmId))
    .limit(limit);
}

/** These hints are done, but for those that were given again since they were taken. */
export async function dropHints(tx: Tx, campaignId: string, hints: readonly TakenHint[]): Promise<void> {
  if (hints.length === 0) return;
  const taken = sql.join(
    hints.map(({ crmId, version }) => sql`(${crmId}::text, ${version}::int)`),
    sql`, `,
  );
  // Locked in the order in which they are hinted.
  await tx.execute(sql`
    with done as (
      select h.campaign_id, h.crm_id from sync_hints h
      join (values ${taken}) as t (crm_id, version) on t.crm_id = h.crm_id and t.version = h.version
      where h.campaign_id = ${campaignId} order by h.crm_id for update of h
    )
    delete from sync_hints h using done where h.campaign_id = done.campaign_id and h.crm_id = done.crm_id`);
}

/** All of a campaign's, locked in the order in which they are hinted. */
export async function forgetHints(tx: Tx, campaignId: string): Promise<void> {
  await tx.execute(sql`
    with all_of_them as (
      select crm_id from sync_hints where campaign_id = ${campaignId} order by crm_id for update
    )
    delete from sync_hints h using all_of_them a where h.campaign_id = ${campaignId} and h.crm_id = a.crm_id`);
}

export async function countHints(tx: Tx, campaignId: string): Promise<number> {
  return tx.$count(syncHints, eq(syncHints.campaignId, campaignId));
}
