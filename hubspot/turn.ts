import type { Clock } from './clock.ts';
import { HubSpotError } from './failures.ts';
import type { PortalMemory } from './portal-memory.ts';
import type { BudgetClass, ConnectionFence, FencedConnection, Lane, Pacer } from './ports.ts';

/** One connection, as a caller started with it. */
export interface CallScope {
  readonly connectionId: string;
  readonly epoch: number;
  readonly lane: Lane;
}

export interface TurnTools {
  readonly fence: ConnectionFence;
  readonly pacer: Pacer;
  readonly clock: Clock;
  readonly memory: PortalMemory;
}

/** A caller who waits longer gives its place back and is tried again later: an activity has 45 s in all. */
const patienceMs = 10_000;
/** The pacer's promise: an instant not used this soon is forfeited, else ten seconds could hold one call too many. */
const slotWidthMs = 150;
/** A pacer that says "ask again at once" is still not asked in a tight loop. */
const shortestWaitMs = 10;

/**
 * Takes an instant of the portal's budget, waits for it, and only then reads the fence, so that what it returns is
 * true at the moment of sending. Throws `connection-closed` unless the connection is active under the caller's epoch,
 * and `retry-after` when no instant comes within ten seconds.
 */
export async function takeTurn(
  scope: CallScope,
  budget: BudgetClass,
  tools: TurnTools,
): Promise<FencedConnection> {
  const { clock, memory, pacer } = tools;
  const givesUpAt = clock.now() + patienceMs;
  for (;;) {
    const portalId = memory.portals.get(scope.connectionId) ?? (await readFence(scope, tools)).portalId;
    const answer = await pacer.reserve({ portalId, budget, lane: scope.lane });
    const readyAt = clock.now() + answer.delayMs;
    if (readyAt > givesUpAt)
      throw new HubSpotError({ kind: 'retry-after', retryAfterMs: Math.ceil(answer.delayMs) });
    if (answer.kind === 'wait') {
      await clock.sleep(Math.max(answer.delayMs, shortestWaitMs));
      continue;
    }
    await sleepUntil(readyAt, clock);
    const connection = await readFence(scope, tools);
    const inTime = clock.now() <= readyAt + slotWidthMs;
    if (inTime && connection.portalId === portalId) return connection;
  }
}

/** Node's timers may fire a millisecond early, and an instant must never be used before its time. */
async function sleepUntil(instant: number, clock: Clock): Promise<void> {
  for (let left = instant - clock.now(); left > 0; left = instant - clock.now())
    await clock.sleep(Math.ceil(left));
}

async function readFence(scope: CallScope, { fence, memory }: TurnTools): Promise<FencedConnection> {
  const connection = await fence.read(scope.connectionId);
  if (connection?.status !== 'active' || connection.epoch !== scope.epoch) {
    throw new HubSpotError({ kind: 'connection-closed' });
  }
  memory.portals.set(scope.connectionId, connection.portalId);
  return connection;
}
