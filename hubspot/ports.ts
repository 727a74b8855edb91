/**
 * What the HubSpot gateway needs from outside and is given as arguments: the connection fence, the token store and
 * the pacer. They are implemented over PostgreSQL in `db/queries/system/`, so that all processes share them.
 */

export type ConnectionStatus = 'active' | 'disconnected' | 'reconnect-needed';

/** Status, epoch and token of one connection, read in one select so that they belong together. */
export interface FencedConnection {
  readonly portalId: string;
  readonly status: ConnectionStatus;
  /** Rises by one with each disconnect and each reconnect; a caller that started under another epoch may not send. */
  readonly epoch: number;
  /** Null once the tokens were moved away by a disconnect. */
  readonly accessToken: string | null;
  /** Null for a private app's token, which does not run out. */
  readonly accessTokenExpiresAt: Date | null;
}

export interface ConnectionFence {
  /** Null when there is no such connection. */
  read(connectionId: string): Promise<FencedConnection | null>;
}

export interface TokenSet {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresAt: Date;
}

export interface TokenStore {
  /**
   * Single-flight over all processes: takes the connection's lock; when another process has refreshed since
   * `staleAccessToken` was read, nothing is exchanged. Stores only while the connection is active under `epoch`.
   * `not-refreshable`: a private app's token, which has no refresh token beside it.
   */
  refresh(input: {
    readonly connectionId: string;
    readonly epoch: number;
    readonly staleAccessToken: string | null;
    readonly exchange: (refreshToken: string) => Promise<TokenSet>;
  }): Promise<'refreshed' | 'closed' | 'not-refreshable'>;
  /** HubSpot says that the grant is gone for good: status `reconnect-needed`, only while active under `epoch`. */
  markReconnectNeeded(input: {
    readonly connectionId: string;
    readonly epoch: number;
    readonly reason: string;
  }): Promise<void>;
}

/** `search` has a budget of its own (per account); everything else shares the rolling ten seconds. */
export type BudgetClass = 'general' | 'search';
/** Interactive work takes the next instant; bulk work (backfill, drain, sweeps) yields to it. */
export type Lane = 'interactive' | 'bulk';

export type PaceAnswer =
  /** The caller may send `delayMs` from now, and must not send more than 150 ms later than that. */
  | { readonly kind: 'slot'; readonly delayMs: number }
  /** No instant was taken; ask again after `delayMs`. */
  | { readonly kind: 'wait'; readonly delayMs: number };

export interface Pacer {
  reserve(input: {
    readonly portalId: string;
    readonly budget: BudgetClass;
    readonly lane: Lane;
  }): Promise<PaceAnswer>;
  /** The maximum per interval that HubSpot's headers told; the pace follows it. Cheap to repeat with the same value. */
  observeMaximum(input: {
    readonly portalId: string;
    readonly maximum: number;
    readonly intervalMs: number;
  }): Promise<void>;
  /** After a 429: nobody sends to this portal before `untilMs` from now. */
  drain(input: {
    readonly portalId: string;
    readonly budget: BudgetClass;
    readonly untilMs: number;
  }): Promise<void>;
}
