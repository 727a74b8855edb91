/**
 * Decides once what is worth another try. What crosses into Temporal is built anew from codes and ids: the original's
 * message, stack and cause can hold personal data and stay here.
 */

import { CompleteAsyncError } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { HubSpotError } from '../hubspot/failures.ts';

/** What stops a lifecycle for now and is no failure of an activity: the activity returns it. */
export interface Parked {
  readonly reason:
    | 'not-connected'
    | 'reconnect-needed'
    | 'hubspot-unavailable'
    | 'hubspot-limit'
    | 'mapping-refused'
    | 'missing-scope'
    | 'record-gone';
  /** Whether to look again by itself later; otherwise somebody must do something and nudge. */
  readonly retry: boolean;
  /** When to look again, where HubSpot told; otherwise whoever parks knows a pause. */
  readonly retryAfterMs?: number;
  readonly property?: string;
  readonly code?: string;
}

/** An outage costs tens of actions, not hundreds: after so many tries in a row the activity parks instead. */
export const triesUntilParked = 20;

/** A longer wait is a durable one: the daily limit and a data-centre migration (477) would cost a retry every few minutes. */
const longestRetryMs = 60_000;

/** How HubSpot's failure parks a lifecycle; null when trying again soon is right. */
export function parkedBy(error: unknown, attempt: number): Parked | null {
  if (!(error instanceof HubSpotError)) return null;
  const { kind, property, code, retryAfterMs = 0 } = error.detail;
  switch (kind) {
    case 'connection-closed':
      return { reason: 'not-connected', retry: false };
    case 'reconnect-needed':
    case 'misconfigured':
      return { reason: 'reconnect-needed', retry: kind === 'misconfigured' };
    case 'missing-scope':
      return { reason: 'missing-scope', retry: true };
    case 'invalid':
      return { reason: 'mapping-refused', retry: true, ...(property && { property }), ...(code && { code }) };
    case 'not-found':
    case 'conflict':
      return { reason: 'record-gone', retry: true };
    case 'retry-after':
      if (retryAfterMs > longestRetryMs) return { reason: 'hubspot-limit', retry: true, retryAfterMs };
      return attempt >= triesUntilParked ? { reason: 'hubspot-unavailable', retry: true } : null;
    case 'unavailable':
    case 'outcome-unknown':
      return attempt >= triesUntilParked ? { reason: 'hubspot-unavailable', retry: true } : null;
  }
}

/** The failure that Temporal stores instead of the original error. */
export function toFailure(error: unknown): Error {
  if (error instanceof CancelledFailure || error instanceof CompleteAsyncError) return error;
  if (error instanceof ApplicationFailure) return error;
  if (error instanceof HubSpotError) {
    const { kind, status, category, correlationId, property, code, retryAfterMs } = error.detail;
    return ApplicationFailure.create({
      type: `hubspot/${kind}`,
      message: `HubSpot: ${kind}`,
      details: [{ status, category, correlationId, property, code }],
      ...(retryAfterMs !== undefined && { nextRetryDelay: retryAfterMs }),
    });
  }
  const { name, code } = error as { name?: unknown; code?: unknown };
  return ApplicationFailure.create({
    type: typeof name === 'string' ? name : 'Error',
    message: 'An activity failed; the worker log has its code under this attempt',
    details: [{ code: typeof code === 'string' ? code : undefined }],
  });
}
