import { and, eq, getTableColumns, isNull } from 'drizzle-orm';
import type { SystemDatabase } from '../../client.ts';
import { connectionRevocations, connections } from '../../schema/connections.ts';

export type Revocation = typeof connectionRevocations.$inferSelect & { readonly portalId: string };

export async function pendingRevocations(db: SystemDatabase, connectionId: string): Promise<Revocation[]> {
  return db
    .select({ ...getTableColumns(connectionRevocations), portalId: connections.portalId })
    .from(connectionRevocations)
    .innerJoin(connections, eq(connections.id, connectionRevocations.connectionId))
    .where(and(eq(connectionRevocations.connectionId, connectionId), isNull(connectionRevocations.doneAt)));
}

/** The tokens are gone from here as well. */
export async function eraseRevocation(
  db: SystemDatabase,
  connectionId: string,
  epoch: number,
): Promise<void> {
  await db
    .update(connectionRevocations)
    .set({ accessToken: null, refreshToken: null, doneAt: new Date().toISOString() })
    .where(and(eq(connectionRevocations.connectionId, connectionId), eq(connectionRevocations.epoch, epoch)));
}
