/** How far the list that an ongoing sync follows was compared with its members, and when it is compared next. */
import { and, eq, sql } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import { listLooks, syncRuns, syncSettings } from '../schema/campaigns.ts';

export type ListLook = typeof listLooks.$inferSelect;

export async function loadLook(tx: Tx, campaignId: string): Promise<ListLook | null> {
  const [look] = await tx.select().from(listLooks).where(eq(listLooks.campaignId, campaignId));
  return look ?? null;
}

/** Begins a look: at a list that was never looked at, too. */
export async function beginLook(
  tx: Tx,
  {
    asOf,
    ...list
  }: {
    readonly campaignId: string;
    readonly workspaceId: string;
    readonly listId: string;
    readonly asOf: string;
  },
): Promise<ListLook> {
  const begun = {
    startedAt: asOf,
    after: null,
    comparedTo: null,
    pages: 0,
    look: sql`${listLooks.look} + 1`,
  };
  const [look] = await tx
    .insert(listLooks)
    .values({ ...list, look: 1, startedAt: asOf, nextAt: asOf })
    .onConflictDoUpdate({ target: listLooks.campaignId, set: begun })
    .returning();
  if (!look) throw new Error('A look that begins has a row');
  return look;
}

/** The look under way ends here, and the next one is due at once; a page of it that comes late is not stored. */
export async function interruptLook(tx: Tx, campaignId: string): Promise<void> {
  await tx
    .update(listLooks)
    .set({
      look: sql`${listLooks.look} + 1`,
      startedAt: null,
      after: null,
      comparedTo: null,
      nextAt: new Date().toISOString(),
      goneAt: null,
    })
    .where(eq(listLooks.campaignId, campaignId));
}

/** Moves a look on, if it is the one that is under way; false when it was interrupted or somebody moved it. */
export async function advanceLook(
  tx: Tx,
  { campaignId, look, pages }: Pick<ListLook, 'campaignId' | 'look' | 'pages'>,
  changes: Partial<Pick<ListLook, 'startedAt' | 'after' | 'comparedTo' | 'pages' | 'nextAt' | 'goneAt'>>,
): Promise<boolean> {
  const moved = await tx
    .update(listLooks)
    .set(changes)
    .where(and(eq(listLooks.campaignId, campaignId), eq(listLooks.look, look), eq(listLooks.pages, pages)))
    .returning({ look: listLooks.look });
  return moved.length > 0;
}

/** How many lists of this connection are followed: they share the part of the budget that looking may take. */
export async function followedLists(tx: Tx, connectionId: string): Promise<number> {
  const [row] = await tx
    .select({ count: sql<number>`count(*)::int` })
    .from(syncRuns)
    .innerJoin(syncSettings, eq(syncSettings.campaignId, syncRuns.campaignId))
    .where(
      and(
        eq(syncRuns.connectionId, connectionId),
        eq(syncRuns.kind, 'ongoing'),
        sql`${syncRuns.finishedAt} is null`,
        eq(syncSettings.scopeKind, 'list'),
      ),
    );
  return row?.count ?? 0;
}
