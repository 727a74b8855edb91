import { and, eq, ne } from 'drizzle-orm';
import type { SystemDatabase } from '../../client.ts';
import { connections } from '../../schema/connections.ts';

/** Whether any workspace of this installation is connected to the account. */
export async function isPortalOpen(db: SystemDatabase, portalId: string): Promise<boolean> {
  const [row] = await db
    .select({ id: connections.id })
    .from(connections)
    .where(and(eq(connections.portalId, portalId), ne(connections.status, 'disconnected')))
    .limit(1);
  return row !== undefined;
}
