import { and, eq, ne } from 'drizzle-orm';
import { v7 as newId } from 'uuid';
import { driverOf, type Tx } from '../client.ts';
import { connectionRevocations, connections, portalSchema } from '../schema/connections.ts';
import type { SecretBox } from '../secret-box.ts';
import { type PrivateToken, sealedTokens } from './system/fence.ts';

export type Connection = typeof connections.$inferSelect;

export async function loadConnection(tx: Tx, connectionId: string): Promise<Connection | null> {
  const [row] = await tx.select().from(connections).where(eq(connections.id, connectionId));
  return row ?? null;
}

/** The workspace's connection that is not disconnected; the database allows one (S13). */
export async function openConnection(tx: Tx): Promise<Connection | null> {
  const [row] = await tx.select().from(connections).where(ne(connections.status, 'disconnected'));
  return row ?? null;
}

/** The newest connection, whatever its status: what the settings page shows. */
export async function latestConnection(tx: Tx): Promise<Connection | null> {
  const rows = await tx.select().from(connections).orderBy(connections.connectedAt);
  return rows.find(({ status }) => status !== 'disconnected') ?? rows.at(-1) ?? null;
}

/**
 * The second half of the fence: every transaction that stores what HubSpot answered holds this share lock, so that a
 * disconnect waits for it or refuses it.
 */
export async function holdEpoch(tx: Tx, connectionId: string, epoch: number): Promise<boolean> {
  const [row] = await driverOf(tx)<Pick<Connection, 'status' | 'epoch'>[]>`
    select status, epoch from connections where id = ${connectionId} for share`;
  return row?.status === 'active' && row.epoch === epoch;
}

/**
 * For a lifecycle that is about to wait for a reconnect: true when that reconnect was first, so that its wake-up went
 * out before there was anybody to wake. A reconnect that comes later waits for this transaction and finds the sleeper.
 */
export async function isOpenAgain(tx: Tx, connectionId: string): Promise<boolean> {
  const [row] = await tx
    .select({ status: connections.status })
    .from(connections)
    .where(eq(connections.id, connectionId))
    .for('share');
  return row?.status === 'active';
}

export interface NewConnection {
  readonly workspaceId: string;
  readonly portalId: string;
  /** Empty when they are unknown: a private app's token does not tell its own. */
  readonly scopes: readonly string[];
  readonly timeZone: string;
  readonly currency: string;
  readonly uiDomain: string;
  readonly tokens:
    | { readonly accessToken: string; readonly refreshToken: string; readonly expiresAt: Date }
    | PrivateToken;
}

export type Connected =
  | { readonly kind: 'connected'; readonly connection: Connection; readonly again: boolean }
  /** S13: another account is active; disconnect it first. */
  | { readonly kind: 'another-is-active'; readonly portalId: string };

/** Connects a portal, or reconnects the same one under a new epoch, so that its campaigns resume (S88). */
export async function storeConnection(tx: Tx, box: SecretBox, input: NewConnection): Promise<Connected> {
  const { tokens, scopes, ...details } = input;
  const open = await openConnection(tx);
  if (open && open.portalId !== input.portalId) return { kind: 'another-is-active', portalId: open.portalId };
  const [known] = await tx
    .select()
    .from(connections)
    .where(eq(connections.portalId, input.portalId))
    .for('update');
  const id = known?.id ?? newId();
  const values = {
    ...details,
    scopes: [...scopes],
    status: 'active' as const,
    statusReason: null,
    connectedAt: new Date().toISOString(),
    disconnectedAt: null,
    ...sealedTokens(box, id, tokens),
  };
  const [connection] = known
    ? await tx
        .update(connections)
        .set({ ...values, epoch: known.epoch + 1 })
        .where(eq(connections.id, id))
        .returning()
    : await tx
        .insert(connections)
        .values({ id, ...values })
        .returning();
  if (!connection) throw new Error('A connection was not stored');
  return { kind: 'connected', connection, again: known !== undefined };
}

/**
 * S86: at once, in one transaction: the epoch rises, so nothing queued may send or store; the tokens move to where
 * only the revoking activity reads them. A private app's token cannot be handed back by us, so our copy just goes. What
 * was synced stays (S87). Null when nothing is connected.
 */
export async function closeConnection(
  tx: Tx,
  connectionId: string,
  reason: string,
): Promise<Connection | null> {
  const [row] = await tx
    .select()
    .from(connections)
    .where(and(eq(connections.id, connectionId), ne(connections.status, 'disconnected')))
    .for('update');
  if (!row) return null;
  const now = new Date().toISOString();
  if (row.refreshToken) {
    await tx.insert(connectionRevocations).values({
      connectionId,
      epoch: row.epoch,
      workspaceId: row.workspaceId,
      accessToken: row.accessToken,
      refreshToken: row.refreshToken,
      createdAt: now,
    });
  }
  const [closed] = await tx
    .update(connections)
    .set({
      status: 'disconnected',
      statusReason: reason,
      epoch: row.epoch + 1,
      accessToken: null,
      refreshToken: null,
      accessTokenExpiresAt: null,
      disconnectedAt: now,
    })
    .where(eq(connections.id, connectionId))
    .returning();
  return closed ?? null;
}

/** The cached part of a portal's schema (`contact-properties`, `deal-properties`, `pipelines`, `lists`). */
export async function cachedSchema<T>(
  tx: Tx,
  connectionId: string,
  kind: string,
): Promise<{ content: T; fetchedAt: string } | null> {
  const [row] = await tx
    .select()
    .from(portalSchema)
    .where(and(eq(portalSchema.connectionId, connectionId), eq(portalSchema.kind, kind)));
  return row ? { content: row.content as T, fetchedAt: row.fetchedAt } : null;
}

export async function storeSchema(
  tx: Tx,
  row: { workspaceId: string; connectionId: string; kind: string; content: unknown },
): Promise<void> {
  const fetchedAt = new Date().toISOString();
  await tx
    .insert(portalSchema)
    .values({ ...row, fetchedAt })
    .onConflictDoUpdate({
      target: [portalSchema.connectionId, portalSchema.kind],
      set: { content: row.content, fetchedAt },
    });
}
