import { HubSpotError, isHubSpotError } from './failures.ts';
import type { HubSpotOAuth } from './oauth.ts';
import type { FencedConnection, TokenStore } from './ports.ts';
import type { CallScope } from './turn.ts';

/** A token this close to its end is exchanged first: a call takes up to 12 s, and clocks differ. */
const freshForMs = 60_000;

export const isFresh = (connection: FencedConnection, now: number): boolean =>
  connection.accessToken !== null &&
  (connection.accessTokenExpiresAt === null || connection.accessTokenExpiresAt.getTime() - now >= freshForMs);

/** Exchanges the refresh token. Callers of this process share one exchange, those of all processes the store's lock. */
export interface TokenRefresh {
  /**
   * Throws `connection-closed` when the connection is no longer the caller's, `reconnect-needed` (and notes it) when
   * the grant is gone, `misconfigured` when HubSpot refuses our client, and what a network does.
   */
  refresh(scope: CallScope, staleAccessToken: string | null): Promise<void>;
  /** Notes that only a person can repair this connection, and throws `reconnect-needed`. */
  giveUp(scope: CallScope, reason: string): Promise<never>;
}

export function tokenRefresh({
  tokens,
  oauth,
}: {
  readonly tokens: TokenStore;
  readonly oauth: HubSpotOAuth;
}): TokenRefresh {
  const running = new Map<string, Promise<void>>();

  async function refresh({ connectionId, epoch }: CallScope, staleAccessToken: string | null): Promise<void> {
    const outcome = await tokens.refresh({ connectionId, epoch, staleAccessToken, exchange: oauth.refresh });
    if (outcome === 'closed') throw new HubSpotError({ kind: 'connection-closed' });
    if (outcome === 'not-refreshable')
      throw new HubSpotError({ kind: 'reconnect-needed', code: 'TOKEN_REFUSED' });
  }

  async function refreshOrNote(scope: CallScope, staleAccessToken: string | null): Promise<void> {
    const { connectionId, epoch } = scope;
    try {
      await refresh(scope, staleAccessToken);
    } catch (error) {
      if (isHubSpotError(error, 'reconnect-needed')) {
        const reason = error.detail.code ?? 'refresh-token-refused';
        await tokens.markReconnectNeeded({ connectionId, epoch, reason });
      }
      throw error;
    }
  }

  return {
    refresh(scope, staleAccessToken) {
      const key = `${scope.connectionId} ${scope.epoch} ${staleAccessToken}`;
      const underWay =
        running.get(key) ?? refreshOrNote(scope, staleAccessToken).finally(() => running.delete(key));
      running.set(key, underWay);
      return underWay;
    },
    async giveUp({ connectionId, epoch }, reason) {
      await tokens.markReconnectNeeded({ connectionId, epoch, reason });
      throw new HubSpotError({ kind: 'reconnect-needed', code: reason });
    },
  };
}
