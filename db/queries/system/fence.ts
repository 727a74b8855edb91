import { and, eq, sql } from 'drizzle-orm';
import type { SystemDatabase } from '../../client.ts';
import { connections } from '../../schema/connections.ts';
import type { SecretBox } from '../../secret-box.ts';

/** Where a connection's token column is bound to, for `SecretBox`. */
export const tokenPlace = (column: 'access_token' | 'refresh_token', connectionId: string) => ({
  table: 'connections',
  column,
  rowId: connectionId,
});

type ConnectionRow = typeof connections.$inferSelect;

interface FenceRow extends Pick<ConnectionRow, 'portalId' | 'status' | 'epoch' | 'accessToken'> {
  readonly expiresAt: string | null;
}

/** The fence's one select: status, epoch and token that belong together. */
export const connectionFence = (db: SystemDatabase, box: SecretBox) => ({
  async read(connectionId: string) {
    const [row] = await db.$client<FenceRow[]>`
      select portal_id as "portalId", status, epoch, access_token as "accessToken",
        access_token_expires_at as "expiresAt"
      from connections where id = ${connectionId}`;
    if (!row) return null;
    const { expiresAt, accessToken, ...rest } = row;
    return {
      ...rest,
      accessToken: accessToken && box.open(accessToken, tokenPlace('access_token', connectionId)),
      accessTokenExpiresAt: expiresAt === null ? null : new Date(expiresAt),
    };
  },
});

interface TokenSet {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresAt: Date;
}

/** A private app's token: it does not run out, and nothing renews it. */
export interface PrivateToken {
  readonly accessToken: string;
  readonly refreshToken: null;
  readonly expiresAt: null;
}

/** Sealed tokens as columns of `connections`. */
export const sealedTokens = (box: SecretBox, connectionId: string, tokens: TokenSet | PrivateToken) => ({
  accessToken: box.seal(tokens.accessToken, tokenPlace('access_token', connectionId)),
  refreshToken:
    tokens.refreshToken && box.seal(tokens.refreshToken, tokenPlace('refresh_token', connectionId)),
  accessTokenExpiresAt: tokens.expiresAt && tokens.expiresAt.toISOString(),
});

/** A connection that only a person can bring back; told once each time it comes to that. */
export interface ReconnectNeeded {
  readonly connectionId: string;
  readonly workspaceId: string;
  readonly portalId: string;
  /** HubSpot's own word where it gave one, such as `BAD_REFRESH_TOKEN`. */
  readonly reason: string;
}

/** The log line of level `error` that an alert can be set on. */
export const reconnectNeeded = 'HubSpot withdrew its permission: a person must connect it again';

/**
 * Tokens are refreshed here only: single-flight over all processes. The lock is an advisory one rather than the row's,
 * so that a disconnect need not wait for HubSpot's answer; the answer is then stored only if nothing has changed.
 */
export const tokenStore = (
  db: SystemDatabase,
  box: SecretBox,
  onReconnectNeeded: (event: ReconnectNeeded) => void = () => undefined,
) => ({
  refresh: (input: {
    readonly connectionId: string;
    readonly epoch: number;
    readonly staleAccessToken: string | null;
    readonly exchange: (refreshToken: string) => Promise<TokenSet>;
  }): Promise<'refreshed' | 'closed' | 'not-refreshable'> =>
    db.transaction(async (tx) => {
      const { connectionId, epoch } = input;
      await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${connectionId}, 1))`);
      const [row] = await tx.select().from(connections).where(eq(connections.id, connectionId));
      if (!row || row.status !== 'active' || row.epoch !== epoch || !row.accessToken) return 'closed';
      const current = box.open(row.accessToken, tokenPlace('access_token', connectionId));
      if (current !== input.staleAccessToken) return 'refreshed';
      if (!row.refreshToken) return 'not-refreshable';
      const tokens = await input.exchange(
        box.open(row.refreshToken, tokenPlace('refresh_token', connectionId)),
      );
      const stored = await tx
        .update(connections)
        .set(sealedTokens(box, connectionId, tokens))
        .where(
          and(
            eq(connections.id, connectionId),
            eq(connections.epoch, epoch),
            eq(connections.status, 'active'),
          ),
        )
        .returning({ id: connections.id });
      return stored.length > 0 ? 'refreshed' : 'closed';
    }),

  async markReconnectNeeded({
    connectionId,
    epoch,
    reason,
  }: {
    connectionId: string;
    epoch: number;
    reason: string;
  }) {
    const [marked] = await db
      .update(connections)
      .set({ status: 'reconnect-needed', statusReason: reason })
      .where(
        and(eq(connections.id, connectionId), eq(connections.epoch, epoch), eq(connections.status, 'active')),
      )
      .returning({ workspaceId: connections.workspaceId, portalId: connections.portalId });
    if (marked) onReconnectNeeded({ connectionId, ...marked, reason });
  },
});
