import { type ErrorFacts, errorFacts } from './error-body.ts';
import type { HubSpotFailureDetail, HubSpotFailureKind } from './failures.ts';

/** An answer outside 2xx as the transport read it; `body` is the parsed JSON, null for HTML and the like. */
export interface RefusedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
  /** False for a create: after a 5xx nobody knows whether it happened. */
  readonly repeatable: boolean;
}

/** Waits for a 429 without Retry-After, which HubSpot does not promise. */
const limitWaitMs = { SECONDLY: 1_000, TEN_SECONDLY_ROLLING: 10_000 } as const;

/** A record lock lasts two seconds (423). */
const recordLockMs = 2_000;
/** A data-centre migration (477) that does not say how long. */
const migrationMs = 60_000;
/** A migration may take 24 h; a longer wait is a broken header. */
const longestWaitMs = 86_400_000;

/**
 * Says what an answer outside 2xx means for us. The detail holds codes and ids only. Of a 429 `code` is the limit's
 * name, and `retryAfterMs` is absent when only the account's midnight can tell it.
 */
export function refusalOf(answer: RefusedAnswer): HubSpotFailureDetail {
  const facts = errorFacts(answer.body);
  const { status } = answer;
  const told = { status, ...identification(facts, answer.headers) };
  const retryAfterMs = retryAfter(answer.headers);
  if (status === 429) {
    const code = facts.policy ?? 'TEN_SECONDLY_ROLLING';
    const waitMs = retryAfterMs ?? (code === 'DAILY' ? undefined : limitWaitMs[code]);
    return { ...told, kind: 'retry-after', code, ...(waitMs !== undefined && { retryAfterMs: waitMs }) };
  }
  if (status === 423) return { ...told, kind: 'retry-after', retryAfterMs: retryAfterMs ?? recordLockMs };
  if (status === 477) return { ...told, kind: 'retry-after', retryAfterMs: retryAfterMs ?? migrationMs };
  if (status >= 500 || status === 408)
    return { ...told, kind: answer.repeatable ? 'unavailable' : 'outcome-unknown' };
  return { ...told, kind: clientErrorKind(status, facts), ...culprit(facts) };
}

/** The record, property and code that a refusal names. */
export const culprit = ({ existingId, property, code }: ErrorFacts) => ({
  ...(existingId !== undefined && { existingId }),
  ...(property !== undefined && { property }),
  ...(code !== undefined && { code }),
});

function clientErrorKind(status: number, facts: ErrorFacts): HubSpotFailureKind {
  if (status === 401) return 'reconnect-needed';
  if (status === 403) return 'missing-scope';
  if (status === 404) return 'not-found';
  const isTaken = status === 409 || facts.valueTaken || facts.category === 'OBJECT_ALREADY_EXISTS';
  return isTaken ? 'conflict' : 'invalid';
}

function identification(facts: ErrorFacts, headers: Headers) {
  const header = headers.get('x-hubspot-correlation-id');
  const correlationId = header !== null && /^[\w-]{1,64}$/.test(header) ? header : facts.correlationId;
  return {
    ...(facts.category !== undefined && { category: facts.category }),
    ...(correlationId !== undefined && { correlationId }),
  };
}

/** Seconds in the header, milliseconds here. */
function retryAfter(headers: Headers): number | undefined {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds * 1_000, longestWaitMs) : undefined;
}
