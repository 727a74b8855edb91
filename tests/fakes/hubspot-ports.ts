/**
 * The gateway's ports in memory: one connection with its tokens, and a pacer that gives every instant at once unless a
 * test scripts it. What the gateway did with them can be read back.
 */
import type {
  BudgetClass,
  ConnectionFence,
  FencedConnection,
  Lane,
  PaceAnswer,
  Pacer,
  TokenSet,
  TokenStore,
} from '../../hubspot/ports.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export interface MemoryPorts {
  readonly fence: ConnectionFence;
  readonly tokens: TokenStore;
  readonly pacer: Pacer;
  /** The connection's row; change it to disconnect, reconnect or let a token age. */
  readonly connection: Writable<FencedConnection>;
  refreshToken: string;
  readonly reads: { fence: number };
  readonly exchanges: TokenSet[];
  readonly reconnectReasons: string[];
  readonly reservations: { readonly portalId: string; readonly budget: BudgetClass; readonly lane: Lane }[];
  readonly observed: { readonly maximum: number; readonly intervalMs: number }[];
  readonly drains: { readonly budget: BudgetClass; readonly untilMs: number }[];
  /** Answers for the next reservations, in order; when it is empty every instant is free. */
  readonly pace: PaceAnswer[];
}

export const connectionId = '0190c0de-0000-7000-8000-000000000001';

export function memoryPorts(
  given: Partial<FencedConnection> & { readonly refreshToken?: string } = {},
): MemoryPorts {
  const { refreshToken = 'refresh-1', ...row } = given;
  const connection: Writable<FencedConnection> = {
    portalId: '4711',
    status: 'active',
    epoch: 1,
    accessToken: 'access-1',
    accessTokenExpiresAt: new Date(Date.now() + 1_800_000),
    ...row,
  };
  let lock: Promise<unknown> = Promise.resolve();
  const ports: MemoryPorts = {
    connection,
    refreshToken,
    reads: { fence: 0 },
    exchanges: [],
    reconnectReasons: [],
    reservations: [],
    observed: [],
    drains: [],
    pace: [],
    fence: {
      async read() {
        ports.reads.fence += 1;
        return { ...connection };
      },
    },
    tokens: {
      refresh(input) {
        const turn = lock.then(() => refresh(input));
        lock = turn.catch(() => {});
        return turn;
      },
      async markReconnectNeeded({ epoch, reason }) {
        if (!isOpen(epoch)) return;
        connection.status = 'reconnect-needed';
        ports.reconnectReasons.push(reason);
      },
    },
    pacer: {
      async reserve(input) {
        ports.reservations.push(input);
        return ports.pace.shift() ?? { kind: 'slot', delayMs: 0 };
      },
      async observeMaximum({ maximum, intervalMs }) {
        ports.observed.push({ maximum, intervalMs });
      },
      async drain({ budget, untilMs }) {
        ports.drains.push({ budget, untilMs });
      },
    },
  };

  const isOpen = (epoch: number) => connection.status === 'active' && connection.epoch === epoch;

  const refresh: TokenStore['refresh'] = async ({ epoch, staleAccessToken, exchange }) => {
    if (!isOpen(epoch)) return 'closed';
    if (connection.accessToken !== staleAccessToken) return 'refreshed';
    const tokens = await exchange(ports.refreshToken);
    if (!isOpen(epoch)) return 'closed';
    connection.accessToken = tokens.accessToken;
    connection.accessTokenExpiresAt = tokens.expiresAt;
    ports.refreshToken = tokens.refreshToken;
    ports.exchanges.push(tokens);
    return 'refreshed';
  };
  return ports;
}

/** A pacer that spaces calls evenly, for all gateways that share it. */
export function evenPacer(spacingMs: Readonly<Record<BudgetClass, number>>): Pacer {
  const next = { general: 0, search: 0 };
  return {
    async reserve({ budget }) {
      const now = Date.now();
      const at = Math.max(now, next[budget]);
      next[budget] = at + spacingMs[budget];
      return { kind: 'slot', delayMs: at - now };
    },
    async observeMaximum() {},
    async drain() {},
  };
}
