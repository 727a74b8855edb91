import type { z } from 'zod';
import { isFresh, type TokenRefresh } from './access-token.ts';
import { dailyResetMs } from './daily-reset.ts';
import { HubSpotError, isHubSpotError } from './failures.ts';
import type { BudgetClass, FencedConnection } from './ports.ts';
import { type HubSpotRequest, type Transport, unreadableAnswer } from './transport.ts';
import { type CallScope, type TurnTools, takeTurn } from './turn.ts';

export interface CallRequest<S extends z.ZodType>
  extends Pick<HubSpotRequest, 'method' | 'path' | 'query' | 'body'> {
  /** What the answer must look like; fields that it does not name are dropped. */
  readonly schema: S;
  readonly budget?: BudgetClass;
  /** False for a create. */
  readonly repeatable?: boolean;
}

/** One call to HubSpot behind the connection fence, in its turn, with a token that works. */
export type FencedCall = <S extends z.ZodType>(request: CallRequest<S>) => Promise<z.output<S>>;

export interface CallTools extends TurnTools {
  readonly transport: Transport;
  readonly tokenRefresh: TokenRefresh;
}

/**
 * Opens the fence for one caller. A call is sent at most twice: again only after a 401, with a token refreshed in
 * between. Whatever else fails is the caller's to try again.
 */
export function fencedCall(scope: CallScope, tools: CallTools): FencedCall {
  const { clock, tokenRefresh, transport } = tools;

  return async ({ schema, budget = 'general', repeatable = true, ...request }) => {
    let refreshedForAge = false;
    let refreshedForRefusal = false;
    for (;;) {
      const connection = await takeTurn(scope, budget, tools);
      const { accessToken } = connection;
      if (!refreshedForAge && !isFresh(connection, clock.now())) {
        refreshedForAge = true;
        await tokenRefresh.refresh(scope, accessToken);
        continue; // the exchange took longer than a turn lasts
      }
      if (accessToken === null) throw new HubSpotError({ kind: 'connection-closed' });
      try {
        const answer = await transport({ ...request, accessToken, repeatable });
        await followMaximum(connection, budget, answer.headers, tools);
        const parsed = schema.safeParse(answer.body);
        if (!parsed.success) throw unreadableAnswer({ status: answer.status, repeatable });
        return parsed.data;
      } catch (error) {
        if (!isHubSpotError(error)) throw error;
        if (error.detail.status !== 401) throw await afterLimit(error, connection, budget, tools);
        if (refreshedForRefusal) return tokenRefresh.giveUp(scope, 'TOKEN_REFUSED');
        refreshedForRefusal = true;
        await tokenRefresh.refresh(scope, accessToken);
      }
    }
  };
}

/** Tells the pacer a maximum that is news. The answer is already here, so a pacer that fails must not lose it. */
async function followMaximum(
  { portalId }: FencedConnection,
  budget: BudgetClass,
  headers: Headers,
  { pacer, memory }: CallTools,
): Promise<void> {
  const maximum = Number(headers.get('x-hubspot-ratelimit-max'));
  const intervalMs = Number(headers.get('x-hubspot-ratelimit-interval-milliseconds'));
  if (budget !== 'general' || !(maximum >= 1) || !(intervalMs >= 1)) return;
  const told = `${maximum}/${intervalMs}`;
  if (memory.maxima.get(portalId) === told) return;
  memory.maxima.set(portalId, told);
  await pacer.observeMaximum({ portalId, maximum, intervalMs }).catch(() => memory.maxima.delete(portalId));
}

/** After a 429 nobody sends to this portal for a while; the daily limit stops both budgets until midnight there. */
async function afterLimit(
  error: HubSpotError,
  { portalId }: FencedConnection,
  budget: BudgetClass,
  { pacer, clock, memory }: CallTools,
): Promise<HubSpotError> {
  if (error.detail.status !== 429) return error;
  const daily = error.detail.code === 'DAILY';
  const timeZone = memory.timeZones.get(portalId);
  const untilMs = error.detail.retryAfterMs ?? dailyResetMs({ now: clock.now(), timeZone });
  const budgets: readonly BudgetClass[] = daily ? ['general', 'search'] : [budget];
  // The failure says it too: a pacer that is away now costs one more 429 at most.
  await Promise.allSettled(budgets.map((each) => pacer.drain({ portalId, budget: each, untilMs })));
  return new HubSpotError({ ...error.detail, retryAfterMs: untilMs });
}
